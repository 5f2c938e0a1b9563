import { distinctProcesses } from './decide-starts.js';
import type { Fact, SchedulerSwitch } from './types.js';

/** A worker that serves a queue, and whether it runs its scheduler. */
export interface ServingWorker {
  /** As in the process facts, e.g. `docker-compose.yml#worker`. */
  readonly id: string;
  readonly path: string;
  /** 1-based. */
  readonly line: number;
  readonly scheduler: SchedulerSwitch;
}

/** Who schedules a queue: the scheduler's lock is per queue, so each needs one (FIELD-RULES R2). */
export interface Coverage {
  readonly queue: string;
  /** Jobs that get their native home in it. */
  readonly jobs: number;
  /** `yes`: a worker of this queue runs its scheduler; `unknown`: one whose queues cannot be read does. */
  readonly covered: 'yes' | 'unknown' | 'no';
  readonly workers: readonly ServingWorker[];
}

/** Which worker schedules which queue, from the facts of the files as they will be. Sorted by queue. */
export function coverageOf(facts: readonly Fact[], jobs: Readonly<Record<string, number>>): Coverage[] {
  const workers = distinctProcesses(facts).filter(({ role }) => WORKS.has(role));
  return Object.keys(jobs)
    .sort()
    .map((queue): Coverage => {
      const serving = workers.filter(({ queues }) => queues === null || queues.includes(queue));
      const beating = serving.filter(({ withScheduler }) => withScheduler === 'on');
      const sure = beating.some(({ queues }) => queues !== null);
      return {
        queue,
        jobs: jobs[queue] ?? 0,
        covered: sure ? 'yes' : beating.length > 0 ? 'unknown' : 'no',
        workers: serving.map(({ id, where, withScheduler }) => ({ id, ...where, scheduler: withScheduler })),
      };
    });
}

const WORKS: ReadonlySet<string> = new Set(['worker', 'both', 'worker-pool']);
