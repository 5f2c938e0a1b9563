import type { Check, QueueSeen, WorkerSeen } from './observations.js';

/** Seconds that a run may start late before it is a warning: RQ's scheduler looks once a second. */
export const LATE_SECONDS = 2;
/** Seconds that a worker's clock may be away from Redis's. */
const SKEW_SECONDS = 1;

/** Why a queue gets no canary: nobody could run it, or nothing there needs a scheduler. */
export type NoCanary = 'no-worker' | 'no-scheduler';

/** What became of a canary: `timeout-…` when it was not further than that in time. */
export type CanaryOutcome =
  | 'finished'
  | 'failed'
  | 'gone'
  | 'timeout-scheduled'
  | 'timeout-queued'
  | 'timeout-started';

/** One canary as it was measured; times in epoch seconds, null where it did not come so far. */
export interface CanarySeen {
  readonly queue: string;
  readonly outcome: CanaryOutcome;
  readonly serializer: 'pickle' | 'json';
  readonly due: number;
  /** By the workers' clocks, as RQ wrote them. */
  readonly enqueuedAt: number | null;
  readonly startedAt: number | null;
  /** By Redis's clock: the last look at which it had not started, and the first at which it had. */
  readonly notStartedAt: number;
  readonly seenStartedAt: number | null;
  /** Seconds it was waited for after it was due. */
  readonly patience: number;
}

/**
 * Queues that get a canary: those with a live worker where something is scheduled or a scheduler holds the lock. The
 * others are named with the reason; a queue without scheduled jobs needs no scheduler.
 */
export function canaryQueues(seen: {
  readonly queues: readonly Pick<QueueSeen, 'name' | 'scheduled' | 'scheduler'>[];
  readonly workers: readonly Pick<WorkerSeen, 'alive' | 'queues'>[];
}): {
  readonly measure: readonly string[];
  readonly skip: readonly { readonly queue: string; readonly reason: NoCanary }[];
} {
  const served = new Set(seen.workers.filter(({ alive }) => alive).flatMap(({ queues }) => queues));
  const known = new Map(seen.queues.map((queue) => [queue.name, queue]));
  const measure: string[] = [];
  const skip: { queue: string; reason: NoCanary }[] = [];
  for (const queue of [...new Set([...known.keys(), ...served])].sort()) {
    const { scheduled = 0, scheduler = 'absent' } = known.get(queue) ?? {};
    if (scheduled === 0 && scheduler === 'absent') {
      if (served.has(queue)) skip.push({ queue, reason: 'no-scheduler' });
    } else if (served.has(queue)) measure.push(queue);
    else skip.push({ queue, reason: 'no-worker' });
  }
  return { measure, skip };
}

/** A queue that got no canary. */
export function skippedCanary(queue: string, reason: NoCanary): Check {
  return { code: 'canary-ran', status: 'skip', where: queue, args: { outcome: reason } };
}

/** The check of one canary, with the measured precision in seconds after the time it was due. */
export function canaryCheck(seen: CanarySeen): Check {
  const { queue, outcome, serializer, due, patience } = seen;
  const enqueued = after(seen.enqueuedAt, due);
  const started = after(seen.startedAt, due);
  const skew = clockSkew(seen);
  const args = { outcome, due, enqueued, started, skew, serializer, patience };
  return { code: 'canary-ran', status: statusOf(seen, skew), where: queue, args };
}

function statusOf(seen: CanarySeen, skew: number): Check['status'] {
  // Its scheduler did its part: what is missing is a free worker.
  if (seen.outcome === 'timeout-queued' || seen.outcome === 'timeout-started') return 'warn';
  if (seen.outcome !== 'finished') return 'fail';
  // By both clocks: a worker whose clock is behind is late, and does not know it.
  const late = Math.max((seen.startedAt ?? seen.due) - seen.due, seen.notStartedAt - seen.due);
  return late > LATE_SECONDS || Math.abs(skew) > SKEW_SECONDS ? 'warn' : 'pass';
}

/** Seconds by which the worker's clock is ahead of Redis's, as far as the looks prove it; 0 where they agree. */
function clockSkew({ startedAt, notStartedAt, seenStartedAt }: CanarySeen): number {
  if (startedAt === null || seenStartedAt === null) return 0;
  if (startedAt < notStartedAt) return round(startedAt - notStartedAt);
  return startedAt > seenStartedAt ? round(startedAt - seenStartedAt) : 0;
}

const round = (seconds: number): number => Math.round(seconds * 1000) / 1000;
const after = (at: number | null, due: number): number | null => (at === null ? null : round(at - due));

/** What became of the job that imports `rq_recurring` in a worker of this queue. */
export function importCheck(queue: string, outcome: CanaryOutcome, patience: number): Check {
  const late = outcome === 'timeout-queued' || outcome === 'timeout-started';
  const status = outcome === 'finished' ? 'pass' : late ? 'warn' : 'fail';
  return { code: 'recurring-importable', status, where: queue, args: { outcome, patience } };
}

/** A refreshed lock proves nothing on RQ 1.11 and earlier (SEMANTICS §7); a canary that was enqueued does. */
export function provable({ code, status }: Check): boolean {
  return code === 'scheduler-beats' && status === 'warn';
}

/** The checks with what the canaries proved about them. */
export function proved(checks: readonly Check[], canaries: readonly Check[]): Check[] {
  const enqueued = new Set(
    canaries.flatMap(({ where, args }) => (typeof args.enqueued === 'number' ? [where] : [])),
  );
  return checks.map((check) =>
    provable(check) && enqueued.has(check.where)
      ? { ...check, status: 'pass', args: { ...check.args, verdict: 'active' } }
      : check,
  );
}
