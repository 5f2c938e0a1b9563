import type { PyValue } from '../../../src/legacy/pickle/index.js';

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** `json.dumps(text)` with its default of ASCII output. */
function jsonAscii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function floatHex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

/** The same text as `canon` in generate.py. */
export function canon(value: PyValue): string {
  if (value === null) return 'N';
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  if (typeof value === 'number' || typeof value === 'bigint') return `i${value}`;
  if (typeof value === 'string') return `s${jsonAscii(value)}`;
  if (value instanceof Uint8Array) return `b${hex(value)}`;
  switch (value.type) {
    case 'float':
      return `f${floatHex(value.value)}`;
    case 'bytearray':
      return `B${hex(value.bytes)}`;
    case 'tuple':
      return `(${value.items.map(canon).join(',')})`;
    case 'list':
      return `[${value.items.map(canon).join(',')}]`;
    case 'set':
    case 'frozenset':
      return `${value.type === 'set' ? 'S' : 'Z'}{${value.items.map(canon).sort().join(',')}}`;
    case 'dict':
      return `{${value.entries.map(([k, v]) => `${canon(k)}:${canon(v)}`).join(',')}}`;
    case 'global':
      return `g${value.name}`;
    default:
      return 'o';
  }
}
