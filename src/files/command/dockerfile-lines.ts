/** One instruction of a Dockerfile with its place. Offsets are bytes of the file. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** From its keyword to the end of its last line, the line ending not included; here-documents included. */
  readonly start: number;
  readonly end: number;
  /** Where its arguments start. */
  readonly argsStart: number;
  /**
   * Its arguments in one line, one char for each of the file's: continuations and the comment lines between
   * them are blanks.
   */
  readonly args: string;
  /** Bodies of its here-documents. */
  readonly documents: readonly { readonly start: number; readonly text: string }[];
  /** 1-based line of the keyword. */
  readonly line: number;
}

interface Line {
  readonly text: string;
  readonly start: number;
  readonly next: number;
}

/** Reads the instructions of a Dockerfile (the Dockerfile reference, "Format", "Here-Documents"). Never throws. */
export function dockerInstructions(text: string): readonly Instruction[] {
  const lines = [...text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)]
    .filter((match) => match[0] !== '')
    .map(
      (match): Line => ({ text: match[1] ?? '', start: match.index, next: match.index + match[0].length }),
    );
  const mark = /^(?:\xef\xbb\xbf)?(?:#[^\r\n]*\r?\n)*?#[ \t]*escape[ \t]*=[ \t]*`/i.test(text) ? '`' : '\\';
  const out: Instruction[] = [];
  for (let i = 0; i < lines.length; i++) {
    const read = readInstruction(lines, i, mark);
    if (read === null) continue;
    out.push(read.instruction);
    i = read.last;
  }
  return out;
}

function readInstruction(
  lines: readonly Line[],
  first: number,
  mark: string,
): { instruction: Instruction; last: number } | null {
  const line = lines[first];
  const head = /^(\s*(?:\xef\xbb\xbf)?)([A-Za-z]+)([ \t]+|(?=\\$|$))/.exec(line?.text ?? '');
  if (line === undefined || head?.[2] === undefined) return null;
  const start = line.start + (head[1] ?? '').length;
  const argsStart = line.start + head[0].length;
  let args = '';
  let last = first;
  for (let i = first; i < lines.length; i++) {
    const current = lines[i];
    if (current === undefined) break;
    const skipped = i > first && /^\s*(#|$)/.test(current.text);
    const open = skipped || endsWithEscape(current.text, mark);
    const from = i === first ? argsStart : current.start;
    const written = skipped ? '' : current.text.slice(from - current.start).trimEnd();
    const joined = open && i + 1 < lines.length;
    const text = endsWithEscape(written, mark) ? written.slice(0, -1) : written;
    args += joined ? text.padEnd(current.next - from) : text;
    last = i;
    if (!open) break;
  }
  const keyword = head[2].toUpperCase();
  const bodies = /^(RUN|COPY|ADD)$/.test(keyword) ? documentsOf(lines, last, args) : [];
  const end = lines[bodies.at(-1)?.last ?? last];
  const documents = bodies.map((body) => ({ start: body.start, text: body.text }));
  const instruction: Instruction = {
    keyword,
    start,
    end: end === undefined ? line.start : end.start + end.text.length,
    argsStart,
    args: args.trimEnd(),
    documents,
    line: first + 1,
  };
  return { instruction, last: bodies.at(-1)?.last ?? last };
}

function endsWithEscape(text: string, mark: string): boolean {
  return text.trimEnd().endsWith(mark);
}

function documentsOf(
  lines: readonly Line[],
  last: number,
  args: string,
): { start: number; text: string; last: number }[] {
  const out: { start: number; text: string; last: number }[] = [];
  let at = last;
  for (const match of args.matchAll(/(?<!<)<<-?(["']?)([A-Za-z_]\w*)\1/g)) {
    const first = at + 1;
    let close = first;
    while (close < lines.length && lines[close]?.text.trim() !== match[2]) close++;
    if (close >= lines.length) break;
    const body = lines.slice(first, close).map((line) => line.text.padEnd(line.next - line.start, '\n'));
    out.push({ start: lines[first]?.start ?? 0, text: body.join(''), last: close });
    at = close;
  }
  return out;
}
