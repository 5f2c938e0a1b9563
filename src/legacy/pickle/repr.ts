import type { PyObject, PyValue } from './values.js';

/** Levels that are printed; what lies deeper shows as `...`. */
const MAX_LEVELS = 40;
/** Ints of more bits than this are not written out. */
const BIG = 1n << 1024n;
const ELLIPSIS = '…';

/**
 * Text that stops at its limit. Everything printed costs at least one char, so the work is bounded
 * by the limit, however often a pickle refers to the same part.
 */
class Limited {
  private text = '';
  constructor(private readonly max: number) {}

  get full(): boolean {
    return this.text.length > this.max;
  }

  get room(): number {
    return this.max - this.text.length;
  }

  add(part: string): void {
    if (!this.full) this.text += part;
  }

  toString(): string {
    if (!this.full) return this.text;
    const cut = this.text.slice(0, Math.max(0, this.max - 1));
    return `${cut.replace(/[\ud800-\udbff]$/, '')}${ELLIPSIS}`;
  }
}

/** Short Python-like text of a value, at most `maxChars` long, ending in `…` where it was cut. */
export function reprPickle(value: PyValue, maxChars: number): string {
  const out = new Limited(maxChars);
  print(out, value, []);
  return out.toString();
}

/**
 * A call as Python would write it, `name(1, y=2)`, at most `maxChars` long. Keywords that are
 * not str are shown as `**{...}` entries would be, by their repr.
 */
export function reprCall(
  name: string,
  args: readonly PyValue[],
  kwargs: readonly [PyValue, PyValue][],
  maxChars: number,
): string {
  const out = new Limited(maxChars);
  out.add(name.slice(0, maxChars + 1));
  printArguments(out, args, kwargs, []);
  return out.toString();
}

function print(out: Limited, value: PyValue, path: readonly PyValue[]): void {
  if (value === null) out.add('None');
  else if (typeof value === 'boolean') out.add(value ? 'True' : 'False');
  else if (typeof value === 'number') out.add(String(value));
  else if (typeof value === 'bigint') out.add(value < BIG && value > -BIG ? String(value) : '<huge int>');
  else if (typeof value === 'string') printStr(out, value);
  else if (value instanceof Uint8Array) printBytes(out, value);
  else if (value.type === 'float') out.add(floatRepr(value.value));
  else if (value.type === 'global') out.add(value.name.slice(0, out.room + 1));
  else if (path.includes(value) || path.length >= MAX_LEVELS) out.add('...');
  else printContainer(out, value, [...path, value]);
}

function printContainer(
  out: Limited,
  value: Exclude<PyValue, null | boolean | number | bigint | string | Uint8Array>,
  path: readonly PyValue[],
): void {
  switch (value.type) {
    case 'bytearray':
      out.add('bytearray(');
      printBytes(out, value.bytes);
      out.add(')');
      return;
    case 'list':
      printItems(out, '[', value.items, ']', path);
      return;
    case 'tuple':
      printItems(out, '(', value.items, value.items.length === 1 ? ',)' : ')', path);
      return;
    case 'set':
    case 'frozenset':
      printSet(out, value.type, value.items, path);
      return;
    case 'dict':
      printDict(out, value.entries, path);
      return;
    case 'object':
      printObject(out, value, path);
      return;
    default:
      print(out, value, path);
  }
}

function printObject(out: Limited, value: PyObject, path: readonly PyValue[]): void {
  print(out, value.callee, path);
  const inside: PyValue[] = [...value.args];
  if (value.items.length > 0) inside.push({ type: 'list', items: value.items });
  if (value.entries.length > 0) inside.push({ type: 'dict', entries: value.entries });
  if (value.state !== null && inside.length + value.kwargs.length === 0) inside.push(value.state);
  printArguments(out, inside, value.kwargs, path);
}

function printArguments(
  out: Limited,
  args: readonly PyValue[],
  kwargs: readonly [PyValue, PyValue][],
  path: readonly PyValue[],
): void {
  out.add('(');
  each(out, args, (arg) => print(out, arg, path));
  if (args.length > 0 && kwargs.length > 0) out.add(', ');
  each(out, kwargs, ([key, value]) => {
    if (typeof key === 'string') out.add(key.slice(0, out.room + 1));
    else print(out, key, path);
    out.add('=');
    print(out, value, path);
  });
  out.add(')');
}

function printItems(
  out: Limited,
  open: string,
  items: readonly PyValue[],
  close: string,
  path: readonly PyValue[],
): void {
  out.add(open);
  each(out, items, (item) => print(out, item, path));
  out.add(close);
}

function printSet(out: Limited, type: string, items: readonly PyValue[], path: readonly PyValue[]): void {
  if (items.length === 0) out.add(`${type}()`);
  else if (type === 'set') printItems(out, '{', items, '}', path);
  else printItems(out, 'frozenset({', items, '})', path);
}

function printDict(out: Limited, entries: readonly [PyValue, PyValue][], path: readonly PyValue[]): void {
  out.add('{');
  each(out, entries, ([key, value]) => {
    print(out, key, path);
    out.add(': ');
    print(out, value, path);
  });
  out.add('}');
}

function each<T>(out: Limited, items: readonly T[], one: (item: T) => void): void {
  let first = true;
  for (const item of items) {
    if (out.full) return;
    if (!first) out.add(', ');
    first = false;
    one(item);
  }
}

/** Shortest digits that read back the same, in the layout of Python's `repr(float)`. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const plain =
    exponent < 0 ? value.toFixed(mantissa.replace(/[-.]/g, '').length - 1 - exponent) : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Zs}\\]/u;

function quoteFor(hasSingle: boolean, hasDouble: boolean): string {
  return hasSingle && !hasDouble ? '"' : "'";
}

function printStr(out: Limited, value: string): void {
  const part = value.slice(0, Math.max(0, out.room) + 2);
  const quote = quoteFor(part.includes("'"), part.includes('"'));
  out.add(quote);
  for (const char of part) {
    if (out.full) return;
    out.add(char === quote ? `\\${quote}` : char !== ' ' && UNPRINTABLE.test(char) ? escapeChar(char) : char);
  }
  out.add(quote);
}

const NAMED: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (NAMED[char] !== undefined) return NAMED[char];
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

function printBytes(out: Limited, value: Uint8Array): void {
  const part = value.subarray(0, Math.max(0, out.room) + 2);
  const quote = quoteFor(part.includes(0x27), part.includes(0x22));
  out.add(`b${quote}`);
  for (const byte of part) {
    if (out.full) return;
    const char = String.fromCharCode(byte);
    if (char === quote) out.add(`\\${quote}`);
    else out.add(byte < 0x20 || byte > 0x7e || char === '\\' ? escapeChar(char) : char);
  }
  out.add(quote);
}
