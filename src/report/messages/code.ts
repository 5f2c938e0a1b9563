import { list, type Word } from './words.js';

type Args = Parameters<Word>[0];

/** Why a use is not fixed by itself. */
const REASONS: Readonly<Record<string, (a: Args) => string>> = {
  naive: (a) => `${a.time} has no time zone: rq-scheduler read it as UTC, RQ reads it as local time`,
  'zone-unknown': (a) =>
    `it cannot be proven that ${a.time} has a time zone; without one RQ reads it as local time`,
  recurring: () => "RQ's scheduler repeats nothing",
  'cron-zone': () => 'nothing tells in which time zone rq-scheduler read the expression; name it with --tz',
  registry: () => 'a queue has no such method; the registry of its scheduled jobs answers',
  'all-queues': () => 'rq-scheduler answers for the jobs of all queues, a registry for those of one',
  'queue-name': (a) => `the job goes to ${a.queue === null ? 'another queue' : `queue ${a.queue}`}`,
  'at-front': () => 'rq-scheduler lost at_front here, RQ honours it',
  'taken-keywords': (a) => `${list(a.keywords)} would be taken as options by RQ, not given to the function`,
  'depends-on': () => "RQ's scheduler runs a job without waiting for what it depends on",
  'open-keywords': () => 'what ** passes cannot be told',
  'open-arguments': () => 'its arguments cannot be told apart',
  'repeat-without-interval': () => 'a repeat without an interval is an error',
  'job-object-used': () => 'the job it returns is used in a way that a series does not offer',
  'old-method': () => 'it is a method of an early rq-scheduler',
  'series-name': () => "a series' name is made of letters, digits, _ and - only",
  'series-fields': () =>
    'what is listed would be series, which have no meta, arguments or other fields of a job',
  'syntax-error': () => 'the file does not parse',
  sliced: () => 'a slice of the schedule has no counterpart over several queues',
  'until-series': () => 'a time limit cannot be put to series',
  'until-unknown': (a) => `it cannot be told what ${a.time} is`,
  'times-of-series': () => 'times of jobs and of series are kept differently',
  'time-of-series': () => 'the code makes series, whose next run follows from their definition',
  'computed-job': () => 'the job is computed in place',
  mixed: () => 'the object may also be something else than a Scheduler',
  declared: () => 'it cannot be told which object is meant',
  'passed-on': () => 'it is handed to code that cannot be followed',
  stored: () => 'it is put where it cannot be followed',
  yielded: () => 'it is handed out in a way that cannot be followed',
  subclass: () => 'the class extends the Scheduler',
  'class-used': () => 'the class itself is used as a value',
  loop: () => "the worker's own scheduler does this",
  'no-counterpart': (a) => `${a.method} has no counterpart`,
  'legacy-key': () => "it names rq-scheduler's own keys in Redis",
  'method-passed': (a) => `${a.method} is used without a call`,
  written: (a) => `${a.method} is set`,
  optional: () => 'it stands in a try block',
  'queue-class': () => 'it is made with a queue class of its own',
  'job-class': () => "it is made with a job class, which RQ's scheduler does not keep",
  'queue-object': () => 'it is made with a queue object',
  'by-index': () => 'the queue is chosen by its number',
  'flask-rq': () => 'Flask-RQ2 itself needs rq-scheduler',
};

function because(a: Args): string {
  const reason = REASONS[String(a.why)]?.(a);
  if (reason !== undefined) return `: ${reason}`;
  const held = REASONS[String(a.heldWhy)]?.(a);
  return a.heldBy ? `; ${a.heldBy} holds it back${held ? ` (${held})` : ''}` : '';
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
  'code-get-scheduler': use('get_scheduler() becomes get_queue()'),
  'code-enqueue-at': use('enqueue_at() is a method of the Queue'),
  'code-enqueue-in': use('enqueue_in() is a method of the Queue'),
  'code-schedule': use('schedule() has no counterpart in RQ'),
  'code-cron': use('cron() has no counterpart in RQ'),
  'code-cancel': use('cancel() has no counterpart on a Queue'),
  'code-get-jobs': use('get_jobs() lists something else on a Queue'),
  'code-count': use('count() is something else on a Queue'),
  'code-contains': use('a Queue cannot be asked with in'),
  'code-change-time': use('change_execution_time() has no counterpart on a Queue'),
  'code-enqueue-job': use('enqueue_job() means something else on a Queue'),
  'code-queue-for-job': use('get_queue_for_job() has no counterpart'),
  'code-run': use('this runs rq-scheduler; workers run the scheduler themselves'),
  'code-decorator': (a) => ({
    text: `${a.method}() of Flask-RQ2's decorator schedules through rq-scheduler${because(a)}.`,
    ...next(a),
  }),
  'code-subclass': use('a subclass of the Scheduler has nothing to extend any more'),
  'code-other-method': use('a part of rq-scheduler that a Queue does not have'),
  'code-naive-datetime': (a) => ({ text: `a time for RQ${because(a)}.`, ...next(a) }),
  'code-worker-start': (a) => ({
    text: `this worker is started without its scheduler (${a.switch === 'off' ? 'no with_scheduler' : 'with_scheduler=False'}).`,
    next: 'Pass with_scheduler=True to work().',
  }),
  'code-seeding': (a) => ({
    text: `schedules are made ${a.function ? `in ${a.function}()` : 'when this module is loaded'}${a.clears ? ', after clearing the old ones' : ''}: see that this still runs once the scheduler service is gone.`,
    next: 'rq_recurring.ensure([...]) at the start of the application does the same in one call.',
  }),
  'code-legacy-key': (a) => ({
    text: `reads ${a.key ? `${a.key}, ` : ''}a key of rq-scheduler that is not written any more${a.key ? '' : because(a)}.`,
    next:
      a.what === 'jobs'
        ? 'RQ keeps scheduled jobs in rq:scheduled:<queue>, one set a queue.'
        : a.what === 'lock' || a.what === 'instances'
          ? "RQ's schedulers hold rq:scheduler-lock:<queue>, one a queue."
          : 'Ask the ScheduledJobRegistry of each queue.',
  }),
  'code-config-name': (a) => ({
    text: `names ${a.name}, which goes.`,
    next: 'Remove the entry; RQ logs as rq.worker and rq.scheduler.',
  }),
};

/** Why an edit of Python code is made. */
const EDITS: Readonly<Record<string, Word>> = {
  'swap-import': () => ({ text: 'what is imported of rq-scheduler is not used any more' }),
  'swap-scheduler': () => ({ text: 'a Queue schedules by itself; a Scheduler is not needed' }),
  'remove-scheduler-object': () => ({ text: 'nobody uses this Scheduler' }),
  'swap-call': () => ({ text: "RQ's call with the same meaning" }),
  'swap-queue': () => ({ text: 'the queue that the call named' }),
  'swap-registry': () => ({ text: "RQ keeps scheduled jobs in each queue's ScheduledJobRegistry" }),
  'name-utc': () => ({ text: 'rq-scheduler took a time without a zone for UTC, RQ takes it for local time' }),
};

export const CODE: Readonly<Record<string, Word>> = { ...USES, ...EDITS };
