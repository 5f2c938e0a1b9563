/** The parsers that `Job.restore` applies to hash fields, as rules on the raw bytes. */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Python's limit on the digits of an int in text form. */
const MAX_INT_DIGITS = 4300;

/** `bytes.decode()`: the text, null where it is not UTF-8. */
export function decodeText(raw: Uint8Array): string | null {
  try {
    return strictUtf8.decode(raw);
  } catch {
    return null;
  }
}

/** `int(bytes)`: surrounding ASCII blanks, a sign and single underscores are fine. Null where it raises. */
export function parseInteger(raw: Uint8Array): bigint | null {
  const text = Buffer.from(raw).toString('latin1');
  const match = /^[ \t\n\r\v\f]*([+-]?)(\d+(?:_\d+)*)[ \t\n\r\v\f]*$/.exec(text);
  const digits = match?.[2]?.replaceAll('_', '');
  if (!match || digits === undefined || digits.length > MAX_INT_DIGITS) return null;
  return match[1] === '-' ? -BigInt(digits) : BigInt(digits);
}

const DATE =
  /^(\d{4})-(1[0-2]|0?[1-9])-(3[01]|[12]\d|0?[1-9]| [1-9])T(2[0-3]|[01]\d|\d):([0-5]\d|\d):([0-5]\d|\d)(?:\.(\d{1,6}))?Z$/i;

/**
 * `utcparse`: strptime with `%Y-%m-%dT%H:%M:%S.%fZ`, else without the fraction (rq utils.py, the
 * same in 1.15.1 and 3.0.0). Epoch seconds, null where it raises. Years below 1000 are refused too:
 * RQ reads them, writes them back without the leading zeros, and then fails to read them.
 */
export function parseUtc(raw: Uint8Array): number | null {
  const match = DATE.exec(Buffer.from(raw).toString('latin1'));
  if (!match) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1000 || date.getUTCMonth() !== month - 1) return null;
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000 + Number((match[7] ?? '').padEnd(6, '0')) / 1e6;
}

/** `utcformat` (rq utils.py): epoch seconds as `2026-11-23T19:16:09.113773Z`, microseconds rounded. */
export function formatUtc(epochSeconds: number): string {
  const micros = Math.round(epochSeconds * 1e6);
  const seconds = Math.floor(micros / 1e6);
  const fraction = String(micros - seconds * 1e6).padStart(6, '0');
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}
