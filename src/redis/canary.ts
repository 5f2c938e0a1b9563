import type { Connection } from './connection.js';
import { KEY, queueKey } from './keys.js';
import { RUN_LOCK_MS, type RunLock } from './lock.js';
import type { Field } from './moves.js';
import { arg, int, textOrNull } from './reply.js';

/** A harmless job that proves what a worker can do. */
export interface Canary {
  readonly id: string;
  readonly queue: string;
  /** The job hash, ready to be enqueued. */
  readonly fields: readonly Field[];
}

const jobKey = (id: string) => `rq:job:${id}`;

/** Enqueues the canary at the front of its queue (scripts/canary_push.lua). */
export async function pushCanary(connection: Connection, lock: RunLock, canary: Canary): Promise<void> {
  const flat = canary.fields.flatMap(([name, value]) => [
    name,
    typeof value === 'string' ? value : arg(value),
  ]);
  await connection.script(
    'canary_push',
    [KEY.runLock, jobKey(canary.id), queueKey(canary.queue)],
    [lock.value, RUN_LOCK_MS, canary.id, ...flat],
  );
}

/** RQ's status of the canary, null when its hash is gone. */
export async function canaryStatus(connection: Connection, id: string): Promise<string | null> {
  return textOrNull(await connection.call('HGET', jobKey(id), 'status'));
}

/** Removes the canary's traces; false while a worker is executing it. */
export async function removeCanary(connection: Connection, lock: RunLock, canary: Canary): Promise<boolean> {
  const { id, queue } = canary;
  const registries = ['finished', 'failed', 'canceled'].map((name) => `rq:${name}:${queue}`);
  const keys = [KEY.runLock, jobKey(id), queueKey(queue), `rq:results:${id}`, ...registries];
  return int(await connection.script('canary_remove', keys, [lock.value, RUN_LOCK_MS, id])) === 1;
}
