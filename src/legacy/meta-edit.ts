import { decodeMeta } from './meta.js';
import { PickleError, readPickle, writePickle } from './pickle/index.js';
import { isTagged, type PyValue } from './pickle/values.js';

/** Containers of a `meta` that are looked at before it counts as too large to be written anew. */
const MAX_CONTAINERS = 100_000;

/** `repeat` as str, as each protocol writes it (after its opcode and length). */
const KEY_TEXT = Buffer.from('repeat');
const SHORT_BINUNICODE_6 = Buffer.from([0x8c, 6]);
const BINUNICODE_6 = Buffer.from([0x58, 6, 0, 0, 0]);
/** Bytes of an opcode that puts the key into the memo: none, MEMOIZE, BINPUT, LONG_BINPUT. */
const MEMO: Readonly<Record<number, number>> = { 148: 1, 113: 2, 114: 5 };
/** Bytes of the little-endian value after BININT1, BININT2 and BININT. */
const INT_WIDTH: Readonly<Record<number, number>> = { 75: 1, 77: 2, 74: 4 };

/**
 * The `meta` of a finite recurring job with `repeat` set to `remaining` runs (SEMANTICS §8), null where that
 * cannot be done. Only the digits change where they can be replaced in place; else a pickle of plain values is
 * written anew. What comes out has been read again and says `remaining`.
 */
export function withRepeat(raw: Uint8Array, remaining: number): Uint8Array | null {
  const before = decodeMeta(raw);
  if (!before.ok || before.meta.repeat === null) return null;
  if (before.meta.repeat === remaining) return raw;
  const changed = pickleInPlace(raw, remaining) ?? pickleAnew(raw, remaining) ?? jsonInPlace(raw, remaining);
  return changed !== null && says(changed, remaining) ? changed : null;
}

/** What rq-scheduler keeps in `meta` (SEMANTICS §1). */
const SCHEDULER_KEYS: ReadonlySet<PyValue> = new Set([
  'interval',
  'repeat',
  'cron_string',
  'use_local_timezone',
  'queue_class_name',
]);

/**
 * The user's own part of a `meta`: rq-scheduler's keys left out, which a run of a native series does not have
 * (rq_recurring `_user_meta`). As it was where it cannot be written anew without loss; '' when nothing is left.
 */
export function userMeta(raw: Uint8Array): Uint8Array {
  const value = read(raw);
  if (value === undefined || !isTagged(value) || value.type !== 'dict') return raw;
  const entries = value.entries.filter(([key]) => !SCHEDULER_KEYS.has(key));
  if (entries.length === value.entries.length) return raw;
  return entries.length === 0 ? new Uint8Array() : (written(entries) ?? raw);
}

function says(raw: Uint8Array, remaining: number): boolean {
  const after = decodeMeta(raw);
  return after.ok && after.meta.repeat === remaining;
}

function read(raw: Uint8Array): PyValue | undefined {
  try {
    return readPickle(raw);
  } catch (error) {
    if (error instanceof PickleError) return undefined;
    throw error;
  }
}

/**
 * Overwrites the integer behind a `repeat` key, the same number of bytes. Where user data holds the same bytes,
 * the change does not show in what the pickle says, and the next place is tried.
 */
function pickleInPlace(raw: Uint8Array, remaining: number): Uint8Array | null {
  if (read(raw) === undefined) return null;
  const bytes = Buffer.from(raw);
  for (let at = bytes.indexOf(KEY_TEXT); at !== -1; at = bytes.indexOf(KEY_TEXT, at + 1)) {
    if (!endsWith(bytes, at, SHORT_BINUNICODE_6) && !endsWith(bytes, at, BINUNICODE_6)) continue;
    const behind = at + KEY_TEXT.length;
    const value = behind + (MEMO[bytes[behind] ?? 0] ?? 0);
    const width = INT_WIDTH[bytes[value] ?? 0];
    if (width === undefined || remaining >= 2 ** (width === 4 ? 31 : 8 * width)) continue;
    const changed = Buffer.from(bytes);
    changed.writeUIntLE(remaining, value + 1, width);
    if (says(changed, remaining)) return new Uint8Array(changed);
  }
  return null;
}

function endsWith(bytes: Buffer, end: number, head: Buffer): boolean {
  return end >= head.length && bytes.subarray(end - head.length, end).equals(head);
}

function pickleAnew(raw: Uint8Array, remaining: number): Uint8Array | null {
  const value = read(raw);
  if (value === undefined || !isTagged(value) || value.type !== 'dict') return null;
  return written(
    value.entries.map(([key, item]): [PyValue, PyValue] => [key, key === 'repeat' ? remaining : item]),
  );
}

/** A pickle of these pairs; null for what is not plain, shared or nested too deeply. */
function written(entries: [PyValue, PyValue][]): Uint8Array | null {
  const value: PyValue = { type: 'dict', entries };
  if (!isTree(value)) return null;
  try {
    return writePickle(value);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}

/** No container occurs twice: written without a memo, shared ones would become several. */
function isTree(value: PyValue): boolean {
  const seen = new Set<PyValue>();
  const open: PyValue[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isTagged(next) || !('items' in next || next.type === 'dict')) continue;
    if (seen.has(next) || seen.size > MAX_CONTAINERS) return false;
    seen.add(next);
    if ('items' in next) for (const item of next.items) open.push(item);
    if ('entries' in next) for (const item of next.entries.flat()) open.push(item);
  }
  return true;
}

/** JSON of RQ's JSONSerializer: only the digits change, whatever else the text holds. */
function jsonInPlace(raw: Uint8Array, remaining: number): Uint8Array | null {
  // Latin-1 keeps every byte; keys and numbers are ASCII in any case.
  const text = Buffer.from(raw).toString('latin1');
  for (const match of text.matchAll(/("repeat"\s*:\s*)-?\d+(?![\d.eE])/g)) {
    const from = match.index + (match[1]?.length ?? 0);
    const changed = text.slice(0, from) + String(remaining) + text.slice(match.index + match[0].length);
    const bytes = new Uint8Array(Buffer.from(changed, 'latin1'));
    if (says(bytes, remaining)) return bytes;
  }
  return null;
}
