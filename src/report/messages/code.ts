import type { Word } from './words.js';

type Args = Parameters<Word>[0];

/** Why a use is not fixed by itself. */
const REASONS: Readonly<Record<string, string>> = {
  'syntax-error': 'the file does not parse',
  'own-module': 'a module of that name is in the project',
  'no-counterpart': 'rq_recurring has nothing of that name',
  'dotted-import': 'what it binds is another module than the one it loads; import it with as',
  'by-index': 'the queue is chosen by its number',
  'flask-rq': 'Flask-RQ2 itself needs rq-scheduler',
};

function because(a: Args): string {
  const reason = REASONS[String(a.why)];
  return reason === undefined ? '' : `: ${reason}`;
}

function use(what: string): Word {
  return (a) => ({ text: `${what}${because(a)}.`, ...next(a) });
}

function next(a: Args): { next?: string } {
  if (typeof a.replacement !== 'string' || a.replacement === '' || a.replacement === a.call) {
    return a.fix === 'unsafe' ? { next: 'Changed with --unsafe-fixes.' } : {};
  }
  const code = a.replacement.replace(/\s*\n\s*/g, ' ');
  return { next: a.fix === 'unsafe' ? `With --unsafe-fixes: ${code}` : `Write: ${code}` };
}

/** What is said of the uses of rq-scheduler in Python code. */
const USES: Readonly<Record<string, Word>> = {
  'code-import': (a) => ({ text: `imports ${a.module}, which goes${because(a)}.`, ...next(a) }),
  'code-scheduler-object': use("rq-scheduler's Scheduler becomes a Queue"),
  'code-get-scheduler': use('get_scheduler() of django-rq and Flask-RQ2 imports rq-scheduler'),
  'code-enqueue-at': use('enqueue_at() is a method of the Queue'),
  'code-enqueue-in': use('enqueue_in() is a method of the Queue'),
  'code-schedule': (a) => ({ text: `${a.method}() stays: rq_recurring's Scheduler has it.` }),
  'code-cron': () => ({ text: "cron() stays: rq_recurring's Scheduler has it." }),
  'code-decorator': (a) => ({
    text: `${a.method}() of Flask-RQ2's decorator schedules through rq-scheduler${because(a)}.`,
    ...next(a),
  }),
  'code-naive-datetime': (a) => ({
    text: `${a.time} has no time zone: rq-scheduler read it as UTC, RQ reads it as local time.`,
    ...next(a),
  }),
  'code-worker-start': (a) => ({
    text: `this worker is started without its scheduler (${a.switch === 'off' ? 'no with_scheduler' : 'with_scheduler=False'}).`,
    next: 'Pass with_scheduler=True to work().',
  }),
  'code-seeding': (a) => ({
    text: `schedules are made ${a.function ? `in ${a.function}()` : 'when this module is loaded'}${a.clears ? ', after clearing the old ones' : ''}: see that this still runs once the scheduler service is gone.`,
  }),
  'code-legacy-key': (a) => ({
    text: `reads ${a.key}, a key of rq-scheduler that is not written any more.`,
    next:
      a.what === 'jobs'
        ? 'RQ keeps scheduled jobs in rq:scheduled:<queue>, one set a queue.'
        : a.what === 'lock' || a.what === 'instances'
          ? "RQ's schedulers hold rq:scheduler-lock:<queue>, one a queue."
          : 'Ask the ScheduledJobRegistry of each queue.',
  }),
  'code-config-name': (a) => ({
    text: `names ${a.name}, which goes${because(a)}.`,
    ...next(a),
    ...(typeof a.to === 'string' ? {} : { next: 'See whether the entry is still needed.' }),
  }),
};

/** Why an edit of Python code is made. */
const EDITS: Readonly<Record<string, Word>> = {
  'swap-import': () => ({ text: 'rq_recurring has the same names, on top of RQ alone' }),
  'swap-name': () => ({ text: 'the module that goes by its name' }),
  'swap-scheduler': () => ({ text: 'a Queue schedules by itself; a Scheduler is not needed' }),
  'swap-call': () => ({ text: "RQ's call with the same meaning" }),
  'swap-queue': () => ({ text: 'the queue of the call' }),
  'name-utc': () => ({ text: 'rq-scheduler took a time without a zone for UTC, RQ takes it for local time' }),
};

export const CODE: Readonly<Record<string, Word>> = { ...USES, ...EDITS };
