/**
 * Redis keys of RQ (rq 1.15.1 job.py, queue.py, registry.py, scheduler.py, worker.py). RQ 3.0 can
 * replace the leading `rq` through RQ_KEY_PREFIX; only the default is supported.
 */
export const RQ_PREFIX = 'rq';

/** SET of full queue keys. */
export const QUEUES_KEY = 'rq:queues';
/** SET of full worker keys, may be stale. */
export const WORKERS_KEY = 'rq:workers';

export const JOB_KEY_PREFIX = 'rq:job:';
export const QUEUE_KEY_PREFIX = 'rq:queue:';
export const SCHEDULED_KEY_PREFIX = 'rq:scheduled:';
export const SCHEDULER_LOCK_KEY_PREFIX = 'rq:scheduler-lock:';
export const WORKER_KEY_PREFIX = 'rq:worker:';
/** Also matches rq-scheduler's ZSET `rq:scheduler:scheduled_jobs`: check TYPE (SEMANTICS §7). */
export const SCHEDULER_KEY_PREFIX = 'rq:scheduler:';

/** SET of the ids of all series of the recurring runtime. */
export const SERIES_SET_KEY = 'migrate-scheduler:series';
export const SERIES_KEY_PREFIX = 'migrate-scheduler:series:';
/** ZSET of what a Scheduler of the recurring runtime lists: job ids by the epoch seconds of their next run. */
export const LISTED_KEY = 'migrate-scheduler:scheduled_jobs';

/** HASH of one job. */
export function jobKey(id: string): string {
  return JOB_KEY_PREFIX + id;
}

/** LIST of job ids; also the member of `rq:queues`. */
export function queueKey(queue: string): string {
  return QUEUE_KEY_PREFIX + queue;
}

/** ZSET of the ScheduledJobRegistry, score = epoch seconds UTC. */
export function scheduledKey(queue: string): string {
  return SCHEDULED_KEY_PREFIX + queue;
}

/** STRING, the lock of the scheduler that serves a queue. */
export function schedulerLockKey(queue: string): string {
  return SCHEDULER_LOCK_KEY_PREFIX + queue;
}

/** HASH of one worker. */
export function workerKey(name: string): string {
  return WORKER_KEY_PREFIX + name;
}

/** SET of full worker keys that serve a queue, may be stale. */
export function queueWorkersKey(queue: string): string {
  return `${WORKERS_KEY}:${queue}`;
}

/** HASH of one scheduler (rq >= 2.10). */
export function schedulerKey(name: string): string {
  return SCHEDULER_KEY_PREFIX + name;
}

/** HASH with definition and state of one series. */
export function seriesKey(series: string): string {
  return SERIES_KEY_PREFIX + series;
}
