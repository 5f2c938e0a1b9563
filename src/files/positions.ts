import { decoderOf } from './bytes.js';

/** A place in a text as people and editors count: 1-based line, 1-based column in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Turns byte offsets of a byte text into positions. Columns count Unicode characters of the decoded line
 * (UTF-8, else GB18030, as `displayText`), a byte order mark not among them; LF, CRLF and CR end a line.
 */
export function positionsOf(text: string): (offset: number) => Position {
  const decode = decoderOf(text);
  const start = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  const lines = [start];
  for (const match of text.matchAll(/\r\n|\r|\n/g)) lines.push(match.index + match[0].length);
  return (offset) => {
    const line = lineAt(lines, offset);
    const before = text.slice(lines[line] ?? 0, offset);
    return { line: line + 1, column: [...decode(before)].length + 1 };
  };
}

/** Index of the last line that begins at or before the offset. */
function lineAt(lines: readonly number[], offset: number): number {
  let [low, high] = [0, lines.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
