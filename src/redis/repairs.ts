import type { Connection } from './connection.js';
import { BATCH } from './entries.js';
import { journalKey, KEY, runKey } from './keys.js';
import { RUN_LOCK_MS, type RunLock } from './lock.js';
import { type Arg, arg, list, text } from './reply.js';
import type { RepairRun } from './series.js';

/** A field as it was read, and what becomes of it. */
export interface FieldStep {
  readonly name: string;
  /** SHA-1 (hex) of the value as read; '' for an absent field. */
  readonly was: string;
  readonly act: 'set' | 'del' | 'keep';
  /** For `set`. */
  readonly value?: string;
}

/** One entry of RQ's schedule to be mended or taken away; scripts/repair_entries.lua says what each op does. */
export interface EntryStep {
  readonly op: 'mend' | 'remove' | 'quarantine';
  readonly queue: string;
  readonly id: Uint8Array;
  /** As read: score, and TYPE of the job's key. */
  readonly score: string;
  readonly type: string;
  /** A live scheduler could enqueue it as it is, so that it must not be touched once it is due. */
  readonly careful: boolean;
  readonly newId: string | null;
  readonly newScore: string | null;
  readonly fields: readonly FieldStep[];
}

export type EntryResult = 'done' | 'gone' | 'changed' | 'due' | 'exists' | 'dependents';

/**
 * Carries out at most 250 steps in one atomic, fenced and journalled call; one result per step. Throws LockLost before
 * anything is written when the lock is not ours any more.
 */
export async function repairEntries(
  connection: Connection,
  lock: RunLock,
  run: RepairRun,
  steps: readonly EntryStep[],
): Promise<EntryResult[]> {
  if (steps.length > BATCH) throw new RangeError(`at most ${BATCH} entries a call`);
  if (steps.length === 0) return [];
  const probe = `migrate-scheduler-probe-${lock.token}`;
  await connection.script('probe_writes', [KEY.legacyJobs, KEY.queues, KEY.probe], [probe]);
  const keys = [KEY.runLock, runKey(run.runId), journalKey(run.runId), KEY.runs];
  const head: Arg[] = [lock.value, RUN_LOCK_MS, run.runId, run.now, run.tool];
  const reply = await connection.script('repair_entries', keys, [...head, ...steps.flatMap(argsOf)]);
  return list(reply).map((word) => text(word) as EntryResult);
}

function argsOf(step: EntryStep): Arg[] {
  const { op, queue, id, score, type, careful, newId, newScore, fields } = step;
  const flat = fields.flatMap(({ name, was, act, value = '' }) => [name, was, act, value]);
  const head = [op, queue, arg(id), score, type, careful ? '1' : '0', newId ?? '', newScore ?? ''];
  return [...head, fields.length, ...flat];
}
