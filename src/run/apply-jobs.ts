import { type JobPolicy, wouldRunUnderLegacy } from '../plan/decide-job.js';
import type { Entry } from '../redis/entries.js';
import type { RedisPort } from '../redis/port.js';
import type { RunDir } from '../world/run-dir.js';
import { stopped } from './apply-files.js';
import type { Context } from './context.js';
import { addSteps, countSteps, NO_STEPS, type StepCounts, stepOf, totalSteps } from './job-steps.js';
import { type DecidedJob, decideAll } from './jobs.js';
import type { HeldLocks } from './locks.js';

/** Walks over the schedule before entries that keep appearing are left to a later run. */
const MAX_WALKS = 5;

/** What became of the jobs in this process; entries that stay are counted once each. */
export interface JobsDone extends StepCounts {
  readonly kept: number;
  readonly refused: number;
}

/** An entry that stays in the legacy schedule. */
export interface Staying extends Entry {
  /** rq-scheduler itself would run it at its time. */
  readonly runsThere: boolean;
}

/** What one batch came to. */
interface BatchDone {
  readonly counts: StepCounts;
  /** Entries for which another look is worthwhile: a client or a scheduler changed them meanwhile. */
  readonly changed: number;
}

/**
 * Moves every job that can be moved, batch by batch, until a whole walk over the legacy schedule finds
 * nothing more to do: clients may go on adding jobs meanwhile. `stays` is filled with the entries that stay, where
 * somebody wants to know them.
 */
export async function applyJobs(
  context: Pick<Context, 'terminal' | 'stop'>,
  port: RedisPort,
  held: HeldLocks,
  policy: JobPolicy,
  dir: RunDir,
  stays: Staying[] | null,
): Promise<JobsDone> {
  const { terminal, stop } = context;
  const total = await port.legacyCount();
  let done = NO_STEPS;
  let left = { kept: 0, refused: 0 };
  for (let walk = 0; walk < MAX_WALKS; walk++) {
    let progress = 0;
    left = { kept: 0, refused: 0 };
    if (stays) stays.length = 0;
    for await (const batch of decideAll(port, policy)) {
      if (stop.signal !== null) throw stopped(stop, dir.runId);
      for (const { job, item } of batch) {
        if (item.action === 'keep') left.kept++;
        if (item.action === 'refuse') left.refused++;
        if (item.action !== 'keep' && item.action !== 'refuse') continue;
        stays?.push({ id: job.id, score: job.score, runsThere: item.reasons.some(wouldRunUnderLegacy) });
      }
      const { counts, changed } = await moveDecided(batch, held, policy, dir);
      done = addSteps(done, counts);
      progress += totalSteps(counts) + changed;
      terminal.progress(
        `Moving jobs: ${(done.moved + done.renamed).toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`,
      );
    }
    if (progress === 0) break;
  }
  terminal.progressEnd();
  return { ...done, ...left };
}

/** Carries out the decisions of one batch, in one atomic step, and notes them in the run's own journal. */
async function moveDecided(
  batch: readonly DecidedJob[],
  held: HeldLocks,
  policy: JobPolicy,
  dir: RunDir,
): Promise<BatchDone> {
  const steps = batch.flatMap((decided) => stepOf(decided, policy) ?? []);
  const results = await held.moveBatch(steps);
  const counts = countSteps(steps, results);
  if (totalSteps(counts) > 0)
    dir.append({ type: 'jobs-batch', at: Date.now() / 1000, counts: { ...counts } });
  return { counts, changed: results.filter((result) => result === 'changed').length };
}
