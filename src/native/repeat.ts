import type { FieldValue } from './occurrence.js';
import { parseInteger } from './parse.js';

/** Seconds that RQ keeps a result for (defaults.py DEFAULT_RESULT_TTL); rq-scheduler's -1 would keep the hash for ever. */
const RESULT_TTL = '500';
/** Queue.DEFAULT_TIMEOUT, seconds. */
const TIMEOUT = '180';

/** What a former run left in the hash; the copy has not run yet. */
const OF_A_RUN: ReadonlySet<string> = new Set([
  'enqueued_at',
  'started_at',
  'ended_at',
  'last_heartbeat',
  'worker_name',
  'result',
  'exc_info',
]);

/**
 * The hash of the native job that makes the remaining runs of a finite interval job by RQ's own Repeat (RQ >= 2.3,
 * SEMANTICS §4): a copy of the original with status, `repeats_left` (runs after the next one, absent for none) and
 * one interval, since releases read a list of several in different order. `meta` is the user's own part of it.
 */
export function repeatFields(
  original: ReadonlyMap<string, Uint8Array>,
  interval: number,
  remaining: number,
  meta: Uint8Array | null,
): (readonly [string, FieldValue])[] {
  const fields = new Map<string, FieldValue>();
  for (const [name, value] of original) if (!OF_A_RUN.has(name)) fields.set(name, value);
  fields.set('status', 'scheduled');
  if ((original.get('timeout')?.length ?? 0) === 0) fields.set('timeout', TIMEOUT);
  const ttl = parseInteger(original.get('result_ttl') ?? new Uint8Array());
  if (ttl !== null && ttl < 0n) fields.set('result_ttl', RESULT_TTL);
  if (meta === null || meta.length === 0) fields.delete('meta');
  else fields.set('meta', meta);
  fields.delete('repeats_left');
  fields.delete('repeat_intervals');
  if (remaining > 1) {
    fields.set('repeats_left', String(remaining - 1));
    fields.set('repeat_intervals', `[${interval}]`);
  }
  return [...fields];
}
