import { setTimeout as sleep } from 'node:timers/promises';
import { withRepeat } from '../legacy/meta-edit.js';
import { printableId } from '../native/job-id.js';
import type { Finding } from '../plan/types.js';
import type { RunLock } from '../redis/lock.js';
import type { RollbackStep, SeriesMeta, Undone } from '../redis/moves.js';
import type { RedisPort } from '../redis/port.js';
import { stopped } from './apply-files.js';
import { toolName } from './assemble.js';
import type { Context } from './context.js';
import { takeRunLock } from './locks.js';
import { EXIT, refusal } from './outcome.js';

/** Jobs that RQ's scheduler may be enqueueing right now are tried again after this long, and for this long. */
const RETRY_MS = 500;
const PATIENCE_MS = 75_000;

/** What became of the jobs that a run had moved. */
export interface JobsBack {
  readonly restored: number;
  readonly alreadyRun: number;
  readonly missing: number;
}

export interface JobsUndone {
  readonly jobs: JobsBack;
  readonly findings: readonly Finding[];
}

const NONE: JobsBack = { restored: 0, alreadyRun: 0, missing: 0 };
export const NOTHING_UNDONE: JobsUndone = { jobs: NONE, findings: [] };

/**
 * Takes back what a run did in Redis, or goes on with that. A recurring job comes back with the score and the
 * count of runs that it has by now.
 */
export async function undoJobs(
  context: Pick<Context, 'stop' | 'terminal'>,
  port: RedisPort,
  runId: string,
): Promise<JobsUndone> {
  const lock = await takeRunLock(port, runId);
  const keeper = port.keepLocks(lock, null);
  const findings: Finding[] = [];
  try {
    const now = await port.time();
    const begun = await port.beginRun(lock, { runId, state: 'rolling-back', now, tool: toolName() });
    if (begun.result === 'unfinished') {
      throw refusal(EXIT.blocked, 'unfinished-run', { runId: begun.runId, covers: ['redis'] });
    }
    if (begun.result === 'begun' || begun.result === 'resumed') {
      await undoBatches(context, port, lock, runId, findings);
      await port.finishRun(lock, runId, await port.time());
    }
    const { restored, alreadyRun, missing } = (await port.readRun(runId))?.counts ?? NONE;
    return { jobs: { restored, alreadyRun, missing }, findings };
  } finally {
    await keeper.stop();
    await port.releaseLocks(lock, null).catch(() => {});
  }
}

async function undoBatches(
  { stop, terminal }: Pick<Context, 'stop' | 'terminal'>,
  port: RedisPort,
  lock: RunLock,
  runId: string,
  findings: Finding[],
): Promise<void> {
  let giveUp = Date.now() + PATIENCE_MS;
  let metas: readonly SeriesMeta[] = [];
  for (;;) {
    if (stop.signal !== null) throw stopped(stop, runId);
    const step = await port.rollbackBatch(lock, runId, metas);
    findings.push(...findingsOf(step, metas));
    if (step.finished) break;
    metas = await metasFor(port, step.jobs);
    if (step.pending === 0) {
      giveUp = Date.now() + PATIENCE_MS;
      continue;
    }
    if (Date.now() > giveUp) throw refusal(EXIT.partial, 'rollback-due', { count: step.pending, runId });
    // With its meta at hand at once: a series may run again any moment.
    if (metas.length > 0) continue;
    terminal.progress(`${step.pending} jobs are due right now; waiting for RQ's scheduler to enqueue them`);
    await sleep(RETRY_MS);
  }
  terminal.progressEnd();
}

/** The original jobs' meta, with the count that each series has by now. */
async function metasFor(port: RedisPort, jobs: readonly Undone[]): Promise<SeriesMeta[]> {
  const wanted = jobs.filter(({ result }) => result === 'needs-meta');
  const originals = await port.readJobs(
    wanted.map(({ id }) => ({ id, score: '0' })),
    { data: false },
  );
  return wanted.flatMap(({ series }, i) => {
    const meta = originals[i]?.fields.get('meta');
    if (!series) return [];
    return [{ series, meta: meta ? withRepeat(meta, Number(series.remaining)) : null }];
  });
}

function findingsOf(step: RollbackStep, metas: readonly SeriesMeta[]): Finding[] {
  return step.jobs.flatMap(({ id, result, series }): Finding[] => {
    const name = printableId(id);
    if (result === 'conflict') {
      return [{ code: 'rollback-id-taken', severity: 'warn', jobId: name, args: { id: name } }];
    }
    const given = metas.find((one) => one.series.id === series?.id);
    if (result !== 'advanced' || given?.meta !== null) return [];
    const args = { id: name, remaining: Number(given.series.remaining) };
    return [{ code: 'rollback-count', severity: 'warn', jobId: name, args }];
  });
}
