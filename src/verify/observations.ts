/** What was seen, as plain values; times in epoch seconds, durations in seconds. */
export interface Observations {
  /** Redis's own clock. */
  readonly now: number;
  readonly rq: string | null;
  readonly legacy: LegacySeen;
  readonly queues: readonly QueueSeen[];
  readonly workers: readonly WorkerSeen[];
  readonly series: SeriesSeen;
}

/** Recurring series of the runtime module. */
export interface SeriesSeen {
  /** Those that are to run again. */
  readonly active: number;
  /** Ids of those whose armed occurrence was lost on both looks: they will not run again by themselves. */
  readonly broken: readonly string[];
}

export interface LegacySeen {
  /** Members of `rq:scheduler:scheduled_jobs`. */
  readonly waiting: number;
  /** Keys of rq-scheduler instances that are alive. */
  readonly alive: readonly string[];
}

export interface QueueSeen {
  readonly name: string;
  /** Members of the queue's ScheduledJobRegistry. */
  readonly scheduled: number;
  /** Score of the earliest, null when there is none. */
  readonly next: number | null;
  /** Members whose score is older than the grace allows. */
  readonly overdue: number;
  /** Up to ten printable ids of entries whose job hash is gone, and how many there are. */
  readonly withoutJob: { readonly count: number; readonly examples: readonly string[] };
  /** Verdict over two samples of the queue's scheduler lock (SEMANTICS §7). */
  readonly scheduler: 'active' | 'dead' | 'absent' | 'inconclusive';
}

export interface WorkerSeen {
  readonly name: string;
  readonly queues: readonly string[];
  readonly version: string | null;
  readonly hostname: string | null;
  readonly pid: number | null;
  readonly state: string | null;
  /** Its hash exists and its heartbeat is recent. */
  readonly alive: boolean;
}

export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip';

/** One check of `verify`; worded from `code` and `args` in `report/messages.ts`. */
export interface Check {
  readonly code: string;
  readonly status: CheckStatus;
  /** The queue or key it is about; null for the whole database. */
  readonly where: string | null;
  /** A single job, or a place in the project's files (line from 1), where the check is about one. */
  readonly jobId?: string;
  readonly path?: string;
  readonly line?: number;
  readonly args: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}
