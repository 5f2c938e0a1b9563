import { hostname } from 'node:os';
import type { JobPolicy } from '../plan/decide-job.js';
import { repeatStep } from '../plan/decide-repeat.js';
import { seriesStep } from '../plan/series-step.js';
import type { LegacyLock, RunLock } from '../redis/lock.js';
import type { Fence, JobStep, StepResult } from '../redis/moves.js';
import type { RedisPort } from '../redis/port.js';
import type { RunDir } from '../world/run-dir.js';
import { stopped } from './apply-files.js';
import type { Context } from './context.js';
import { type DecidedJob, decideAll } from './jobs.js';
import { EXIT, refusal } from './outcome.js';

/** RQ's own default (Queue.DEFAULT_TIMEOUT), for jobs that name no timeout; seconds. */
const DEFAULT_TIMEOUT = 180;
/** How long rq-scheduler may stay in one pass before we give up; its lock lasts interval + 10 s. */
const LEGACY_WAIT_MS = 90_000;
/** Walks over the schedule before entries that keep appearing are left to a later run. */
const MAX_WALKS = 5;

/** What became of the jobs in this process; entries that stay are counted once each. */
export interface JobsDone {
  readonly moved: number;
  readonly renamed: number;
  readonly rearmed: number;
  readonly repeated: number;
  readonly retired: number;
  readonly dropped: number;
  readonly kept: number;
  readonly refused: number;
}

/** Is this process of this host alive? EPERM means that it is, and somebody else's. */
export function isAlive(_host: string, pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes the run lock, or refuses with exit code 4 and the name of who has it. */
export async function takeRunLock(port: RedisPort, runId: string): Promise<RunLock> {
  const result = await port.acquireRunLock({ runId, host: hostname(), pid: process.pid, isAlive });
  if (result.ok) return result.lock;
  const { holder } = result;
  throw refusal(EXIT.locked, 'locked-by-run', {
    runId: holder?.runId ?? '?',
    pid: holder?.pid ?? '?',
    host: holder?.host ?? '?',
  });
}

/** Takes rq-scheduler's own lock, waiting for the end of a pass that is under way. */
export async function takeLegacyLock(context: Context, port: RedisPort, run: RunLock): Promise<LegacyLock> {
  const { terminal, stop } = context;
  const abort = new AbortController();
  stop.onStop(() => abort.abort());
  const result = await port.acquireLegacyLock(run, {
    waitMs: LEGACY_WAIT_MS,
    signal: abort.signal,
    onWait: () => terminal.say('rq-scheduler is in the middle of a pass; waiting for its end …'),
  });
  if (result.ok) return result.lock;
  if (stop.signal !== null) throw stopped(stop, run.runId);
  throw refusal(EXIT.locked, 'legacy-lock-held', { waited: LEGACY_WAIT_MS / 1000 });
}

/**
 * Moves every job that can be moved, batch by batch, until a whole walk over the legacy schedule finds
 * nothing more to do: clients may go on adding jobs meanwhile. Locks must be held and renewed.
 */
export async function applyJobs(
  context: Context,
  port: RedisPort,
  fence: Fence,
  policy: JobPolicy,
  dir: RunDir,
): Promise<JobsDone> {
  const { terminal, stop } = context;
  const total = await port.legacyCount();
  const done = { ...NONE };
  let left = { kept: 0, refused: 0 };
  for (let walk = 0; walk < MAX_WALKS; walk++) {
    let progress = 0;
    left = { kept: 0, refused: 0 };
    for await (const batch of decideAll(port, policy)) {
      if (stop.signal !== null) throw stopped(stop, fence.runId);
      const { steps, counts } = stepsOf(batch, policy);
      left = { kept: left.kept + counts.kept, refused: left.refused + counts.refused };
      const results = await port.moveBatch(fence, steps);
      const now = count(steps, results);
      for (const key of Object.keys(done) as (keyof typeof done)[]) done[key] += now[key];
      const changed = Object.values(now).reduce((sum, one) => sum + one, 0);
      progress += changed;
      if (changed > 0) dir.append({ type: 'jobs-batch', at: Date.now() / 1000, counts: now });
      terminal.progress(
        `Moving jobs: ${(done.moved + done.renamed).toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`,
      );
    }
    if (progress === 0) break;
  }
  terminal.progressEnd();
  return { ...done, ...left };
}

function stepsOf(
  batch: readonly DecidedJob[],
  policy: JobPolicy,
): { steps: JobStep[]; counts: { kept: number; refused: number } } {
  const steps: JobStep[] = [];
  const counts = { kept: 0, refused: 0 };
  for (const decided of batch) {
    if (decided.item.action === 'keep') counts.kept++;
    if (decided.item.action === 'refuse') counts.refused++;
    const step = stepOf(decided, policy);
    if (step) steps.push(step);
  }
  return { steps, counts };
}

function stepOf({ job, item }: DecidedJob, policy: JobPolicy): JobStep | null {
  const head = { id: job.id, score: job.score };
  if (item.action === 'drop') return { op: 'drop', ...head };
  if (item.action === 'rearm') {
    const series = seriesStep(job, item, policy.recurring.schedulerVersion, Date.now() / 1000);
    return series && { op: 'rearm', ...head, ...series };
  }
  if (item.action === 'repeat') {
    const repeat = repeatStep(job, item);
    return repeat && { op: 'repeat', ...head, ...repeat };
  }
  if (item.action === 'retire' && item.queue !== null) return { op: 'retire', ...head, queue: item.queue };
  if (item.action !== 'move' || item.queue === null) return null;
  const move = { ...head, queue: item.queue, defaultTimeout: DEFAULT_TIMEOUT };
  return item.newId === null ? { op: 'move', ...move } : { op: 'rename', ...move, newId: item.newId };
}

const COUNTER = {
  move: 'moved',
  rename: 'renamed',
  rearm: 'rearmed',
  repeat: 'repeated',
  retire: 'retired',
  drop: 'dropped',
} as const;
const NONE = { moved: 0, renamed: 0, rearmed: 0, repeated: 0, retired: 0, dropped: 0 };

function count(steps: readonly JobStep[], results: readonly StepResult[]) {
  const counts = { ...NONE };
  steps.forEach((step, i) => {
    if (results[i] === 'done') counts[COUNTER[step.op]]++;
  });
  return counts;
}
