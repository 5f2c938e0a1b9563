import { type Args, type CheckWord, many, type Wording } from './words.js';

/** The checks of `verify --canary`. */
export const CANARY_CHECKS: Readonly<Record<string, CheckWord>> = {
  'canary-ran': (a, status, queue) => {
    if (a.outcome === 'finished') return ran(a, status, queue);
    if (status === 'skip') return skipped(a, queue);
    return a.enqueued === null ? notEnqueued(a, queue) : notRun(a, queue);
  },
  'recurring-importable': (a, status, queue) => {
    if (status === 'pass') return { text: `queue ${queue}: its worker can import rq_recurring` };
    if (status === 'warn') {
      return {
        text: `queue ${queue}: no worker was free within ${many(a.patience, 'second')} to import rq_recurring`,
        next: 'look again when its workers are less busy, or give them longer with --wait',
      };
    }
    return {
      text: `queue ${queue} has recurring series, but its worker cannot run rq_recurring`,
      next: 'deploy the package rq_recurring where its workers import their jobs from; their log says what is missing',
    };
  },
};

function ran(a: Args, status: string, queue: string | null): Wording {
  const text = `queue ${queue}: a test job was enqueued ${seconds(a.enqueued)} and started ${seconds(a.started)} after it was due`;
  if (status === 'pass') return { text };
  if (a.skew !== 0) {
    return {
      text: `${text}, by a clock ${seconds(Math.abs(Number(a.skew)))} ${Number(a.skew) > 0 ? 'ahead of' : 'behind'} Redis's`,
      next: "set the clock of the workers' host (NTP): scheduled jobs run by it",
    };
  }
  return {
    text: `${text}; RQ looks once a second`,
    next: 'its workers are busy or few, or their host is; look at their log',
  };
}

function skipped(a: Args, queue: string | null): Wording {
  return a.outcome === 'no-worker'
    ? { text: `queue ${queue}: no test job, no live worker would run it` }
    : {
        text: `queue ${queue}: no test job, nothing is scheduled there and no worker runs a scheduler for it`,
      };
}

/** The scheduler never came, or came and lost it. */
function notEnqueued(a: Args, queue: string | null): Wording {
  return {
    text: `queue ${queue}: a test job was not enqueued within ${many(a.patience, 'second')} after it was due`,
    next: 'no scheduler of RQ serves this queue, or it hangs: restart its workers with --with-scheduler',
  };
}

function notRun(a: Args, queue: string | null): Wording {
  const text = `queue ${queue}: a test job was enqueued ${seconds(a.enqueued)} after it was due`;
  if (a.outcome === 'timeout-queued') {
    return {
      text: `${text}, but no worker was free within ${many(a.patience, 'second')}`,
      next: 'look again when its workers are less busy, or give them longer with --wait',
    };
  }
  if (a.outcome === 'timeout-started') {
    return { text: `${text} and started, but did not end`, next: 'the log of its worker says why' };
  }
  return {
    text: `${text}, but its worker could not run it`,
    next: 'the log of the worker says why; one with a serializer of its own cannot read the test job',
  };
}

/** A measured time with two digits. */
function seconds(value: Args[string] | undefined): string {
  const n = Number(value);
  return Number.isFinite(n) ? `${n.toFixed(2)} s` : `${value}`;
}
