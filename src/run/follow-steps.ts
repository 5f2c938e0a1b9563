import type { Finding } from '../plan/types.js';
import type { JobStep, StepResult } from '../redis/moves.js';
import type { DecidedJob } from './jobs.js';
import type { HeldLocks } from './locks.js';

/**
 * Carries out at most 250 steps. A client that gives a job a new time by its id reaches only the legacy schedule: what
 * appears there while the job waits natively is the newer wish, where `newer` says that it has appeared since.
 */
export async function carryOut(
  held: HeldLocks,
  steps: readonly JobStep[],
  newer: (step: JobStep) => boolean,
): Promise<StepResult[]> {
  const results = await held.moveBatch(steps);
  const again = steps.flatMap((step, i): { step: JobStep; i: number }[] => {
    if (results[i] !== 'exists' || step.op !== 'move' || !newer(step)) return [];
    return [{ step: { ...step, op: 'reschedule' }, i }];
  });
  const second = await held.moveBatch(again.map(({ step }) => step));
  for (const [place, { i }] of again.entries()) results[i] = second[place] ?? 'gone';
  return results;
}

/** Why the step of an entry was not carried out. */
export function stuck({ item }: DecidedJob, result: 'exists' | 'busy'): Finding {
  const { id, newId, queue, func, action } = item;
  const busy = action === 'rearm' ? 'series-busy' : 'job-busy';
  const code = result === 'busy' ? busy : 'job-scheduled-already';
  return { code, severity: 'warn', jobId: id, args: { id, newId, queue, func } };
}

/** Why an entry was taken out and nothing begun. */
export function known({ item }: DecidedJob, series: string): Finding {
  const { id, queue, func } = item;
  return { code: 'series-known', severity: 'warn', jobId: id, args: { id, queue, func, series } };
}
