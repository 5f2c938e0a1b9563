/** Key names this adapter reads and writes (SEMANTICS §1, §7; rq/queue.py, rq/worker.py). */
export const KEY = {
  legacyJobs: 'rq:scheduler:scheduled_jobs',
  legacyLock: 'rq:scheduler_lock',
  /** The single instance of rq-scheduler <= 0.9.1. */
  legacySingle: 'rq:scheduler',
  queues: 'rq:queues',
  workers: 'rq:workers',
  cronSchedulers: 'rq:cron_schedulers',
  fence: 'migrate-scheduler:fence',
  runLock: 'migrate-scheduler:lock',
  current: 'migrate-scheduler:current',
  runs: 'migrate-scheduler:runs',
  series: 'migrate-scheduler:series',
  probe: 'migrate-scheduler:probe',
  canaryLock: 'migrate-scheduler:canary-lock',
  canaries: 'migrate-scheduler:canaries',
} as const;

/** Prefix of everything that this tool writes, and of its values in `rq:scheduler_lock`. */
export const OWN_PREFIX = 'migrate-scheduler:';

export const runKey = (runId: string): string => `${OWN_PREFIX}run:${runId}`;
export const journalKey = (runId: string): string => `${OWN_PREFIX}journal:${runId}`;
export const scheduledKey = (queue: string): string => `rq:scheduled:${queue}`;
export const queueKey = (queue: string): string => `rq:queue:${queue}`;
export const schedulerLockKey = (queue: string): string => `rq:scheduler-lock:${queue}`;
