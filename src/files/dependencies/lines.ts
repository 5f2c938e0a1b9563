import type { Edit } from '../../plan/types.js';

/** One physical line: `[start, end)` without its line ending, `next` where the following one starts. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** A UTF-8 byte order mark as byte text. */
export const BOM = '\xef\xbb\xbf';

/** Physical lines of byte text, ended by LF, CRLF or CR. A BOM belongs to no line. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = text.startsWith(BOM) ? BOM.length : 0;
  while (start < text.length) {
    let end = start;
    while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end++;
    const next = Math.min(text.length, end + (text.startsWith('\r\n', end) ? 2 : 1));
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/** The line ending in use at `offset`'s line, else the file's first, else LF. */
export function newlineAt(text: string, offset: number): string {
  const here = /^[^\r\n]*(\r\n|\r|\n)/.exec(text.slice(offset))?.[1];
  return here ?? /\r\n|\r|\n/.exec(text)?.[0] ?? '\n';
}

/**
 * Removals of whole lines. Where they reach the end of a file whose last line is not ended, the line
 * ending before them goes instead of the one after, so that the file still ends without one.
 */
export function removeLines(text: string, ranges: readonly Omit<Edit, 'text'>[]): Edit[] {
  const edits = [...ranges].sort((a, b) => a.start - b.start).map((range) => ({ ...range, text: '' }));
  const endsOpen = !/[\r\n]$/.test(text);
  for (let i = edits.length - 1, reached = text.length; endsOpen && i >= 0; i--) {
    const edit = edits[i];
    if (edit === undefined || edit.end !== reached) break;
    reached = edit.start;
    if (edits[i - 1]?.end === reached) continue;
    edits[i] = { ...edit, start: reached - (/(\r\n|\r|\n)$/.exec(text.slice(0, reached))?.[0].length ?? 0) };
  }
  return edits;
}
