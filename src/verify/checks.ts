import type { Check, CheckStatus, Observations, QueueSeen } from './observations.js';

const EXAMPLES = 10;

function check(code: string, status: CheckStatus, where: string | null, args: Check['args'] = {}): Check {
  return { code, status, where, args };
}

/**
 * The checks of `verify`, in the order in which a person would mend what fails: what is left in
 * the old place first, then who serves each queue, then the entries themselves.
 */
export function checkAll(seen: Observations): Check[] {
  const { legacy } = seen;
  const checks = [
    check('legacy-empty', legacy.waiting === 0 ? 'pass' : 'fail', null, { count: legacy.waiting }),
    check('legacy-scheduler-gone', legacy.alive.length === 0 ? 'pass' : 'fail', null, { keys: legacy.alive }),
  ];
  checks.push(...seriesChecks(seen));
  const busy = seen.queues.filter((queue) => queue.scheduled > 0);
  if (busy.length === 0) checks.push(check('nothing-scheduled', 'skip', null));
  for (const queue of busy) checks.push(...checkQueue(queue, seen));
  return checks;
}

function seriesChecks({ series: { active, broken } }: Observations): Check[] {
  if (active === 0) return [];
  const examples = broken.slice(0, EXAMPLES);
  return [
    check('series-armed', broken.length === 0 ? 'pass' : 'fail', null, {
      count: active,
      broken: broken.length,
      examples,
    }),
  ];
}

function checkQueue(queue: QueueSeen, seen: Observations): Check[] {
  const where = queue.name;
  const listening = seen.workers.filter((worker) => worker.alive && worker.queues.includes(where));
  const late = queue.next === null ? 0 : Math.max(0, Math.round(seen.now - queue.next));
  return [
    check('worker-listening', listening.length > 0 ? 'pass' : 'fail', where, {
      workers: listening.map((worker) => worker.name),
    }),
    schedulerCheck(queue, listening.length > 0),
    check('not-overdue', queue.overdue === 0 ? 'pass' : 'fail', where, { count: queue.overdue, late }),
    check('jobs-present', queue.withoutJob.count === 0 ? 'pass' : 'fail', where, {
      count: queue.withoutJob.count,
      examples: queue.withoutJob.examples,
      scheduled: queue.scheduled,
    }),
  ];
}

function schedulerCheck(queue: QueueSeen, workerAlive: boolean): Check {
  const args = { verdict: queue.scheduler, workerAlive };
  switch (queue.scheduler) {
    case 'active':
      return check('scheduler-beats', 'pass', queue.name, args);
    case 'inconclusive':
      // rq <= 1.11.0 refreshes locks it does not own (SEMANTICS §7): no proof either way.
      return check('scheduler-beats', 'warn', queue.name, args);
    default:
      return check('scheduler-beats', 'fail', queue.name, args);
  }
}
