import { isTagged, type PySequence, type PyValue } from './values.js';

/** Python 2 names that protocols 0-2 are written with (`_compat_pickle`), as far as they matter here. */
const PYTHON2_MODULES: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg' };
const PYTHON2_NAMES: Readonly<Record<string, string>> = {
  '__builtin__.xrange': 'builtins.range',
  '__builtin__.unicode': 'builtins.str',
  '__builtin__.unichr': 'builtins.chr',
  '__builtin__.long': 'builtins.int',
};

/** `module.name` as Python 3 resolves it at this protocol. */
export function globalName(module: string, name: string, protocol: number): string {
  if (protocol >= 3) return `${module}.${name}`;
  return PYTHON2_NAMES[`${module}.${name}`] ?? `${PYTHON2_MODULES[module] ?? module}.${name}`;
}

/**
 * Built-in values that lower protocols write as a call: set and frozenset (below 4), bytes
 * (below 3), bytearray (below 5). Undefined for every other call.
 */
export function builtinCall(name: string, args: readonly PyValue[]): PyValue | undefined {
  const first = args[0];
  switch (name) {
    case '_codecs.encode':
      return typeof first === 'string' && isLatin1(args[1]) ? latin1Bytes(first) : undefined;
    case 'builtins.bytes':
      return args.length === 0 ? new Uint8Array() : undefined;
    case 'builtins.bytearray':
      return byteArray(args);
    case 'builtins.set':
      return collection('set', args);
    case 'builtins.frozenset':
      return collection('frozenset', args);
    default:
      return undefined;
  }
}

function isLatin1(name: PyValue | undefined): boolean {
  return name === 'latin1' || name === 'latin-1';
}

function latin1Bytes(text: string): Uint8Array | undefined {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return undefined;
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

function byteArray(args: readonly PyValue[]): PyValue | undefined {
  const [first, second] = args;
  if (args.length === 0) return { type: 'bytearray', bytes: new Uint8Array() };
  if (args.length === 1 && first instanceof Uint8Array) return { type: 'bytearray', bytes: first };
  if (args.length !== 2 || typeof first !== 'string' || !isLatin1(second)) return undefined;
  const bytes = latin1Bytes(first);
  return bytes && { type: 'bytearray', bytes };
}

function collection(type: 'set' | 'frozenset', args: readonly PyValue[]): PySequence | undefined {
  const [first] = args;
  if (args.length === 0) return { type, items: [] };
  if (args.length !== 1 || first === undefined || !isTagged(first)) return undefined;
  if (first.type !== 'list' && first.type !== 'tuple') return undefined;
  return { type, items: [...first.items] };
}
