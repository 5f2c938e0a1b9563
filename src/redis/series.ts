import type { Connection } from './connection.js';
import { BATCH } from './entries.js';
import { journalKey, KEY, runKey } from './keys.js';
import { RUN_LOCK_MS, type RunLock } from './lock.js';
import type { Field } from './moves.js';
import { type Arg, arg, bytes, list, text, textOrNull } from './reply.js';

/** Why an armed occurrence is lost (scripts/series.lua). */
export type SeriesLoss = 'job-gone' | 'not-on-queue' | 'job-ended';

/** A series as read. */
export interface SeriesRead {
  readonly id: string;
  /** Empty where the set knows the id but there is no such hash any more: a cancelled series expires. */
  readonly fields: ReadonlyMap<string, Uint8Array>;
  /** null where the occurrence is armed, and for a series that is not active. */
  readonly loss: SeriesLoss | null;
  /** Status of the armed occurrence's job, null where it has none. */
  readonly jobStatus: string | null;
}

/** One series to be armed again; `jobId` and `slot` as they were read. */
export interface RepairStep {
  readonly id: string;
  readonly jobId: string;
  readonly slot: string;
  /** Epoch seconds as text; null where no time is left, which finishes the series. */
  readonly nextSlot: string | null;
  readonly jobFields: readonly Field[];
}

/** What became of it: `jobId` is the new occurrence, null for a finished series. */
export type RepairResult = { readonly done: true; readonly jobId: string | null } | { readonly done: false };

/** Under which run the repair is recorded. */
export interface RepairRun {
  readonly runId: string;
  /** Epoch seconds. */
  readonly now: number;
  readonly tool: string;
}

/** Ids of all series, sorted; read in bounded pages. */
export async function seriesIds(connection: Connection): Promise<string[]> {
  const ids = new Set<string>();
  let cursor = '0';
  do {
    const [next, page] = list(await connection.call('SSCAN', KEY.series, cursor, 'COUNT', 500));
    for (const id of list(page)) ids.add(text(id));
    cursor = text(next);
  } while (cursor !== '0');
  return [...ids].sort();
}

/** Reads these series, in their order, 250 a call; `data` and `meta` only with `data: true`. */
export async function readSeries(
  connection: Connection,
  ids: readonly string[],
  options: { readonly data: boolean },
): Promise<SeriesRead[]> {
  const out: SeriesRead[] = [];
  for (let from = 0; from < ids.length; from += BATCH) {
    const part = ids.slice(from, from + BATCH);
    const replies = list(await connection.script('read_series', [], [options.data ? '1' : '0', ...part]));
    part.forEach((id, index) => {
      const [loss, status, flat] = list(replies[index]);
      const values = list(flat);
      const fields = new Map<string, Uint8Array>();
      for (let i = 0; i + 1 < values.length; i += 2) fields.set(text(values[i]), bytes(values[i + 1]));
      const lost = text(loss);
      out.push({
        id,
        fields,
        loss: lost === '' ? null : (lost as SeriesLoss),
        jobStatus: text(status) || null,
      });
    });
  }
  return out;
}

/**
 * Arms at most 250 lost series again in one atomic, fenced and journalled call; one result per step. Throws
 * LockLost before anything is written when the lock is not ours any more.
 */
export async function repairSeries(
  connection: Connection,
  lock: RunLock,
  run: RepairRun,
  steps: readonly RepairStep[],
): Promise<RepairResult[]> {
  if (steps.length > BATCH) throw new RangeError(`at most ${BATCH} series a call`);
  if (steps.length === 0) return [];
  const keys = [KEY.runLock, runKey(run.runId), journalKey(run.runId), KEY.runs, KEY.series, KEY.queues];
  const head: Arg[] = [lock.value, RUN_LOCK_MS, run.runId, run.now, run.tool];
  const probe = `migrate-scheduler-probe-${lock.token}`;
  await connection.script('probe_writes', [KEY.legacyJobs, KEY.queues, KEY.probe], [probe]);
  const reply = await connection.script('repair_series', keys, [...head, ...steps.flatMap(argsOf)]);
  return list(reply).map((one) => {
    const jobId = textOrNull(one);
    return jobId === null ? { done: false } : { done: true, jobId: jobId || null };
  });
}

function argsOf(step: RepairStep): Arg[] {
  const fields = step.jobFields.flatMap(([name, value]): Arg[] => [
    name,
    typeof value === 'string' ? value : arg(value),
  ]);
  return [step.id, step.jobId, step.slot, step.nextSlot ?? '', fields.length, ...fields];
}
