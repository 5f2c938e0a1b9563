import { PickleError, readPickle } from './pickle/index.js';
import { fromJson, getKey, isTagged, isTruthy, type PyValue, pairsOf } from './pickle/values.js';

/** What rq-scheduler keeps in a job's `meta` (SEMANTICS §1), as its `enqueue_job` understands it. */
export interface LegacyMeta {
  /** Seconds between runs, > 0; null where falsy, which to rq-scheduler is no interval. */
  readonly interval: number | null;
  /**
   * Runs left by rq-scheduler's count; null endless, negative endless, 0 and 1 one more run
   * (SEMANTICS §8). Only read for entries that recur.
   */
  readonly repeat: number | null;
  /** Only where there is no interval: interval wins. */
  readonly cronString: string | null;
  readonly useLocalTimezone: boolean;
  readonly queueClassName: string | null;
}

/**
 * `meta-unreadable`: neither pickle nor JSON, or beyond the reader's limits. `meta-not-dict`.
 * The others: a value on which rq-scheduler raises, or (interval of zero or less) enqueues the
 * job at every pass.
 */
export type MetaProblem =
  | 'meta-unreadable'
  | 'meta-not-dict'
  | 'meta-interval-invalid'
  | 'meta-interval-not-positive'
  | 'meta-repeat-invalid'
  | 'meta-cron-invalid';

export type MetaResult =
  | { readonly ok: true; readonly meta: LegacyMeta }
  | { readonly ok: false; readonly problem: MetaProblem };

type Pairs = readonly [PyValue, PyValue][];

/** Bytes of `meta` that are looked at. */
const MAX_META_BYTES = 16 * 1024 * 1024;

const EMPTY_META: LegacyMeta = {
  interval: null,
  repeat: null,
  cronString: null,
  useLocalTimezone: false,
  queueClassName: null,
};

/**
 * Decodes the `meta` field: a pickle without zlib, or JSON where RQ's JSONSerializer wrote it.
 * Absent and empty mean `{}`. Keys of the user with the same names count too (SEMANTICS §1).
 */
export function decodeMeta(raw: Uint8Array | undefined): MetaResult {
  if (raw === undefined || raw.length === 0) return { ok: true, meta: EMPTY_META };
  const value = decode(raw);
  if (value === undefined) return { ok: false, problem: 'meta-unreadable' };
  const pairs = pairsOf(value);
  if (pairs === null) return { ok: false, problem: 'meta-not-dict' };
  return recurrence(pairs);
}

function decode(raw: Uint8Array): PyValue | undefined {
  try {
    return readPickle(raw, { maxBytes: MAX_META_BYTES });
  } catch (error) {
    if (!(error instanceof PickleError)) throw error;
  }
  try {
    return fromJson(JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw)));
  } catch {
    return undefined;
  }
}

/**
 * What the `meta` field is to RQ, which asks nothing of its keys. What is beyond this reader's limits counts as a
 * dict: RQ may well read it.
 */
export function metaShape(raw: Uint8Array | undefined): 'dict' | 'not-dict' | 'unreadable' {
  if (raw === undefined || raw.length === 0) return 'dict';
  try {
    return pairsOf(readPickle(raw, { maxBytes: MAX_META_BYTES })) === null ? 'not-dict' : 'dict';
  } catch (error) {
    if (error instanceof PickleError && error.code === 'too-large') return 'dict';
  }
  const value = decode(raw);
  if (value === undefined) return 'unreadable';
  return pairsOf(value) === null ? 'not-dict' : 'dict';
}

/** Order and truthiness of rq_scheduler 0.13.1 scheduler.py `enqueue_job`. */
function recurrence(pairs: Pairs): MetaResult {
  const interval = getKey(pairs, 'interval') ?? null;
  const cronString = getKey(pairs, 'cron_string') ?? null;
  const recurs = isTruthy(interval) || isTruthy(cronString);
  const className = getKey(pairs, 'queue_class_name');
  const meta: LegacyMeta = {
    ...EMPTY_META,
    useLocalTimezone: isTruthy(getKey(pairs, 'use_local_timezone') ?? null),
    queueClassName: typeof className === 'string' && className !== '' ? className : null,
  };
  if (!recurs) return { ok: true, meta };
  const repeat = repeatOf(getKey(pairs, 'repeat') ?? null);
  if (repeat === undefined) return { ok: false, problem: 'meta-repeat-invalid' };
  if (isTruthy(interval)) return withInterval({ ...meta, repeat }, interval);
  if (typeof cronString !== 'string') return { ok: false, problem: 'meta-cron-invalid' };
  return { ok: true, meta: { ...meta, repeat, cronString } };
}

function withInterval(meta: LegacyMeta, value: PyValue): MetaResult {
  const interval = toInt(value);
  if (interval === undefined) return { ok: false, problem: 'meta-interval-invalid' };
  if (interval <= 0) return { ok: false, problem: 'meta-interval-not-positive' };
  return { ok: true, meta: { ...meta, interval } };
}

/**
 * rq-scheduler sets `meta['repeat'] = int(repeat) - 1` where repeat is truthy, and stops where the
 * stored value then equals 0: falsy values that equal 0 stop, other falsy ones never do, and a
 * truthy value that converts to 0 ('0', 0.5) becomes -1, endless. Undefined where int() raises.
 */
function repeatOf(value: PyValue): number | null | undefined {
  if (value === null) return null;
  if (!isTruthy(value)) {
    const equalsZero = value === false || value === 0 || (isTagged(value) && value.type === 'float');
    return equalsZero ? 0 : null;
  }
  const repeat = toInt(value);
  return repeat === 0 ? -1 : repeat;
}

/** Python's `int(value)`, undefined where it raises or leaves the exact range of a number. */
function toInt(value: PyValue): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return intText(value);
  if (value instanceof Uint8Array) return intText(Buffer.from(value).toString('latin1'));
  if (value === null || !isTagged(value)) return undefined;
  if (value.type === 'bytearray') return intText(Buffer.from(value.bytes).toString('latin1'));
  return value.type === 'float' ? safe(Math.trunc(value.value)) : undefined;
}

function intText(text: string): number | undefined {
  const digits = text.trim();
  return /^[+-]?\d+(?:_\d+)*$/.test(digits) ? safe(Number(digits.replaceAll('_', ''))) : undefined;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value + 0 : undefined;
}
