import { check, EXAMPLES } from './check.js';
import { completenessChecks } from './completeness.js';
import { entryChecks } from './entries.js';
import type { Check, Observations, QueueSeen } from './observations.js';
import { clockChecks, cronChecks, workerChecks } from './processes.js';

/**
 * The checks of `verify` about Redis, in the order in which a person would mend what fails: what is left in the old
 * place first, then what was moved, then who serves each queue, then the entries themselves.
 */
export function checkAll(seen: Observations): Check[] {
  const { legacy } = seen;
  const checks = [
    check('legacy-empty', legacy.waiting === 0 ? 'pass' : 'fail', null, { count: legacy.waiting }),
    check('legacy-scheduler-gone', legacy.alive.length === 0 ? 'pass' : 'fail', null, { keys: legacy.alive }),
    ...completenessChecks(seen),
    ...seriesChecks(seen),
    ...workerChecks(seen),
    ...cronChecks(seen.cron, seen.rq),
    ...clockChecks(seen.clocks),
  ];
  const busy = seen.queues.filter((queue) => queue.scheduled > 0);
  if (busy.length === 0) checks.push(check('nothing-scheduled', 'skip', null));
  for (const queue of busy) checks.push(...checkQueue(queue, seen));
  checks.push(...otherQueues(seen));
  return checks;
}

function seriesChecks({ series: { active, broken } }: Observations): Check[] {
  if (active === 0) return [];
  const shown = broken.slice(0, EXAMPLES);
  return [
    check('series-armed', broken.length === 0 ? 'pass' : 'fail', null, {
      count: active,
      broken: broken.length,
      examples: shown.map(({ id }) => id),
      reasons: shown.map(({ loss }) => loss),
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
    schedulerCheck(queue, listening.length),
    check('not-overdue', queue.overdue === 0 ? 'pass' : 'fail', where, { count: queue.overdue, late }),
    ...entryChecks(queue),
  ];
}

/**
 * `active` passes. A lock that only runs out (`dead`) and none at all (`absent`) fail: until a spare worker takes
 * over, nothing of the queue is enqueued; `takeover` says how long that can last.
 */
function schedulerCheck(queue: QueueSeen, listening: number): Check {
  const { scheduler: verdict, holder, takeover } = queue;
  const args = { verdict, workerAlive: listening > 0, listening, holder, takeover };
  switch (verdict) {
    case 'active':
      return check('scheduler-beats', 'pass', queue.name, args);
    case 'inconclusive':
      // rq <= 1.11.0 refreshes locks it does not own (SEMANTICS §7): no proof either way.
      return check('scheduler-beats', 'warn', queue.name, args);
    default:
      return check('scheduler-beats', 'fail', queue.name, args);
  }
}

/** Queues without a scheduled job now: whoever schedules one tomorrow wants to know. */
function otherQueues({ queues }: Observations): Check[] {
  const others = queues.filter((queue) => queue.scheduled === 0);
  if (others.length === 0) return [];
  const served = others.filter(({ scheduler }) => scheduler === 'active' || scheduler === 'inconclusive');
  const names = (some: readonly QueueSeen[]) => some.slice(0, EXAMPLES).map(({ name }) => name);
  return [
    check('other-queues', 'pass', null, {
      count: others.length,
      served: served.length,
      without: names(others.filter((queue) => !served.includes(queue))),
    }),
  ];
}
