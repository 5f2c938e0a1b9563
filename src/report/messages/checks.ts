import { distance } from '../time.js';
import { CANARY_CHECKS } from './checks-canary.js';
import { ENTRY_CHECKS, losses } from './checks-entries.js';
import { FILE_CHECKS } from './checks-files.js';
import { PROCESS_CHECKS } from './checks-processes.js';
import { type Args, type CheckWord, list, many } from './words.js';

/** Examples with their reasons, `id: reason`. */
function pairs({ examples, reasons }: Args): Args[string] | undefined {
  if (!Array.isArray(examples) || !Array.isArray(reasons)) return examples;
  return examples.map((id, i) => `${id}: ${reasons[i]}`);
}

/** The checks of `verify`: what passed, or what failed, why, and the next step. */
export const CHECKS: Readonly<Record<string, CheckWord>> = {
  'legacy-empty': (a, s) =>
    s === 'pass'
      ? { text: 'nothing is left in the legacy schedule' }
      : {
          text: `${many(a.count, 'job')} still in the legacy schedule; nothing runs them once rqscheduler is gone`,
          next: 'migrate-scheduler run moves what can be moved and names the rest',
        },
  'legacy-scheduler-gone': (a, s) =>
    s === 'pass'
      ? { text: 'no rq-scheduler process lives' }
      : {
          text: `rq-scheduler still lives (${list(a.keys)})`,
          next: 'stop its container or process; a killed one vanishes within its interval + 10 s',
        },
  'series-armed': (a, s) =>
    s === 'pass'
      ? { text: `${many(a.count, 'recurring series has', 'recurring series have')} the next run armed` }
      : {
          text: `${a.broken} of ${many(a.count, 'recurring series', 'recurring series')} lost the next run: ${losses(pairs(a))}`,
          next: 'see in the log of its workers why (can they import rq_recurring?), then migrate-scheduler repair',
        },
  'nothing-scheduled': () => ({ text: 'no job is scheduled in any queue; there is nothing to watch' }),
  'worker-listening': (a, s, queue) =>
    s === 'pass'
      ? {
          text: `queue ${queue}: ${many(Array.isArray(a.workers) ? a.workers.length : 0, 'live worker')} listening`,
        }
      : {
          text: `queue ${queue} has scheduled jobs, but no live worker listens to it`,
          next: `start one: rq worker --with-scheduler ${queue}`,
        },
  ...PROCESS_CHECKS,
  'not-overdue': (a, s, queue) =>
    s === 'pass'
      ? { text: `queue ${queue}: nothing is overdue` }
      : {
          text: `queue ${queue}: ${many(a.count, 'job')} overdue, the first by ${typeof a.late === 'number' ? distance(a.late).replace(/^in /, '') : a.late}`,
          next: 'a worker with its scheduler must serve this queue; its log says why it does not enqueue',
        },
  ...ENTRY_CHECKS,
  ...FILE_CHECKS,
  ...CANARY_CHECKS,
};
