import type { Fate } from '../native/poison.js';

/** What was seen, as plain values; times in epoch seconds, durations in seconds. */
export interface Observations {
  /** Redis's own clock. */
  readonly now: number;
  /** Lowest version of the live workers, or the one that was asked for. */
  readonly rq: string | null;
  /** Version that the project's files or the options aim at. */
  readonly target: string | null;
  readonly legacy: LegacySeen;
  readonly queues: readonly QueueSeen[];
  readonly workers: readonly WorkerSeen[];
  /** All workers take no job (`rq suspend`). */
  readonly suspended: boolean;
  readonly series: SeriesSeen;
  readonly cron: readonly CronSeen[];
  readonly clocks: ClocksSeen;
  /** null where no run is journalled. */
  readonly journal: JournalSeen | null;
}

/** Recurring series of the runtime module. */
export interface SeriesSeen {
  /** Those that are to run again. */
  readonly active: number;
  /** Those whose armed occurrence was lost on both looks, and why: they will not run again by themselves. */
  readonly broken: readonly { readonly id: string; readonly loss: string }[];
}

export interface LegacySeen {
  /** Members of `rq:scheduler:scheduled_jobs`. */
  readonly waiting: number;
  /** Keys of rq-scheduler instances that are alive. */
  readonly alive: readonly string[];
  /** Entries that somebody added after the latest run had begun; null where there was no run. */
  readonly added: AddedSeen | null;
}

/** Entries of an old client that still writes. */
export interface AddedSeen {
  readonly count: number;
  /** `created_at` of the first and of the latest of them, null for none. */
  readonly first: number | null;
  readonly latest: number | null;
  /** Function names with their counts, most frequent first. */
  readonly functions: readonly string[];
}

export interface QueueSeen {
  readonly name: string;
  /** Members of the queue's ScheduledJobRegistry. */
  readonly scheduled: number;
  /** Score of the earliest, null when there is none. */
  readonly next: number | null;
  /** Members whose score is older than the grace allows. */
  readonly overdue: number;
  /** Verdict over two samples of the queue's scheduler lock (SEMANTICS §7). */
  readonly scheduler: 'active' | 'dead' | 'absent' | 'inconclusive';
  /** Who holds the lock: `host:pid`, or a worker's name; null where that cannot be told. */
  readonly holder: string | null;
  /** Seconds until a spare worker has taken over at the latest; null where no worker listens. */
  readonly takeover: number | null;
  readonly entries: EntriesSeen;
}

/** What RQ's scheduler will make of the entries of a queue. */
export interface EntriesSeen {
  /** Up to ten printable ids of entries whose job hash is gone, and how many there are. */
  readonly withoutJob: { readonly count: number; readonly examples: readonly string[] };
  /** Of those, the due ones. */
  readonly dueGhosts: number;
  /** Can a thousand of them block the queue on the versions that run? */
  readonly ghostsBlock: boolean;
  /** How many others have which fate. */
  readonly counts: Readonly<Partial<Record<Fate, number>>>;
  /** The first of each fate but `fine`. */
  readonly bad: readonly BadEntry[];
  /** Entries with jobs that nobody can cancel or ask for a status. */
  readonly withoutStatus: number;
}

export interface BadEntry {
  /** Printable. */
  readonly id: string;
  readonly fate: Fate;
  readonly codes: readonly string[];
  /** Due at, epoch seconds. */
  readonly at: number;
  /** What `repair` would do: `mend`, `due-now`, `rename`, `quarantine` or `leave`. */
  readonly remedy: string;
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

/** An `rq cron` process as registered. */
export interface CronSeen {
  readonly name: string;
  /** Seconds since its last sign of life. */
  readonly silent: number;
  readonly configFile: string | null;
}

/** Differences between clocks, seconds; positive: ahead of Redis. */
export interface ClocksSeen {
  /** Of this host; within `uncertainty`. */
  readonly host: number;
  readonly uncertainty: number;
  /** Workers, schedulers and cron processes that surely differ. */
  readonly others: readonly { readonly name: string; readonly ahead: number }[];
}

/** Where everything is that the runs of the journal moved. */
export interface JournalSeen {
  /** Ids of the runs looked at, newest first. */
  readonly runs: readonly string[];
  /** A run or rollback that was begun and has not ended. */
  readonly unfinished: string | null;
  readonly total: number;
  /** By what became of them (journal/account.ts). */
  readonly counts: Readonly<Record<string, number>>;
  /** Up to ten of the lost ones: id and why. */
  readonly examples: readonly string[];
}

export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skip';

/** One check of `verify`; worded from `code` and `args` in `report/messages/`. */
export interface Check {
  readonly code: string;
  readonly status: CheckStatus;
  /** The queue or key it is about; null for the whole database. */
  readonly where: string | null;
  /** Job id, printable form, where the check is about a job. */
  readonly jobId?: string;
  /** Project-relative path and 1-based line, where it is about a file. */
  readonly path?: string;
  readonly line?: number;
  readonly args: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}
