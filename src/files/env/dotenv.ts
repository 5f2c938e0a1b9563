import type { Edit } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { keepOpenEnd } from '../edit.js';
import type { Decision, FileKind } from '../types.js';
import { type Assignment, scanDotenv } from './scan.js';

/** A dotenv file. */
export interface DotenvDoc {
  readonly path: string;
  readonly text: string;
  readonly assignments: readonly Assignment[];
  /** Every other line as written: comments, blanks, what is no assignment. */
  readonly others: readonly string[];
}

/** Files of environment variables: `.env`, `.env.prod`, `web.env`. */
export const dotenv: FileKind<DotenvDoc> = {
  id: 'dotenv',
  match: (path) => /(^|\/)(\.env(\.[^/]+)?|[^/]+\.env|env\.(example|sample|template|dist))$/.test(path),
  parse: (file) => ({ path: file.path, text: file.text, ...scanDotenv(file.text) }),
  facts: (doc) =>
    doc.assignments.map(({ name, start }) => ({
      type: 'env-set',
      name,
      where: { path: doc.path, line: lineOf(doc.text, start) },
    })),
  edits: (doc, decision) => ({ edits: removals(doc, decision), findings: [] }),
  confirm,
};

function removals(doc: DotenvDoc, decision: Decision): Edit[] {
  const edits = doc.assignments
    .filter(({ name }) => decision.removeEnv.has(name))
    .map(({ name, start, end, above }): Edit => {
      const comment = above !== null && isAbout(doc.text.slice(above.start, above.end), name, doc);
      return { start: comment ? above.start : start, end, text: '', why: 'remove-env' };
    });
  return keepOpenEnd(doc.text, closeGaps(doc, edits));
}

/** A paragraph that goes as a whole, its heading comment too, takes one of the blank lines around it along. */
function closeGaps({ text, assignments }: DotenvDoc, edits: readonly Edit[]): Edit[] {
  let from = 0;
  let headed = false;
  return edits.map((edit, i) => {
    if (i === 0 || edits[i - 1]?.end !== edit.start) {
      from = edit.start;
      headed = !assignments.some(({ start }) => start === from);
    }
    if (!headed || edits[i + 1]?.start === edit.end) return edit;
    const blankBefore = from === 0 || /(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)$/.test(text.slice(0, from));
    const blank = /^[ \t]*(?:\r\n|\r|\n)/.exec(text.slice(edit.end))?.[0].length ?? 0;
    return blankBefore && blank > 0 ? { ...edit, end: edit.end + blank } : edit;
  });
}

/** Does the comment speak of the variable or the scheduler, and of no other variable of the file? */
function isAbout(comment: string, name: string, doc: DotenvDoc): boolean {
  const words = new Set(comment.match(/\w+/g) ?? []);
  if (doc.assignments.some((other) => other.name !== name && words.has(other.name))) return false;
  return words.has(name) || /scheduler/i.test(comment);
}

function confirm(before: DotenvDoc, after: DotenvDoc, decision: Decision): string | null {
  const kept = before.assignments.filter(({ name }) => !decision.removeEnv.has(name));
  const same = (a: readonly Assignment[], b: readonly Assignment[]) =>
    a.length === b.length && a.every((x, i) => x.name === b[i]?.name && x.value === b[i]?.value);
  if (!same(kept, after.assignments)) return 'the variables that remain differ';
  const others = after.others.every((line) => before.others.includes(line));
  return others ? null : 'lines other than variables differ';
}
