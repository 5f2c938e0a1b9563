import { displayText, lineOf } from '../../bytes.js';
import type { PyNode } from '../../pysource/parser.js';
import type { PyFile } from './program.js';

/** Where a node stands, for people: 1-based lines, and columns in characters of the decoded text. */
export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export function placeOf({ path, text }: PyFile, { start, end }: PyNode): Place {
  return {
    path,
    line: lineOf(text, start),
    column: columnOf(text, start),
    endLine: lineOf(text, end),
    endColumn: columnOf(text, end),
  };
}

function columnOf(text: string, offset: number): number {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const before = text.slice(start, offset);
  const mark = start === 0 && before.startsWith('\xEF\xBB\xBF') ? 3 : 0;
  return [...displayText(before.slice(mark))].length + 1;
}
