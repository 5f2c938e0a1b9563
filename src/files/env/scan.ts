/** One assignment of a dotenv file. */
export interface Assignment {
  readonly name: string;
  /** Value as written, quotes included, without its line ending. */
  readonly value: string;
  /** All of its lines, the last line ending included. */
  readonly start: number;
  readonly end: number;
  /** The comment line directly above, if there is one; `end` includes its line ending. */
  readonly above: { readonly start: number; readonly end: number } | null;
}

const ASSIGNMENT = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/y;
/** A quoted value may run over several lines; escapes count in double quotes only. */
const QUOTED = /"(?:[^"\\]|\\[\s\S])*"|'[^']*'/y;
const REST = /[^\r\n]*(?:\r\n|\r|\n|$)/y;

/**
 * Reads a dotenv file as docker compose and python-dotenv do: `NAME=value`, `export NAME=value`,
 * quoted values over several lines. A bare `NAME` assigns nothing and counts as another line.
 */
export function scanDotenv(text: string): { assignments: Assignment[]; others: string[] } {
  const assignments: Assignment[] = [];
  const others: string[] = [];
  let above: Assignment['above'] = null;
  for (let at = text.startsWith('\xef\xbb\xbf') ? 3 : 0; at < text.length; ) {
    const found = readAssignment(text, at);
    const end = found?.end ?? lineEnd(text, at);
    if (found !== null) {
      assignments.push({ ...found, above });
      above = null;
    } else {
      const line = text.slice(at, end);
      others.push(line.replace(/[\r\n]+$/, ''));
      above = /^[ \t]*#/.test(line) ? { start: at, end } : null;
    }
    at = end;
  }
  return { assignments, others };
}

function lineEnd(text: string, at: number): number {
  REST.lastIndex = at;
  REST.test(text);
  return REST.lastIndex;
}

function readAssignment(text: string, start: number): Omit<Assignment, 'above'> | null {
  ASSIGNMENT.lastIndex = start;
  const name = ASSIGNMENT.exec(text)?.[1];
  if (name === undefined) return null;
  const from = ASSIGNMENT.lastIndex;
  QUOTED.lastIndex = from;
  // An opening quote that nothing closes is an ordinary character of a one-line value.
  const end = lineEnd(text, QUOTED.test(text) ? QUOTED.lastIndex : from);
  return { name, value: text.slice(from, end).replace(/[\r\n]+$/, ''), start, end };
}
