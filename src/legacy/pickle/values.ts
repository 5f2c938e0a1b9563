/**
 * Python values as read from a pickle. None is null, bool is boolean, int is number (bigint
 * beyond 2^53-1), str is string, bytes is Uint8Array; what JavaScript would blur is a tagged object.
 * Values may share parts and may even contain themselves: whoever walks one must bound the walk.
 */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyFloat
  | PyByteArray
  | PySequence
  | PyDict
  | PyGlobal
  | PyObject;

export interface PyFloat {
  readonly type: 'float';
  readonly value: number;
}

export interface PyByteArray {
  readonly type: 'bytearray';
  readonly bytes: Uint8Array;
}

export interface PySequence {
  readonly type: 'tuple' | 'list' | 'set' | 'frozenset';
  readonly items: PyValue[];
}

/** Pairs in the order of the pickle. A key set twice stands twice; the last one counts. */
export interface PyDict {
  readonly type: 'dict';
  readonly entries: [PyValue, PyValue][];
}

/** A class or function named in a pickle; never looked up. */
export interface PyGlobal {
  readonly type: 'global';
  /** `module.qualified.name`. */
  readonly name: string;
}

/** What a pickle says about an object of a class that is not built in; never constructed. */
export interface PyObject {
  readonly type: 'object';
  /** Class or callable; a PyObject where a pickle calls the result of a call. */
  readonly callee: PyValue;
  readonly args: PyValue[];
  readonly kwargs: [PyValue, PyValue][];
  /** Given to `__setstate__` or `__dict__`; null where there is none. */
  state: PyValue;
  /** Items appended afterwards (list and set subclasses). */
  readonly items: PyValue[];
  /** Pairs set afterwards (dict subclasses, OrderedDict, defaultdict). */
  readonly entries: [PyValue, PyValue][];
}

export function pyFloat(value: number): PyFloat {
  return { type: 'float', value };
}

export function pyTuple(...items: PyValue[]): PySequence {
  return { type: 'tuple', items };
}

export function pyList(...items: PyValue[]): PySequence {
  return { type: 'list', items };
}

export function pyDict(...entries: [PyValue, PyValue][]): PyDict {
  return { type: 'dict', entries };
}

/** An integer as number where exact, else as bigint. */
export function pyInt(value: bigint): number | bigint {
  const n = Number(value);
  return Number.isSafeInteger(n) ? n : value;
}

/** True for the tagged kinds, false for scalars and bytes. */
export function isTagged(
  value: PyValue,
): value is PyFloat | PyByteArray | PySequence | PyDict | PyGlobal | PyObject {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}

/** Dict subclasses of the standard library that pickle as an object with pairs. */
const DICT_CLASSES = new Set(['collections.OrderedDict', 'collections.defaultdict', 'collections.Counter']);

/** The pairs of a dict or of a standard dict subclass; null for anything else. */
export function pairsOf(value: PyValue): readonly [PyValue, PyValue][] | null {
  if (!isTagged(value)) return null;
  if (value.type === 'dict') return value.entries;
  if (value.type !== 'object' || !isTagged(value.callee) || value.callee.type !== 'global') return null;
  if (!DICT_CLASSES.has(value.callee.name)) return null;
  const first = value.args[0];
  const given = first === undefined || value.callee.name === 'collections.defaultdict' ? [] : pairsOf(first);
  return given && [...given, ...value.entries];
}

/** The value under a str key, undefined where it is absent. */
export function getKey(pairs: readonly [PyValue, PyValue][], key: string): PyValue | undefined {
  return pairs.findLast(([k]) => k === key)?.[1];
}

/** Python's `bool(value)`; an object of an unknown class counts as true, as objects do by default. */
export function isTruthy(value: PyValue): boolean {
  if (value instanceof Uint8Array) return value.length > 0;
  if (!isTagged(value)) return Boolean(value);
  switch (value.type) {
    case 'float':
      return value.value !== 0;
    case 'bytearray':
      return value.bytes.length > 0;
    case 'dict':
      return value.entries.length > 0;
    case 'global':
    case 'object':
      return true;
    default:
      return value.items.length > 0;
  }
}

/** Values of parsed JSON. Its numbers do not tell 1 from 1.0: whole ones become int. */
export function fromJson(value: unknown): PyValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : pyFloat(value);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value)) return { type: 'list', items: value.map(fromJson) };
  if (typeof value === 'object') {
    return { type: 'dict', entries: Object.entries(value).map(([k, v]) => [k, fromJson(v)]) };
  }
  throw new TypeError(`not a JSON value: ${typeof value}`);
}
