import { isTagged, type PyValue } from './values.js';

const MAX_DEPTH = 500;

/**
 * Writes None, bool, int, float, str, bytes, tuple, list and dict as a pickle of protocol 4
 * (Python >= 3.4), without memo and frames, which readers do not need.
 * Throws TypeError for any other kind of value, RangeError for one nested over 500 levels.
 */
export function writePickle(value: PyValue): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x80, 4)];
  write(parts, value, 0);
  parts.push(Uint8Array.of(0x2e));
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * The pickle that RQ stores as a job's `data` (before zlib) for a call of a module-level function
 * with positional arguments: `(func, None, args, {})` (rq 1.15.1 job.py `_deserialize_data`).
 */
export function pickleCall(func: string, args: readonly (string | number | Uint8Array)[]): Uint8Array {
  const call: PyValue[] = [func, null, { type: 'tuple', items: [...args] }, { type: 'dict', entries: [] }];
  return writePickle({ type: 'tuple', items: call });
}

function write(parts: Uint8Array[], value: PyValue, depth: number): void {
  if (depth > MAX_DEPTH) throw new RangeError('value is nested too deeply');
  if (value === null) parts.push(Uint8Array.of(0x4e));
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 0x88 : 0x89));
  else if (typeof value === 'number' || typeof value === 'bigint') parts.push(int(BigInt(value)));
  else if (typeof value === 'string') sized(parts, utf8(value), 0x8c, 0x58, 0x8d);
  else if (value instanceof Uint8Array) sized(parts, value, 0x43, 0x42, 0x8e);
  else if (isTagged(value)) writeTagged(parts, value, depth + 1);
}

function writeTagged(parts: Uint8Array[], value: Exclude<PyValue, string | number>, depth: number): void {
  if (!isTagged(value)) return;
  switch (value.type) {
    case 'float': {
      const bytes = Buffer.alloc(9, 0x47);
      bytes.writeDoubleBE(value.value, 1);
      parts.push(bytes);
      return;
    }
    case 'tuple':
      parts.push(Uint8Array.of(0x28));
      for (const item of value.items) write(parts, item, depth);
      parts.push(Uint8Array.of(0x74));
      return;
    case 'list':
      parts.push(Uint8Array.of(0x5d, 0x28));
      for (const item of value.items) write(parts, item, depth);
      parts.push(Uint8Array.of(0x65));
      return;
    case 'dict':
      parts.push(Uint8Array.of(0x7d, 0x28));
      for (const item of value.entries.flat()) write(parts, item, depth);
      parts.push(Uint8Array.of(0x75));
      return;
    default:
      throw new TypeError(`cannot pickle ${value.type}`);
  }
}

function int(value: bigint): Uint8Array {
  if (value >= 0n && value < 256n) return Uint8Array.of(0x4b, Number(value));
  if (BigInt.asIntN(32, value) === value) {
    const bytes = Buffer.alloc(5, 0x4a);
    bytes.writeInt32LE(Number(value), 1);
    return bytes;
  }
  const length = Math.ceil((value.toString(16).replace('-', '').length + 1) / 2);
  const hex = BigInt.asUintN(length * 8, value)
    .toString(16)
    .padStart(length * 2, '0');
  const digits = Buffer.from(hex, 'hex').reverse();
  const head = length < 256 ? Uint8Array.of(0x8a, length) : withLength(0x8b, 4, length);
  return Buffer.concat([head, digits]);
}

function sized(parts: Uint8Array[], bytes: Uint8Array, op8: number, op32: number, op64: number): void {
  const length = bytes.length;
  if (length < 0x100) parts.push(Uint8Array.of(op8, length));
  else if (length < 0x1_0000_0000) parts.push(withLength(op32, 4, length));
  else parts.push(withLength(op64, 8, length));
  parts.push(bytes);
}

function withLength(opcode: number, width: 4 | 8, length: number): Uint8Array {
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = opcode;
  if (width === 4) bytes.writeUInt32LE(length, 1);
  else bytes.writeBigUInt64LE(BigInt(length), 1);
  return bytes;
}

/** UTF-8, with lone surrogates as three bytes, the form `pickle.loads` accepts. */
function utf8(text: string): Uint8Array {
  if (!/\p{Cs}/u.test(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    [...text].map((char) => {
      const code = char.codePointAt(0) ?? 0;
      if (code < 0xd800 || code > 0xdfff) return Buffer.from(char, 'utf8');
      return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
    }),
  );
}
