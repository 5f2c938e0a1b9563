import { inflateSync } from 'node:zlib';
import { decodeText, parseInteger, parseUtc } from './parse.js';
import { atLeast } from './version.js';

/** A job hash as read from Redis. */
export interface HashSnapshot {
  /** TYPE of the key: `hash`, `none`, or another Redis type. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, Uint8Array>;
}

/** Whether the serialized fields could be read; decided by who can read pickles. */
export interface PayloadFacts {
  readonly dataReadable: boolean;
  /** An absent or empty field is a dict. */
  readonly meta: 'dict' | 'not-dict' | 'unreadable';
}

/** 2^63 milliseconds, less the time since 1970. */
const MAX_TTL = 9_000_000_000_000_000n;

/** Fields RQ reads as an int where they are not empty; its name gives the code, `<name>-invalid`. */
const INT_FIELDS = [
  'timeout',
  'result_ttl',
  'failure_ttl',
  'ttl',
  'allow_dependency_failures',
  'number_of_retries',
  'retries_left',
  'enqueue_at_front_on_retry',
  'repeats_left',
  'rate_limit_concurrency',
] as const;
/** Read as an int even where empty. */
const ALWAYS_INT_FIELDS = [
  'success_callback_timeout',
  'failure_callback_timeout',
  'stopped_callback_timeout',
  'enqueue_at_front',
] as const;
const DATE_FIELDS = ['created_at', 'enqueued_at', 'started_at', 'ended_at', 'last_heartbeat'] as const;
const JSON_FIELDS = ['retry_intervals', 'repeat_intervals'] as const;
const TEXT_FIELDS = [
  'origin',
  'description',
  'worker_name',
  'group_id',
  'success_callback_name',
  'failure_callback_name',
  'stopped_callback_name',
  'dependency_id',
  'rate_limit_key',
] as const;

/**
 * Version in which RQ began to read a field (job.py `restore` at 1.10.1, 1.13.0, 1.14.0, 1.15.0, 2.0.0, 2.1.0,
 * 2.8.0, 2.12.0, 3.0.0). Where the exact version lies between two of these the older side is taken.
 */
const SINCE: Readonly<Record<string, string>> = {
  enqueue_at_front: '1.11',
  success_callback_timeout: '1.14',
  failure_callback_timeout: '1.14',
  stopped_callback_timeout: '1.15',
  stopped_callback_name: '1.15',
  group_id: '2.0',
  number_of_retries: '2.1',
  repeats_left: '2.3',
  repeat_intervals: '2.3',
  enqueue_at_front_on_retry: '2.2',
  rate_limit_concurrency: '3.0',
  rate_limit_key: '3.0',
};

/**
 * Why the native scheduler would crash on, lose or mistreat this entry once it stands in
 * `rq:scheduled:<queue>` with status `scheduled` (SEMANTICS §3). Empty when nothing is wrong.
 *
 * `hash-missing`, `hash-wrong-type`, `data-missing` and every `<field>-invalid` (dashes for
 * underscores) end the scheduler process, which then serves no queue at all; `data-unreadable` sends the
 * job to the failed registry; `ttl-zero` deletes it when it is enqueued; `meta-unreadable` matters
 * below 1.14.1 only, `meta-not-dict` from 3.0 (job.py `_serialize_meta`); `has-dependencies`: native
 * scheduling ignores dependencies on every version.
 * A null version means every version.
 */
export function hashProblems(
  snapshot: HashSnapshot,
  rqVersion: string | null,
  payloads: PayloadFacts,
): string[] {
  if (snapshot.type === 'none') return ['hash-missing'];
  if (snapshot.type !== 'hash') return ['hash-wrong-type'];
  const { fields } = snapshot;
  const problems: string[] = [];
  if (!fields.has('data')) problems.push('data-missing');
  else if (!payloads.dataReadable) problems.push('data-unreadable');
  if (payloads.meta === 'unreadable' && before(rqVersion, '1.14.1')) problems.push('meta-unreadable');
  if (payloads.meta === 'not-dict' && from(rqVersion, '3.0')) problems.push('meta-not-dict');
  problems.push(...invalidFields(fields, rqVersion));
  problems.push(...ttlProblems(fields.get('ttl')));
  problems.push(...dependencyProblems(fields, rqVersion));
  return problems;
}

/** RQ deletes a job of ttl 0 at enqueueing; Redis refuses an EXPIRE beyond its milliseconds. */
function ttlProblems(raw: Uint8Array | undefined): string[] {
  const ttl = raw && parseInteger(raw);
  if (ttl === 0n) return ['ttl-zero'];
  return typeof ttl === 'bigint' && ttl > MAX_TTL ? ['ttl-invalid'] : [];
}

function before(rqVersion: string | null, bound: string): boolean {
  return rqVersion === null || !atLeast(rqVersion, bound);
}

function from(rqVersion: string | null, bound: string): boolean {
  return rqVersion === null || atLeast(rqVersion, bound);
}

function reads(rqVersion: string | null, field: string): boolean {
  const since = SINCE[field];
  return since === undefined || from(rqVersion, since);
}

function invalidFields(fields: ReadonlyMap<string, Uint8Array>, rqVersion: string | null): string[] {
  const problems: string[] = [];
  const check = (names: readonly string[], valid: (raw: Uint8Array) => boolean, whereEmpty = false): void => {
    for (const name of names) {
      const raw = fields.get(name);
      if (raw === undefined || (raw.length === 0 && !whereEmpty) || !reads(rqVersion, name)) continue;
      if (!valid(raw)) problems.push(`${name.replaceAll('_', '-')}-invalid`);
    }
  };
  check(DATE_FIELDS, (raw) => parseUtc(raw) !== null);
  check(INT_FIELDS, (raw) => parseInteger(raw) !== null);
  check(ALWAYS_INT_FIELDS, (raw) => parseInteger(raw) !== null, true);
  check(JSON_FIELDS, (raw) => parseJson(raw) !== undefined);
  check(TEXT_FIELDS, (raw) => decodeText(raw) !== null);
  check(['exc_info'], excInfoIsText);
  return problems;
}

function parseJson(raw: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(raw) ?? '');
  } catch {
    return undefined;
  }
}

/** Text under zlib, or as it is. */
function excInfoIsText(raw: Uint8Array): boolean {
  let bytes = raw;
  try {
    bytes = inflateSync(raw, { maxOutputLength: 16 * 1024 * 1024 });
  } catch (error) {
    // Too long a text to look at is no reason to refuse the job.
    if (error instanceof RangeError) return true;
  }
  return decodeText(bytes) !== null;
}

/**
 * `dependency_ids` is JSON, or `dependency_id` holds the only one. At enqueueing RQ saves
 * `_dependency_ids[0]`, which raises for numbers and objects and for a first item that is
 * neither text nor number. RQ 1.5 knew no `dependency_ids`.
 */
function dependencyProblems(fields: ReadonlyMap<string, Uint8Array>, rqVersion: string | null): string[] {
  const many = fields.get('dependency_ids');
  const single = (fields.get('dependency_id')?.length ?? 0) > 0;
  const ignored = rqVersion !== null && !atLeast(rqVersion, '1.6');
  if (many === undefined || many.length === 0 || ignored) return single ? ['has-dependencies'] : [];
  const ids = parseJson(many);
  if (ids === undefined) return ['dependency-ids-invalid'];
  if (!ids || (Array.isArray(ids) && ids.length === 0) || isEmptyObject(ids)) return [];
  const first = Array.isArray(ids) || typeof ids === 'string' ? ids[0] : undefined;
  const storable = typeof first === 'string' || typeof first === 'number';
  return storable ? ['has-dependencies'] : ['dependency-ids-invalid'];
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
