import { type CheckWord, list } from './words.js';

/** Checks of the project's files; path and line stand before the sentence. */
export const FILE_CHECKS: Readonly<Record<string, CheckWord>> = {
  'files-none': () => ({
    text: 'no project files here; name their folder with --project to have them checked',
  }),
  'files-unread': (a) => ({ text: `cannot be understood (${a.reason})`, next: 'look at it by hand' }),
  'files-scheduler-gone': (a, s) =>
    s === 'pass'
      ? { text: 'no file starts rq-scheduler' }
      : a.process === null
        ? { text: 'this line still starts rq-scheduler', next: 'take it out by hand' }
        : { text: `${a.process} still starts rq-scheduler`, next: 'migrate-scheduler run removes it' },
  'files-keys-watched': () => ({
    text: 'reads keys of rq-scheduler, which say nothing any more',
    next: 'watch rq:scheduled:<queue> and rq:scheduler-lock:<queue> instead',
  }),
  'files-dependency-gone': (a, s) => {
    if (s === 'pass') return { text: 'nothing installs rq-scheduler' };
    return a.locked === true
      ? { text: `${a.name} is still in this lock file`, next: 'let its own tool write it anew' }
      : { text: `${a.name} is still installed`, next: 'migrate-scheduler run removes rq-scheduler' };
  },
  'files-imports-gone': (a, s) =>
    s === 'pass'
      ? { text: 'no code imports rq-scheduler' }
      : {
          text: `still imports ${a.module}: it fails without it, or fills a schedule that nobody reads`,
          next: "use RQ's own Queue.enqueue_at and the package rq_recurring",
        },
  'files-versions-suit': (a, s) =>
    s === 'pass'
      ? { text: 'the versions that the files name can schedule' }
      : { text: `${a.name} ${a.version} is too old`, next: `raise it to ${a.minimum} or later` },
  'files-settings-gone': (a) => ({
    text: `${a.name} is set, but nothing reads it any more`,
    next: 'remove it',
  }),
  'files-workers': () => ({
    text: 'no file starts a worker; which queues are served is to be seen in Redis only',
  }),
  'files-worker-schedules': (a, s) => {
    if (s === 'pass') return { text: `${a.process} runs its scheduler` };
    return a.switch === 'unknown'
      ? { text: `whether ${a.process} runs its scheduler cannot be read`, next: 'look at how it starts' }
      : {
          text: `${a.process} runs no scheduler`,
          next: 'migrate-scheduler run adds --with-scheduler where jobs are scheduled',
        };
  },
  'files-queue-covered': (a, s, queue) => {
    if (s === 'pass') return { text: `queue ${queue} has a worker with its scheduler` };
    const none = Array.isArray(a.workers) && a.workers.length === 0;
    if (none)
      return { text: `no worker of the files serves queue ${queue}`, next: 'add one with --with-scheduler' };
    const unsure = Array.isArray(a.switches) && a.switches.some((one) => one === 'on' || one === 'unknown');
    // The place of the check names the first already.
    const others = Array.isArray(a.workers) ? a.workers.slice(1) : [];
    const also = others.length > 0 ? ` (also ${list(others)})` : '';
    return unsure
      ? {
          text: `whether a worker with its scheduler serves queue ${queue} cannot be read${also}`,
          next: 'look at how these workers start',
        }
      : {
          text: `no worker of queue ${queue} runs its scheduler (${list(a.workers)})`,
          next: 'migrate-scheduler run adds --with-scheduler',
        };
  },
};
