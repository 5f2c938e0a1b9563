/**
 * The YAML parser works on characters; the files are bytes, and their comments and values may be
 * UTF-8 or GBK. For parsing, every byte from 0x80 becomes one letter that means nothing to YAML,
 * and so does the second byte of a GBK pair (it can be `\`, `[`, `{` or `|`). Offsets stay the same.
 */
const LETTERS = 0x4e00;

/** Byte text to text of the same length that is safe to parse. */
export function maskBytes(text: string): string {
  const pairs = isUtf8(text) ? /[\x80-\xff]/g : /[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]/g;
  return text.replace(pairs, (bytes) =>
    [...bytes].map((byte) => String.fromCharCode(LETTERS + byte.charCodeAt(0))).join(''),
  );
}

/** Parsed text back to byte text. */
export function unmaskBytes(text: string): string {
  return text.replace(/[\u4e00-\u4eff]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - LETTERS));
}

function isUtf8(text: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
    return true;
  } catch {
    return false;
  }
}
