import type { AccountedPage } from './accounting.js';
import type { Canary, CanaryName, CanaryRemoval, CanaryState } from './canary.js';
import type { Dumped, TypedValue } from './copy.js';
import type { Cursor, Entry, JobRead, Page, ReadJobsOptions } from './entries.js';
import type {
  HeldLock,
  LegacyLock,
  LegacyLockResult,
  LegacyLockWait,
  LockKeeper,
  RunLock,
  RunLockRequest,
  RunLockResult,
} from './lock.js';
import type { Fence, JobStep, RollbackStep, SeriesMeta, StepResult } from './moves.js';
import type {
  CronHeartbeat,
  Heartbeat,
  LegacyState,
  LockSample,
  NativeQueue,
  SchedulerKeys,
} from './overview.js';
import type { EntryResult, EntryStep } from './repairs.js';
import type { BeginRequest, BeginResult, RunPhase, RunRecord } from './runs.js';
import type { RepairResult, RepairRun, RepairStep, SeriesRead } from './series.js';
import type { ServerInfo } from './server.js';

/** Everything the tool asks of Redis. Failures are RedisProblem or LockLost (problem.ts). */
export interface RedisPort {
  /** Learnt when the connection was opened. */
  readonly server: ServerInfo;
  /** Redis's clock, epoch seconds. */
  time(): Promise<number>;
  close(): void;

  // Reading: never writes, every call bounded.
  legacyCount(): Promise<number>;
  /** Legacy entries whose time is up to `until`, epoch seconds. */
  legacyDue(until: number): Promise<number>;
  pageLegacy(cursor: Cursor | null, count?: number): Promise<Page>;
  pageScheduled(queue: string, cursor: Cursor | null, count?: number): Promise<Page>;
  readJobs(entries: readonly Entry[], options: ReadJobsOptions): Promise<JobRead[]>;
  /** Keys as they are, for a copy elsewhere; those left out that do not exist. */
  dumpKeys(keys: readonly Buffer[]): Promise<Dumped[]>;
  /** A key by its type, for a server that cannot read its dump; null for none. */
  readValue(key: Buffer): Promise<TypedValue | null>;
  /** One walk over the key space, for the three that follow. */
  schedulerKeys(): Promise<SchedulerKeys>;
  legacyState(keys: SchedulerKeys): Promise<LegacyState>;
  /** `overdueBefore`: epoch seconds, normally now minus the grace. */
  nativeQueues(keys: SchedulerKeys, overdueBefore: number, also?: readonly string[]): Promise<NativeQueue[]>;
  suspended(): Promise<boolean>;
  schedulers(keys: SchedulerKeys): Promise<Heartbeat[]>;
  workers(): Promise<Heartbeat[]>;
  /** Every `rq cron` process that is registered, dead ones included. */
  cronProcesses(): Promise<CronHeartbeat[]>;
  seriesIds(): Promise<string[]>;
  readSeries(ids: readonly string[], options: { readonly data: boolean }): Promise<SeriesRead[]>;
  /** A second sample of `rq:scheduler-lock:<queue>` (SEMANTICS §7: two, at least 2 s apart). */
  schedulerLock(queue: string): Promise<LockSample | null>;
  /** Where the jobs of one journal entry are now; entries follow each other by `next`. */
  accountJournal(runId: string, after: string | null): Promise<AccountedPage>;
  judgeJobs(
    jobs: readonly { readonly queue: string; readonly id: Uint8Array }[],
  ): Promise<{ state: string; status: string }[]>;
  queuedIds(queue: string): Promise<Set<string>>;
  currentRun(): Promise<string | null>;
  listRuns(count?: number): Promise<string[]>;
  readRun(runId: string): Promise<RunRecord | null>;

  // Locks.
  acquireRunLock(request: RunLockRequest): Promise<RunLockResult>;
  acquireLegacyLock(run: RunLock, wait: LegacyLockWait): Promise<LegacyLockResult>;
  keepLocks(run: RunLock, legacy: LegacyLock | null, everyMs?: number): LockKeeper;
  releaseLegacyLock(legacy: LegacyLock): Promise<void>;
  releaseLocks(run: RunLock, legacy: LegacyLock | null): Promise<void>;

  // Writing: each call is one script, fenced and journalled.
  beginRun(lock: RunLock, request: BeginRequest): Promise<BeginResult>;
  finishRun(lock: RunLock, runId: string, now: number): Promise<RunPhase | null>;
  moveBatch(fence: Fence, steps: readonly JobStep[]): Promise<StepResult[]>;
  repairSeries(lock: RunLock, run: RepairRun, steps: readonly RepairStep[]): Promise<RepairResult[]>;
  repairEntries(lock: RunLock, run: RepairRun, steps: readonly EntryStep[]): Promise<EntryResult[]>;
  rollbackBatch(run: RunLock, runId: string, metas?: readonly SeriesMeta[]): Promise<RollbackStep>;

  // Canaries: they leave no trace and are no part of the journal.
  acquireCanaryLock(request: RunLockRequest): Promise<RunLockResult>;
  releaseCanaryLock(lock: HeldLock): Promise<void>;
  pushCanary(lock: HeldLock, canary: Canary): Promise<void>;
  /** `due`: epoch seconds, whole. */
  scheduleCanary(lock: HeldLock, canary: Canary, due: number): Promise<void>;
  /** Redis's clock and the canaries' states, in their order; renews the lock. */
  lookAtCanaries(lock: HeldLock, ids: readonly string[]): Promise<{ now: number; states: CanaryState[] }>;
  /** Those that earlier calls have scheduled and not removed. */
  leftCanaries(): Promise<CanaryName[]>;
  removeCanary(lock: HeldLock, canary: CanaryName): Promise<CanaryRemoval>;
}
