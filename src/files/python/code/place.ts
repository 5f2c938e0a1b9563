import { displayText, lineOf } from '../../bytes.js';
import type { PyNode } from '../../pysource/parser.js';
import { lineStart } from './lines.js';
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
  return [...displayText(text.slice(lineStart(text, offset), offset))].length + 1;
}
