import { inflateSync } from 'node:zlib';
import { PickleError, readPickle, reprCall, reprPickle } from './pickle/index.js';
import { fromJson, isTagged, type PyValue, pairsOf } from './pickle/values.js';

/** What the `data` field of a job hash holds (SEMANTICS §1). */
export interface JobData {
  /** Function name as stored: dotted, or a bare method name beside an `instance`. */
  readonly func: string;
  /** Object whose method is called; null for a plain function. */
  readonly instance: PyValue;
  /** A tuple or a list, as the caller passed it. */
  readonly args: PyValue;
  readonly kwargs: PyValue;
  readonly serializer: 'pickle' | 'json';
  readonly compressed: boolean;
}

/**
 * `data-unreadable`: neither a pickle nor JSON of a call; RQ moves such a job to its failed
 * registry. `data-too-large`: beyond the limits of this reader, RQ may well run it.
 */
export type JobDataProblem = 'data-unreadable' | 'data-too-large';

export type JobDataResult =
  | { readonly ok: true; readonly data: JobData }
  | { readonly ok: false; readonly problem: JobDataProblem };

/** Bytes that `data` may inflate to. */
export const MAX_DATA_BYTES = 64 * 1024 * 1024;

class TooLarge extends Error {}

/**
 * Decodes the `data` field as `Job.restore` does: zlib, else the bytes as they are (rq 1.15.1
 * job.py:915-919); then as a pickle, else as the JSON of RQ's JSONSerializer.
 */
export function decodeJobData(raw: Uint8Array, maxBytes: number = MAX_DATA_BYTES): JobDataResult {
  try {
    const inflated = inflate(raw, maxBytes);
    const bytes = inflated ?? raw;
    const data = fromPickle(bytes, maxBytes) ?? fromJsonBytes(bytes);
    if (!data) return { ok: false, problem: 'data-unreadable' };
    return { ok: true, data: { ...data, compressed: inflated !== null } };
  } catch (error) {
    if (error instanceof TooLarge) return { ok: false, problem: 'data-too-large' };
    throw error;
  }
}

/** Function name stored in a `data` field; null where it cannot be read. */
export function funcNameOf(raw: Uint8Array): string | null {
  const result = decodeJobData(raw);
  return result.ok ? result.data.func : null;
}

/** The call as text, e.g. `tasks.add(1, y=2)`, at most `maxChars` long. */
export function describeCall(data: JobData, maxChars: number): string {
  const { func, instance, args, kwargs } = data;
  const name = instance === null ? func : `${reprPickle(instance, 80)}.${func}`;
  return reprCall(name, isTagged(args) && 'items' in args ? args.items : [], pairsOf(kwargs) ?? [], maxChars);
}

type Call = Omit<JobData, 'compressed'>;

function inflate(raw: Uint8Array, maxBytes: number): Uint8Array | null {
  try {
    return inflateSync(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw new TooLarge();
    return null;
  }
}

function fromPickle(bytes: Uint8Array, maxBytes: number): Call | null {
  try {
    return callOf(readPickle(bytes, { maxBytes }), 'pickle');
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
    if (error.code === 'too-large') throw new TooLarge();
    return null;
  }
}

function fromJsonBytes(bytes: Uint8Array): Call | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return callOf(fromJson(JSON.parse(text)), 'json');
  } catch {
    return null;
  }
}

/** RQ unpacks four values and calls `func(*args, **kwargs)`; anything else fails there too. */
function callOf(value: PyValue, serializer: 'pickle' | 'json'): Call | null {
  if (!isTagged(value) || (value.type !== 'tuple' && value.type !== 'list')) return null;
  const [func, instance, args, kwargs] = value.items;
  if (value.items.length !== 4 || typeof func !== 'string') return null;
  if (instance === undefined || args === undefined || kwargs === undefined) return null;
  if (!isTagged(args) || !('items' in args) || pairsOf(kwargs) === null) return null;
  return { func, instance, args, kwargs, serializer };
}
