import type { Connection } from './connection.js';
import { BATCH } from './entries.js';
import { KEY, queueKey } from './keys.js';
import { type HeldLock, RUN_LOCK_MS } from './lock.js';
import type { Field } from './moves.js';
import { type Arg, arg, int, list, type Reply, textMap, textOrNull } from './reply.js';

/** Which job it is and where. */
export interface CanaryName {
  readonly id: string;
  readonly queue: string;
}

/** A harmless job that proves what a worker can do. */
export interface Canary extends CanaryName {
  /** The whole job hash. */
  readonly fields: readonly Field[];
}

/** What RQ has written about a canary; null where it has not, or the hash is gone. */
export interface CanaryState {
  readonly status: string | null;
  /** RQ's own texts: UTC with microseconds, by the worker's clock. */
  readonly enqueuedAt: string | null;
  readonly startedAt: string | null;
}

/** `withdrawn`: it was scheduled still; its hash is left for a moment, remove it once more then (canary_remove.lua). */
export type CanaryRemoval = 'removed' | 'started' | 'withdrawn';

const REMOVALS: readonly CanaryRemoval[] = ['started', 'removed', 'withdrawn'];
const jobKey = (id: string) => `rq:job:${id}`;

/** Enqueues the canary at the front of its queue (scripts/canary_push.lua). */
export async function pushCanary(connection: Connection, lock: HeldLock, canary: Canary): Promise<void> {
  await connection.script(
    'canary_push',
    [lock.key, jobKey(canary.id), queueKey(canary.queue)],
    [lock.value, RUN_LOCK_MS, canary.id, ...fieldArgs(canary)],
  );
}

/** Schedules the canary in its queue's ScheduledJobRegistry (scripts/canary_schedule.lua). */
export async function scheduleCanary(
  connection: Connection,
  lock: HeldLock,
  canary: Canary,
  due: number,
): Promise<void> {
  const { id, queue } = canary;
  await connection.script(
    'canary_schedule',
    [lock.key, ...tracesOf(canary)],
    [lock.value, RUN_LOCK_MS, id, queue, due, ...fieldArgs(canary)],
  );
}

/** Looks at the canaries, 250 a call (scripts/canary_look.lua). */
export async function lookAtCanaries(
  connection: Connection,
  lock: HeldLock,
  ids: readonly string[],
): Promise<{ now: number; states: CanaryState[] }> {
  const states: CanaryState[] = [];
  let now = 0;
  for (let from = 0; from < ids.length; from += BATCH) {
    const keys = [lock.key, ...ids.slice(from, from + BATCH).map(jobKey)];
    const reply = list(await connection.script('canary_look', keys, [lock.value, RUN_LOCK_MS]));
    now = int(reply[0]) + int(reply[1]) / 1e6;
    states.push(...list(reply[2]).map(stateOf));
  }
  return { now, states };
}

function stateOf(reply: Reply): CanaryState {
  const [status, enqueuedAt, startedAt] = list(reply).map((one) => textOrNull(one) || null);
  return { status: status ?? null, enqueuedAt: enqueuedAt ?? null, startedAt: startedAt ?? null };
}

/** Canaries in the tool's own list of them. */
export async function leftCanaries(connection: Connection): Promise<CanaryName[]> {
  const left = textMap(await connection.call('HGETALL', KEY.canaries));
  return [...left].map(([id, queue]) => ({ id, queue }));
}

/** Removes the canary's traces, as far as that can be done now (scripts/canary_remove.lua). */
export async function removeCanary(
  connection: Connection,
  lock: HeldLock,
  canary: CanaryName,
): Promise<CanaryRemoval> {
  const keys = [lock.key, ...tracesOf(canary)];
  const done = int(await connection.script('canary_remove', keys, [lock.value, RUN_LOCK_MS, canary.id]));
  return REMOVALS[done] ?? 'started';
}

/** Deletes the lock where it is ours still. */
export async function releaseCanaryLock(connection: Connection, lock: HeldLock): Promise<void> {
  await connection.script('release_lock', [lock.key], [lock.value]);
}

/** Every key that a canary is, or is a member of, in the order of the scripts' KEYS. */
function tracesOf({ id, queue }: CanaryName): string[] {
  const registries = ['scheduled', 'finished', 'failed', 'canceled'].map((name) => `rq:${name}:${queue}`);
  return [
    jobKey(id),
    `rq:results:${id}`,
    KEY.canaries,
    queueKey(queue),
    `${queueKey(queue)}:intermediate`,
    ...registries,
  ];
}

function fieldArgs({ fields }: Canary): Arg[] {
  return fields.flatMap(([name, value]) => [name, typeof value === 'string' ? value : arg(value)]);
}
