import { deflateSync } from 'node:zlib';
import { jobKey, scheduledKey, seriesKey } from './keys.js';
import { formatUtc, parseInteger } from './parse.js';

/** Function that every occurrence calls, unless its package lies in another one of the user's project. */
export const RUN_FUNCTION = 'rq_recurring.run';

/** Timeout that RQ gives a scheduled job whose caller named none (Queue.DEFAULT_TIMEOUT), seconds. */
const DEFAULT_TIMEOUT = '180';

export type FieldValue = string | Uint8Array;

/** What a series is; all but the original job hash. */
export interface SeriesDefinition {
  /** Only [A-Za-z0-9_-]: see `seriesIdFor`. */
  readonly series: string;
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
  /** Epoch seconds of the occurrence to arm, a whole number. */
  readonly slot: number;
  readonly serializer: 'pickle' | 'json';
  /** Dotted function name, for people. */
  readonly func: string;
  /** The rq-scheduler job id, for people and for rollback; null for none. */
  readonly legacyId: FieldValue | null;
  /** Dotted name of the package that runs it; `rq_recurring` unless given. */
  readonly module?: string;
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

type Fields = ReadonlyMap<string, Uint8Array>;

const COPIED = ['timeout', 'failure_ttl', 'ttl', 'description'] as const;
const CALLBACKS = ['success_callback', 'failure_callback', 'stopped_callback'] as const;

/**
 * The series hash and the job hash of its first occurrence, from the original job hash.
 * `now` is epoch seconds. Throws RangeError for a slot that is no whole number and for an original
 * without `data`. A negative `result_ttl`, rq-scheduler's default, becomes RQ's default: with a
 * fresh id for each run it would leave every hash behind (SEMANTICS §9, §10).
 */
export function firstOccurrence(
  definition: SeriesDefinition,
  original: Fields,
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
    jobFields: jobFields(definition, original, data, now, pickleCall),
    registryKey: scheduledKey(queue),
    score: slot,
    seriesKey: seriesKey(series),
    seriesFields: seriesFields(definition, original, data, now, jobId),
  };
}

/**
 * The `data` field of an occurrence: `run(series, slot, data)` as RQ serializes calls. `run` is its dotted name,
 * which differs where the runtime is a module of a package.
 */
export function occurrenceData(
  series: string,
  slot: number,
  data: Uint8Array,
  serializer: 'pickle' | 'json',
  pickleCall: PickleCall,
  run: string = RUN_FUNCTION,
): Uint8Array {
  if (serializer === 'pickle') return compress(pickleCall(run, [series, slot, data]));
  const call = [run, null, [series, slot, Buffer.from(data).toString('base64')], {}];
  return compress(Buffer.from(JSON.stringify(call), 'utf8'));
}

function runOf({ module }: SeriesDefinition): string {
  return module === undefined ? RUN_FUNCTION : `${module}.run`;
}

function compress(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(bytes));
}

/** Fields as `Job.to_dict` and `Queue.enqueue_at` leave them (dumps of 1.15.1 and 2.10). */
function jobFields(
  definition: SeriesDefinition,
  original: Fields,
  data: Uint8Array,
  now: number,
  pickleCall: PickleCall,
): FieldValue[] {
  const { series, slot, serializer } = definition;
  const fields = new Map<string, FieldValue>([
    ['status', 'scheduled'],
    ['created_at', formatUtc(now)],
    ['data', occurrenceData(series, slot, data, serializer, pickleCall, runOf(definition))],
    ['success_callback_name', ''],
    ['failure_callback_name', ''],
    ['stopped_callback_name', ''],
    ['started_at', ''],
    ['ended_at', ''],
    ['last_heartbeat', ''],
    ['worker_name', ''],
    ['origin', definition.queue],
    ['timeout', DEFAULT_TIMEOUT],
  ]);
  for (const [name, value] of carried(original)) if (value.length > 0) fields.set(name, value);
  return [...fields].flat();
}

function seriesFields(
  definition: SeriesDefinition,
  original: Fields,
  data: Uint8Array,
  now: number,
  jobId: string,
): FieldValue[] {
  const fields = new Map<string, FieldValue>([
    ['version', '1'],
    ['kind', definition.kind],
    ['interval', definition.interval === null ? '' : String(definition.interval)],
    ['cron', definition.cron ?? ''],
    ['tz', definition.tz],
    ['dialect', definition.dialect],
    ['anchor', String(definition.anchor)],
    ['remaining', definition.remaining === null ? '' : String(definition.remaining)],
    ['slot', String(definition.slot)],
    ['job_id', jobId],
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
function carried(original: Fields): [string, FieldValue][] {
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
