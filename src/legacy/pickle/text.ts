import { PickleError } from './cursor.js';
import { pyInt } from './values.js';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Digits of a decimal int in text form; Python refuses more than 4,300, older ones took longer. */
const MAX_DIGITS = 20_000;

function bad(what: string): PickleError {
  return new PickleError('invalid', what);
}

/** Bytes to byte text (one char each). */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** UTF-8 as Python's pickle writes it: lone surrogates stand as three bytes ("surrogatepass"). */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeWithSurrogates(bytes);
  }
}

function decodeWithSurrogates(bytes: Uint8Array): string {
  const text: string[] = [];
  let plain = 0;
  for (let i = 0; i + 2 < bytes.length; i++) {
    const [a, b, c] = [bytes[i] ?? 0, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0];
    if (a !== 0xed || b < 0xa0 || b > 0xbf || c < 0x80 || c > 0xbf) continue;
    text.push(strict(bytes.subarray(plain, i)));
    text.push(String.fromCharCode(0xd000 | ((b & 0x3f) << 6) | (c & 0x3f)));
    plain = i + 3;
    i += 2;
  }
  text.push(strict(bytes.subarray(plain)));
  return text.join('');
}

function strict(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    throw bad('str is not UTF-8');
  }
}

/** Python 2 str: `pickle.loads` reads it as ASCII and refuses the rest. */
export function decodeAscii(text: string): string {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) throw bad('8-bit str is not ASCII');
  return text;
}

/** Argument of the UNICODE opcode: Latin-1 with \uXXXX and \UXXXXXXXX escapes. */
export function decodeRawUnicodeEscape(bytes: Uint8Array): string {
  return latin1(bytes).replace(
    /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^uU])|)/gs,
    (whole, u4: string | undefined, u8: string | undefined, other: string | undefined) => {
      if (other !== undefined) return whole;
      const code = Number.parseInt(u4 ?? u8 ?? '', 16);
      if (!(code <= 0x10ffff)) throw bad('malformed \\u escape');
      return String.fromCodePoint(code);
    },
  );
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Argument of the STRING opcode: a quoted literal with backslash escapes. */
export function decodeStringLiteral(line: Uint8Array): string {
  const text = latin1(line).trimEnd();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || text.at(-1) !== quote) {
    throw bad('the STRING opcode argument must be quoted');
  }
  const unescaped = text
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^x])|)/gs,
      (whole, hex: string | undefined, octal: string | undefined, other: string | undefined) => {
        if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
        if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
        if (other === undefined) throw bad('malformed escape');
        return SIMPLE_ESCAPES[other] ?? whole;
      },
    );
  return decodeAscii(unescaped);
}

/** Decimal or hexadecimal int in text form (INT and LONG opcodes). */
export function parseIntText(text: string): number | bigint {
  const match = /^[ \t\r\v\f]*([+-]?)((?:0[xX][0-9a-fA-F]+)|(?:0+|[1-9][0-9]*))[ \t\r\v\f]*$/.exec(text);
  if (!match) throw bad('not an int');
  const digits = match[2] ?? '';
  if (digits.length > MAX_DIGITS) throw new PickleError('too-large', 'int has too many digits');
  const value = BigInt(digits);
  return pyInt(match[1] === '-' ? -value : value);
}

/** Float in text form (FLOAT opcode), `inf` and `nan` included. */
export function parseFloatText(text: string): number {
  const t = text.trim();
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(t);
  if (special) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(t)) throw bad('not a float');
  return Number(t);
}

/** Little-endian two's complement (LONG1, LONG4). */
export function parseLongBytes(bytes: Uint8Array): number | bigint {
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return pyInt(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)));
}
