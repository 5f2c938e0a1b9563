import { atLeast } from './version.js';

/** Queue.DEFAULT_WORKER_TTL and DEFAULT_MAINTENANCE_TASK_INTERVAL (rq defaults.py), seconds. */
const WORKER_TTL = 420;
const MAINTENANCE = 600;
/** A worker wakes up this much before its TTL has passed (rq worker.py `dequeue_timeout`). */
const EARLIER = 15;
/** A scheduler that serves another queue tries again for the locks it lacks (DEFAULT_SCHEDULER_FALLBACK_PERIOD). */
const FALLBACK = 120;
const FALLBACK_UP_TO_1_12 = 600;
/** Redis keeps a worker's hash this much longer than its TTL. */
const HASH_EXTRA = 60;

/** A live worker that listens to the queue. */
export interface Spare {
  /** `worker_ttl`, seconds; null where it cannot be told: RQ's default. */
  readonly ttl: number | null;
  /** Its scheduler is at work for another queue. */
  readonly schedules: boolean;
}

/**
 * Seconds until one of these workers has taken over the scheduling of a queue, at the latest; null where there is none.
 * A worker looks whether its scheduler should start only at maintenance, for which it wakes up at every dequeue timeout:
 * 810 s with RQ's defaults, 808 s were seen (SEMANTICS §7). `lockMs`: what is left of the dead holder's lock. The
 * maintenance interval of a worker is not in Redis; RQ's default is taken.
 */
export function takeoverSeconds(lockMs: number, spares: readonly Spare[], rq: string | null): number | null {
  if (spares.length === 0) return null;
  const fallback = rq !== null && atLeast(rq, '1.13') ? FALLBACK : FALLBACK_UP_TO_1_12;
  const waits = spares.map(({ ttl, schedules }) => {
    if (schedules) return fallback;
    const wake = Math.max(1, (ttl ?? WORKER_TTL) - EARLIER);
    return Math.ceil(MAINTENANCE / wake) * wake;
  });
  return Math.round(Math.max(0, lockMs) / 1000 + Math.min(...waits));
}

/**
 * A worker's TTL from its hash: RQ sets the expiry with each heartbeat of an idle worker to its TTL and a minute.
 * Null for a busy one, whose expiry says something else.
 */
export function workerTtl(
  state: string | null,
  pttlMs: number,
  lastHeartbeat: number | null,
  now: number,
): number | null {
  if (state !== 'idle' || pttlMs < 0 || lastHeartbeat === null) return null;
  const ttl = Math.round(pttlMs / 1000 + (now - lastHeartbeat)) - HASH_EXTRA;
  return ttl > EARLIER && ttl < 86_400 ? ttl : null;
}
