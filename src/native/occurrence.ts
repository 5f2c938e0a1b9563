import { deflateSync } from 'node:zlib';
import { jobKey, LISTED_KEY, scheduledKey, seriesKey } from './keys.js';
import { formatUtc, parseInteger } from './parse.js';

/** Import name of the runtime in the user's project, unless it is part of a package. */
export const RUNTIME_MODULE = 'rq_recurring';

/** Timeout that RQ gives a scheduled job whose caller named none (Queue.DEFAULT_TIMEOUT), seconds. */
const DEFAULT_TIMEOUT = '180';
/** How often a tick that failed is tried again: arming the next one must not depend on one bad moment. */
const TICK_RETRIES = '3';

export type FieldValue = string | Uint8Array;

/** What a series is; all but the original job hash. */
export interface SeriesDefinition {
  /** Only [A-Za-z0-9_-]: see `seriesIdFor`. */
  readonly series: string;
  /** Id of the job that each tick enqueues: the legacy one where RQ can hold it, else that of the series. */
  readonly job: FieldValue;
  readonly queue: string;
  readonly kind: 'interval' | 'cron';
  /** Seconds, > 0; null for cron. */
  readonly interval: number | null;
  readonly cron: string | null;
  /** IANA name; `UTC` for an interval. */
  readonly tz: string;
  readonly dialect: 'crontab' | 'croniter';
  /** Epoch seconds: a point of the interval grid. */
  readonly anchor: number;
  /** Runs left, the armed one included; null = endless. */
  readonly remaining: number | null;
  /** Epoch seconds of the tick to arm, a whole number. */
  readonly slot: number;
  readonly serializer: 'pickle' | 'json';
  /** Dotted function name, for people. */
  readonly func: string;
  /** The rq-scheduler job id, for people and for rollback; null for none. */
  readonly legacyId: FieldValue | null;
}

/** Everything to write for a new series. Fields are flat lists: name, value, name, value, ... */
export interface Occurrence {
  readonly jobId: string;
  readonly jobKey: string;
  readonly jobFields: FieldValue[];
  readonly registryKey: string;
  readonly score: number;
  readonly seriesKey: string;
  readonly seriesFields: FieldValue[];
}

/** Writes the pickle of `(func, None, args, {})`. */
export type PickleCall = (func: string, args: readonly (string | number | Uint8Array)[]) => Uint8Array;

export type Fields = ReadonlyMap<string, Uint8Array>;

const COPIED = ['timeout', 'failure_ttl', 'ttl', 'description'] as const;
const CALLBACKS = ['success_callback', 'failure_callback', 'stopped_callback'] as const;

/** What a tick depends on beside the clock. */
export interface TickDefinition {
  readonly series: string;
  readonly slot: number;
  readonly queue: string;
  readonly serializer: 'pickle' | 'json';
  /** That of the job, or its call: what dashboards show of a waiting entry. */
  readonly description: FieldValue;
  /** Dotted name of the runtime: `rq_recurring`, or `app.rq_recurring` where it is part of a package. */
  readonly module: string;
}

/**
 * The series hash and the job hash of its first tick, from the hash of the real job, which itself stays as it is.
 * `now` is epoch seconds. Throws RangeError for a slot that is no whole number and for an original without `data`.
 * The series keeps what the runtime needs to write the real job anew should its hash expire; a negative
 * `result_ttl`, rq-scheduler's default, is RQ's default there (SEMANTICS §9, §10).
 */
export function firstOccurrence(
  definition: SeriesDefinition,
  original: Fields,
  tick: Pick<TickDefinition, 'description' | 'module'>,
  now: number,
  pickleCall: PickleCall,
): Occurrence {
  const { series, slot, queue } = definition;
  const data = original.get('data');
  if (!Number.isSafeInteger(slot)) throw new RangeError(`slot is no whole second: ${slot}`);
  if (data === undefined) throw new RangeError('original job has no data');
  const jobId = `${series}-${slot}`;
  return {
    jobId,
    jobKey: jobKey(jobId),
    jobFields: [...tickFields({ ...definition, ...tick }, now, pickleCall)].flat(),
    registryKey: scheduledKey(queue),
    score: slot,
    seriesKey: seriesKey(series),
    seriesFields: seriesFields(definition, original, data, now, jobId),
  };
}

/**
 * The hash of the armed job of a series in tick mode: `<module>.tick(series, slot)`, which arms the next one and
 * enqueues the real job in one step. It leaves nothing behind, goes to the front of its queue, and has no part of
 * what is set for the real job. `now` is epoch seconds.
 */
export function tickFields(
  tick: TickDefinition,
  now: number,
  pickleCall: PickleCall,
): Map<string, FieldValue> {
  const { series, slot, serializer, module, queue } = tick;
  const data = callData(`${module}.tick`, [series, slot], serializer, pickleCall);
  return new Map([
    ...scheduledFields(data, queue, now),
    ['description', tick.description],
    ['result_ttl', '0'],
    ['enqueue_at_front', '1'],
    ['retries_left', TICK_RETRIES],
  ]);
}

/** The `data` field of a job that calls `func(*args)`, as RQ serializes calls. */
export function callData(
  func: string,
  args: readonly (string | number | Uint8Array)[],
  serializer: 'pickle' | 'json',
  pickleCall: PickleCall,
): Uint8Array {
  if (serializer === 'pickle') return compress(pickleCall(func, args));
  return compress(Buffer.from(JSON.stringify([func, null, args, {}]), 'utf8'));
}

function compress(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(bytes));
}

/** Fields as `Job.to_dict` and `Queue.enqueue_at` leave them (dumps of 1.15.1 and 2.10). */
export function scheduledFields(data: Uint8Array, queue: string, now: number): [string, FieldValue][] {
  return [
    ['status', 'scheduled'],
    ['created_at', formatUtc(now)],
    ['data', data],
    ['success_callback_name', ''],
    ['failure_callback_name', ''],
    ['stopped_callback_name', ''],
    ['started_at', ''],
    ['ended_at', ''],
    ['last_heartbeat', ''],
    ['worker_name', ''],
    ['origin', queue],
    ['timeout', DEFAULT_TIMEOUT],
  ];
}

function seriesFields(
  definition: SeriesDefinition,
  original: Fields,
  data: Uint8Array,
  now: number,
  jobId: string,
): FieldValue[] {
  const fields = new Map<string, FieldValue>([
    ['version', '2'],
    ['kind', definition.kind],
    ['interval', definition.interval === null ? '' : String(definition.interval)],
    ['cron', definition.cron ?? ''],
    ['tz', definition.tz],
    ['dialect', definition.dialect],
    ['anchor', String(definition.anchor)],
    ['remaining', definition.remaining === null ? '' : String(definition.remaining)],
    ['slot', String(definition.slot)],
    ['job_id', jobId],
    ['job', definition.job],
    ['listed_in', LISTED_KEY],
    ['queue', definition.queue],
    ...carried(original),
    ['func', definition.func],
    ['data', data],
    ['serializer', definition.serializer],
    ['created_at', String(Math.floor(now))],
    ['state', 'active'],
  ]);
  if (definition.legacyId !== null) fields.set('legacy_id', definition.legacyId);
  return [...fields].flat();
}

/** What every run takes over from the original hash, raw; '' where RQ's default applies. */
export function carried(original: Fields): [string, FieldValue][] {
  const kept: [string, FieldValue][] = COPIED.map((name) => [name, original.get(name) ?? '']);
  kept.push(['result_ttl', resultTtl(original)]);
  for (const name of ['meta', ...CALLBACKS.flatMap((c) => [`${c}_name`, `${c}_timeout`])]) {
    const value = original.get(name);
    if (value !== undefined && value.length > 0) kept.push([name, value]);
  }
  const front = original.get('enqueue_at_front');
  if (front !== undefined && (parseInteger(front) ?? 0n) !== 0n) kept.push(['enqueue_at_front', '1']);
  return kept;
}

function resultTtl(original: Fields): FieldValue {
  const raw = original.get('result_ttl');
  const value = raw && parseInteger(raw);
  return raw === undefined || value === null || value === undefined || value < 0n ? '' : raw;
}
