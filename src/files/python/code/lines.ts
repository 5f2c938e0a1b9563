const MARK = '\xEF\xBB\xBF';

/** Offset at which the line around `offset` begins, behind a byte order mark. */
export function lineStart(text: string, offset: number): number {
  const start = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return offset > 0 && start === 0 && text.startsWith(MARK) ? MARK.length : start;
}

/** Offset of the line ending behind `offset`, or of the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const rest = /[\r\n]/.exec(text.slice(offset));
  return rest === null ? text.length : offset + rest.index;
}

/** White space before what begins its line at `offset`; null where something else stands before it. */
export function indentAt(text: string, offset: number): string | null {
  const before = text.slice(lineStart(text, offset), offset);
  return /^[ \t]*$/.test(before) ? before : null;
}

/** The line ending that a text uses. */
export function newlineOf(text: string): string {
  return /\r\n|\n|\r/.exec(text)?.[0] ?? '\n';
}
