import { distance } from '../time.js';
import { type Args, type CheckWord, list, many, someOf, type Wording } from './words.js';

/** Checks of workers, schedulers, `rq cron` processes and clocks. */
export const PROCESS_CHECKS: Readonly<Record<string, CheckWord>> = {
  'scheduler-beats': (a, status, queue) => schedulerBeats(a, status, queue),
  'other-queues': (a) => {
    const text = `${many(a.count, 'queue has', 'queues have')} nothing scheduled`;
    const none = Array.isArray(a.without) && a.without.length > 0;
    if (!none) return { text: `${text}; a scheduler serves ${a.count === 1 ? 'it' : 'all of them'}` };
    const others = Number(a.count) - Number(a.served);
    return { text: `${text}; no scheduler serves ${someOf(a.without, others)}` };
  },
  'workers-beat': (a) => ({
    text: `${many(a.count, 'worker is', 'workers are')} registered but silent (${someOf(a.workers, a.count)}); ${a.alive} alive`,
    next: 'RQ forgets them by itself; if they should run, restart them',
  }),
  'workers-not-suspended': () => ({
    text: 'all workers are suspended: jobs are enqueued, and nobody runs them',
    next: 'rq resume',
  }),
  'worker-cannot-schedule': (a) => ({
    text: `RQ ${a.version} of ${list(a.workers)} has no scheduler`,
    next: `raise rq to ${a.minimum} or later`,
  }),
  'worker-versions': (a, s) => {
    const text = `${many(a.count, 'worker', 'workers')} on RQ ${list(a.versions)}`;
    if (s === 'pass') return { text };
    return a.older === true
      ? { text: `${text}, the project aims at ${a.target}`, next: 'deploy the workers anew' }
      : { text: `${text}: versions differ`, next: 'bring all workers to one version' };
  },
  'cron-process-beats': (a, s) =>
    s === 'pass'
      ? { text: `${many(a.count, 'rq cron process lives', 'rq cron processes live')}` }
      : {
          text: `no rq cron process has given a sign of life for ${a.silent} s`,
          next: 'start it: rq cron cron_config.py',
        },
  'cron-process-once': (a) => ({
    text: `several rq cron processes run ${list(a.files)} (${list(a.processes)}): each job is enqueued by every one of them`,
    next: 'stop all but one: rq cron takes no lock',
  }),
  'clocks-agree': (a, s) =>
    s === 'pass'
      ? { text: 'no clock is seen to differ from that of Redis' }
      : {
          text: `clocks differ from that of Redis: ${[
            ...(a.hostOff === true ? [`this host ${a.host} s`] : []),
            ...(Array.isArray(a.others) ? a.others : []),
          ].join(', ')}`,
          next: 'jobs are early or late by as much: synchronise the clocks (NTP)',
        },
};

function schedulerBeats(a: Args, status: string, queue: string | null): Wording {
  const holder = a.holder ? ` (${a.holder})` : '';
  if (status === 'pass') return { text: `queue ${queue}: its scheduler beats${holder}` };
  if (status === 'warn') {
    return {
      text: `queue ${queue}: the scheduler lock is refreshed${holder}, which on RQ 1.11 and earlier or without a heartbeat proves nothing`,
      next: 'migrate-scheduler verify --canary proves it with a test job',
    };
  }
  const wait =
    typeof a.takeover === 'number'
      ? `at most ${distance(a.takeover).replace(/^in /, '')} with RQ's default maintenance`
      : 'some minutes';
  const spare = a.listening === 1 ? 'its live worker' : `one of its ${many(a.listening, 'live worker')}`;
  if (a.verdict === 'dead') {
    return a.workerAlive
      ? {
          text: `queue ${queue}: its scheduler has died; ${spare} may take over, after ${wait}`,
          next: 'to have it at once, restart the workers of this queue',
        }
      : {
          text: `queue ${queue}: its scheduler has died; its lock is no longer refreshed`,
          next: `start a worker: rq worker --with-scheduler ${queue}`,
        };
  }
  return a.workerAlive
    ? {
        text: `queue ${queue}: no scheduler serves it; if ${spare} runs one, it takes over after ${wait}`,
        next: 'restart its workers with --with-scheduler (with_scheduler=True in a script)',
      }
    : {
        text: `queue ${queue}: no worker runs its scheduler`,
        next: `start one: rq worker --with-scheduler ${queue}`,
      };
}
