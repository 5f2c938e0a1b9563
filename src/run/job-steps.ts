import type { JobPolicy } from '../plan/decide-job.js';
import { repeatStep } from '../plan/decide-repeat.js';
import { seriesStep } from '../plan/series-step.js';
import type { JobStep, StepResult } from '../redis/moves.js';
import type { DecidedJob } from './jobs.js';

/** RQ's own default (Queue.DEFAULT_TIMEOUT), for jobs that name no timeout; seconds. */
const DEFAULT_TIMEOUT = 180;

/** Jobs that left rq-scheduler's schedule, by what they became. */
export interface StepCounts {
  readonly moved: number;
  readonly renamed: number;
  readonly rearmed: number;
  readonly repeated: number;
  readonly retired: number;
  readonly dropped: number;
}

export const NO_STEPS: StepCounts = {
  moved: 0,
  renamed: 0,
  rearmed: 0,
  repeated: 0,
  retired: 0,
  dropped: 0,
};

const COUNTER = {
  move: 'moved',
  reschedule: 'moved',
  rename: 'renamed',
  rearm: 'rearmed',
  repeat: 'repeated',
  retire: 'retired',
  drop: 'dropped',
  absorb: null,
} as const;

/** The step that carries out a decision; null for an entry that stays. */
export function stepOf({ job, item }: DecidedJob, policy: JobPolicy): JobStep | null {
  const head = { id: job.id, score: job.score };
  if (item.action === 'drop') return { op: 'drop', ...head };
  if (item.action === 'rearm') {
    const { schedulerVersion } = policy.recurring;
    const form = { rq: policy.rq, schedulerVersion, module: policy.runtimeModule };
    const series = seriesStep(job, item, form, Date.now() / 1000);
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

/** Counts the steps that were carried out. */
export function countSteps(steps: readonly JobStep[], results: readonly StepResult[]): StepCounts {
  const counts = { ...NO_STEPS };
  steps.forEach((step, i) => {
    const counter = COUNTER[step.op];
    if (results[i] === 'done' && counter !== null) counts[counter]++;
  });
  return counts;
}

export function addSteps(one: StepCounts, other: StepCounts): StepCounts {
  const sum = { ...one };
  for (const key of Object.keys(sum) as (keyof StepCounts)[]) sum[key] += other[key];
  return sum;
}

/** Entries that left, whatever they became. */
export function totalSteps(counts: StepCounts): number {
  return Object.values(counts).reduce((sum: number, one: number) => sum + one, 0);
}
