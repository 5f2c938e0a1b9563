import type { Check } from '../../verify/observations.js';
import { CANARY_CHECKS } from './checks-canary.js';
import { type Args, type CheckWord, list, many, type Wording } from './words.js';

const STANDBY = 'a spare worker may need up to 14 minutes to take over';

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
          text: `${a.broken} of ${many(a.count, 'recurring series', 'recurring series')} lost the next run (${list(a.examples)})`,
          next: 'migrate-scheduler repair arms it again',
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
  'scheduler-beats': schedulerBeats,
  'not-overdue': (a, s, queue) =>
    s === 'pass'
      ? { text: `queue ${queue}: nothing is overdue` }
      : {
          text: `queue ${queue}: ${many(a.count, 'job')} overdue, the first by ${many(a.late, 'second')}`,
          next: 'a worker with its scheduler must serve this queue; its log says why it does not enqueue',
        },
  'jobs-present': (a, s, queue) =>
    s === 'pass'
      ? {
          text: `queue ${queue}: ${many(a.scheduled, 'scheduled entry has its job', 'scheduled entries have their jobs')}`,
        }
      : {
          text: `queue ${queue}: ${many(a.count, 'entry', 'entries')} without a job (${list(a.examples)})`,
          next: `remove such an entry: redis-cli ZREM rq:scheduled:${queue} ID`,
        },
  ...CANARY_CHECKS,
};

function schedulerBeats(a: Args, status: Check['status'], queue: string | null): Wording {
  if (status === 'pass') return { text: `queue ${queue}: its scheduler beats` };
  if (status === 'warn') {
    return {
      text: `queue ${queue}: the scheduler lock is refreshed, which on RQ 1.11 and earlier proves nothing`,
      next: 'schedule a test job and see it run, or upgrade RQ',
    };
  }
  if (a.verdict === 'dead') {
    return {
      text: `queue ${queue}: its scheduler has died; its lock is no longer refreshed`,
      next: `restart the workers of this queue; ${STANDBY}`,
    };
  }
  return {
    text: `queue ${queue}: no worker runs its scheduler`,
    next: a.workerAlive
      ? `restart its workers with --with-scheduler (with_scheduler=True in a script); ${STANDBY}`
      : `start one: rq worker --with-scheduler ${queue}`,
  };
}
