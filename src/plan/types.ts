/**
 * The values the whole tool turns around. Times are epoch seconds (fractions allowed),
 * durations are seconds unless a name says otherwise, offsets and sizes are bytes.
 */

/** How bad a finding is: `error` blocks, `warn` deserves a look, `info` explains. */
export type Severity = 'error' | 'warn' | 'info';

/** One thing worth saying, by code; the sentence for it stands in `report/messages.ts`. */
export interface Finding {
  /** Stable kebab-case identifier, e.g. `code-imports`. Tests and `--allow` use it. */
  readonly code: string;
  readonly severity: Severity;
  /** Project-relative POSIX path, where the finding is about a file. */
  readonly path?: string;
  /** 1-based line in `path`. */
  readonly line?: number;
  /** 1-based column in `line`, in characters of the decoded text. */
  readonly column?: number;
  /** Job id, printable form, where the finding is about a job. */
  readonly jobId?: string;
  /** Values that the wording needs. */
  readonly args: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/** What kind of legacy entry it is, decided from `meta` alone (SEMANTICS §1). */
export type JobKind = 'oneshot' | 'interval' | 'cron';

/** What becomes of a legacy entry. */
export type JobAction = 'move' | 'rearm' | 'repeat' | 'retire' | 'keep' | 'drop' | 'refuse';

/** One legacy entry and what becomes of it. */
export interface JobItem {
  /** Printable id: the text where the id is UTF-8, else `hex:<digits>`. */
  readonly id: string;
  /** The id it has afterwards, where that differs (a renamed job, a series' first occurrence). */
  readonly newId: string | null;
  /** `origin` of the job hash; null where it cannot be known. */
  readonly queue: string | null;
  readonly kind: JobKind | null;
  /** The zset score: epoch seconds, UTC. */
  readonly scheduledAt: number;
  /** Dotted function name as stored in `data`; null where unreadable. */
  readonly func: string | null;
  readonly action: JobAction;
  /** Codes of the findings that led to `action`, empty for a plain move. */
  readonly reasons: readonly string[];
  /** Only for interval and cron entries. */
  readonly recurrence?: Recurrence;
}

/** Recurrence as rq-scheduler keeps it in `meta` (SEMANTICS §1, §8). */
export interface Recurrence {
  /** Seconds between runs; null for cron entries. */
  readonly interval: number | null;
  readonly cronString: string | null;
  /** Runs that remain, the next one included; null = endless. */
  readonly remaining: number | null;
  readonly useLocalTimezone: boolean;
  /** Only for a cron entry that is re-armed: the zone it is read in, and how that is known. */
  readonly zone?: string;
  /** Whose cron syntax it is (SEMANTICS §6). */
  readonly dialect?: 'crontab' | 'croniter';
  readonly zoneKnownBy?: 'legacy-version' | 'score' | 'candidate' | 'option';
  /** Its next fire times (epoch seconds) under rq-scheduler and as a native series, side by side. */
  readonly timesBefore?: readonly number[];
  readonly timesAfter?: readonly number[];
}

/** One replacement in a file: bytes `[start, end)` become `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  /** Byte text: every char code is one byte (see `files/bytes.ts`). */
  readonly text: string;
  /** Kebab-case reason code, worded in `report/messages.ts`. */
  readonly why: string;
}

export type FileAction = 'edit' | 'create' | 'delete';

/** A change to one file, precise enough to be applied later and undone exactly. */
export interface FileChange {
  readonly path: string;
  /** Which kind of file it is: `compose`, `requirements`, `dotenv`, … */
  readonly kind: string;
  readonly action: FileAction;
  /** For `edit`, in ascending order, not overlapping; for `create`, one insertion at 0. */
  readonly edits: readonly Edit[];
  /** sha256 (hex) of the bytes now; null for `create`. */
  readonly before: string | null;
  /** sha256 (hex) of the bytes afterwards; null for `delete`. */
  readonly after: string | null;
  /** Unified diff for people and for `git apply`. */
  readonly diff: string;
}

/** Where the RQ version that the plan aims at was learnt. */
export type TargetSource = 'option' | 'dependencies' | 'workers' | 'unknown';

export interface PlanTarget {
  /** RQ version such as `1.15.1`; null when nothing tells. */
  readonly rq: string | null;
  readonly source: TargetSource;
}
