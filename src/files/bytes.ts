/**
 * Byte text: a string whose every char code is one byte (0-255). Parsers that work on
 * strings then report byte offsets, and UTF-8, GBK and broken text alike survive untouched.
 */

/** Bytes to byte text. */
export function toByteText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Byte text back to its bytes. */
export function fromByteText(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** Ordinary text, e.g. a new comment, to the byte text of its UTF-8 form. */
export function utf8ToByteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Byte text for a person: UTF-8 where valid, else GB18030 (a superset of GBK). */
export function displayText(text: string): string {
  return decoderOf(text)(text);
}

/** How byte text of one file, or a piece of it, is shown to a person: see `displayText`. */
export function decoderOf(file: string): (text: string) => string {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    utf8.decode(fromByteText(file));
    return (text) => utf8.decode(fromByteText(text));
  } catch {
    const gb = new TextDecoder('gb18030');
    return (text) => gb.decode(fromByteText(text));
  }
}

/** 1-based line number of a byte offset; LF, CRLF and lone CR each end a line. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset && i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) line++;
  }
  return line;
}
