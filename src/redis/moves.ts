import type { Connection } from './connection.js';
import { BATCH } from './entries.js';
import { journalKey, KEY, runKey } from './keys.js';
import { LEGACY_LOCK_MS, type LegacyLock, RUN_LOCK_MS, type RunLock } from './lock.js';
import { type Arg, arg, bytes, int, list, text } from './reply.js';

/** A field of a hash to be written: name and value. */
export type Field = readonly [string, string | Uint8Array];

/** One step on one legacy entry. `score` is the planned one; scripts/move_batch.lua says what each does. */
export type JobStep =
  | {
      readonly op: 'move' | 'reschedule';
      readonly id: Uint8Array;
      readonly score: string;
      readonly queue: string;
      /** Seconds, written where the job has no `timeout` (RQ's default: 180). */
      readonly defaultTimeout: number;
    }
  | {
      readonly op: 'rename';
      readonly id: Uint8Array;
      readonly score: string;
      readonly queue: string;
      readonly defaultTimeout: number;
      readonly newId: string;
    }
  | { readonly op: 'drop'; readonly id: Uint8Array; readonly score: string }
  | {
      readonly op: 'rearm';
      readonly id: Uint8Array;
      readonly score: string;
      readonly queue: string;
      /** Id of the first tick, `<series>-<slot>`. */
      readonly newId: string;
      /** Score of the first tick, epoch seconds. */
      readonly slot: string;
      readonly jobFields: readonly Field[];
      readonly seriesId: string;
      /** Id of the job that its ticks enqueue; another than `id` where RQ cannot hold that. */
      readonly realId: Uint8Array;
      readonly seriesFields: readonly Field[];
    }
  | {
      readonly op: 'repeat';
      readonly id: Uint8Array;
      readonly score: string;
      readonly queue: string;
      readonly newId: string;
      /** Score of the new job. */
      readonly slot: string;
      readonly jobFields: readonly Field[];
      /** Runs that it is to make. */
      readonly runs: number;
    }
  | { readonly op: 'retire'; readonly id: Uint8Array; readonly score: string; readonly queue: string }
  | {
      readonly op: 'absorb';
      readonly id: Uint8Array;
      readonly score: string;
      readonly queue: string;
      /** The series that does the same already. */
      readonly seriesId: string;
    };

export type StepResult = 'done' | 'known' | 'gone' | 'changed' | 'busy' | 'exists';

/** The run and the locks under which everything is written. */
export interface Fence {
  readonly runId: string;
  readonly run: RunLock;
  readonly legacy: LegacyLock;
}

/**
 * Carries out at most 250 steps in one atomic call, journal included; one result per step, in order.
 * Throws LockLost before anything is written when a lock is not ours any more.
 */
export async function moveBatch(
  connection: Connection,
  fence: Fence,
  steps: readonly JobStep[],
): Promise<StepResult[]> {
  if (steps.length > BATCH) throw new RangeError(`at most ${BATCH} jobs a call`);
  if (steps.length === 0) return [];
  const { run, legacy, runId } = fence;
  const keys = [
    KEY.runLock,
    KEY.legacyLock,
    KEY.legacyJobs,
    KEY.queues,
    runKey(runId),
    journalKey(runId),
    KEY.series,
  ];
  const locks = [run.value, RUN_LOCK_MS, legacy.value, LEGACY_LOCK_MS];
  const reply = await connection.script('move_batch', keys, [...locks, ...steps.flatMap(argsOf)]);
  return list(reply).map((word) => text(word) as StepResult);
}

function argsOf(step: JobStep): Arg[] {
  const head: Arg[] = [step.op, arg(step.id), step.score];
  switch (step.op) {
    case 'move':
    case 'reschedule':
      return [...head, step.queue, step.defaultTimeout];
    case 'rename':
      return [...head, step.queue, step.defaultTimeout, step.newId];
    case 'drop':
      return head;
    case 'retire':
      return [...head, step.queue];
    case 'absorb':
      return [...head, step.queue, step.seriesId];
    case 'repeat':
      return [...head, step.queue, step.newId, step.slot, ...flatten(step.jobFields), step.runs];
    case 'rearm':
      return [
        ...head,
        step.queue,
        step.newId,
        step.slot,
        step.seriesId,
        arg(step.realId),
        ...flatten(step.jobFields),
        ...flatten(step.seriesFields),
      ];
  }
}

function flatten(fields: readonly Field[]): Arg[] {
  const flat = fields.flatMap(([name, value]): Arg[] => [
    name,
    typeof value === 'string' ? value : arg(value),
  ]);
  return [flat.length, ...flat];
}

export type UndoResult =
  | 'restored'
  | 'rescheduled'
  | 'advanced'
  | 'needs-meta'
  | 'unarmed'
  | 'already'
  | 'alreadyRun'
  | 'missing'
  | 'conflict'
  | 'due';

/** What became of one job in a rollback; scripts/rollback_batch.lua explains the results. */
export interface Undone {
  readonly op: JobStep['op'] | 'repair' | 'mend' | 'remove' | 'quarantine';
  readonly id: Uint8Array;
  readonly result: UndoResult;
  /** Only for `advanced` and `needs-meta`: what the series stands at. */
  readonly series: SeriesPosition | null;
}

/** A series that ran since it was migrated, as Redis holds it. */
export interface SeriesPosition {
  readonly id: string;
  /** The score that its legacy entry gets. */
  readonly slot: string;
  /** Runs that remain, as text; '' = endless. */
  readonly remaining: string;
}

/** The original job's `meta` with the count for exactly this position; null leaves it as it is. */
export interface SeriesMeta {
  readonly series: SeriesPosition;
  readonly meta: Uint8Array | null;
}

export interface RollbackStep {
  /** No journal entry is left. */
  readonly finished: boolean;
  /** Jobs of the current entry that are `due` (call again in a moment) or `needs-meta` (with it). */
  readonly pending: number;
  readonly jobs: readonly Undone[];
}

/**
 * Undoes the next journal entry, newest first, at most 250 jobs; call it until `finished`. The script reads
 * the journal itself: its records never leave Redis, and where it stopped is kept there. Series in run mode that ran
 * since and have a count answer `needs-meta` until `metas` holds theirs.
 */
export async function rollbackBatch(
  connection: Connection,
  run: RunLock,
  runId: string,
  metas: readonly SeriesMeta[] = [],
): Promise<RollbackStep> {
  const keys = [KEY.runLock, KEY.legacyJobs, KEY.queues, runKey(runId), journalKey(runId), KEY.series];
  const given = metas.flatMap(({ series, meta }): Arg[] => [
    series.id,
    series.slot,
    series.remaining,
    meta === null ? '' : arg(meta),
  ]);
  const reply = list(await connection.script('rollback_batch', keys, [run.value, RUN_LOCK_MS, ...given]));
  return {
    finished: int(reply[0]) === 1,
    pending: int(reply[1]),
    jobs: list(reply[2]).map((item) => {
      const [op, id, result, slot, remaining, series] = list(item);
      return {
        op: text(op) as Undone['op'],
        id: bytes(id),
        result: text(result) as UndoResult,
        series: text(slot) === '' ? null : { id: text(series), slot: text(slot), remaining: text(remaining) },
      };
    }),
  };
}
