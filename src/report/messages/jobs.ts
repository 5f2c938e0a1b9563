import { job, list, type Word } from './words.js';

const corrupt =
  (field: string): Word =>
  (a) => ({
    text: `${job(a)} has a ${field} field that RQ cannot read; its scheduler process dies of it.`,
    next: 'Correct the field, or schedule the job afresh.',
  });

/** Fields of a job hash that RQ parses (native/entry.ts); a bad one ends its scheduler process. */
const CORRUPTIBLE = [
  'timeout',
  'result_ttl',
  'failure_ttl',
  'ttl',
  'allow_dependency_failures',
  'number_of_retries',
  'retries_left',
  'enqueue_at_front_on_retry',
  'repeats_left',
  'rate_limit_concurrency',
  'success_callback_timeout',
  'failure_callback_timeout',
  'stopped_callback_timeout',
  'enqueue_at_front',
  'created_at',
  'enqueued_at',
  'started_at',
  'ended_at',
  'last_heartbeat',
  'retry_intervals',
  'repeat_intervals',
  'origin',
  'description',
  'worker_name',
  'group_id',
  'success_callback_name',
  'failure_callback_name',
  'stopped_callback_name',
  'dependency_id',
  'exc_info',
  'dependency_ids',
] as const;

/** Why an entry stays where it is: one sentence per reason, with the job named. */
export const JOBS: Readonly<Record<string, Word>> = {
  'job-hash-missing': (a) => ({
    text: `${job(a)} is listed by rq-scheduler but its data is gone; nothing can run it.`,
    next: 'Its entry is removed and kept in the journal, so rollback can bring it back.',
  }),
  'job-busy': (a) => ({
    text: `${job(a)} is queued, running or deferred right now; it is left alone.`,
    next: 'Run again when it has finished.',
  }),
  'job-enqueued-already': (a) => ({
    text: `${job(a)} was put on its queue at its time by a scheduler that was killed before it took the entry out; moved, it would run twice.`,
    next: `When it has run, remove the entry: redis-cli ZREM rq:scheduler:scheduled_jobs ${a.id}`,
  }),
  'job-scheduled-already': (a) => ({
    text: `${job(a)} is scheduled with RQ already, and another entry of it is in rq-scheduler's schedule: that stays there.`,
    next: `Remove it once no client adds it any more: redis-cli ZREM rq:scheduler:scheduled_jobs ${a.id} (run --follow takes over new times of one-shot jobs).`,
  }),
  'series-busy': (a) => ({
    text: `${job(a)} was registered again while a run of its series waits for a worker; it is taken over when that has begun.`,
    next: 'Nothing to do while workers run.',
  }),
  'series-known': (a) => ({
    text: `${job(a)} was registered again under a new id; series ${a.series} does the same already, so it was only taken out of rq-scheduler's schedule.`,
    next: 'Deploy the client that registers it. Where both are meant, give them different arguments.',
  }),
  'recurring-kept': (a) => ({ text: `${job(a)} recurs and stays with rq-scheduler, as asked.` }),
  'tz-ambiguous': (a) => ({
    text: `${job(a)} runs by "${a.cron}", and its time zone cannot be told from its next run (${a.detail}).`,
    next: 'Name the zone of the host that ran rq-scheduler: --tz Europe/Berlin, for example.',
  }),
  'tz-unknown': (a) => ({
    text: `${a.detail} is not a time zone known here.`,
    next: 'Give an IANA name such as Europe/Berlin.',
  }),
  'tz-contradicts-score': (a) => ({
    text: `${job(a)} runs by "${a.cron}", and its next run is no such time in ${a.detail}.`,
    next: 'Check --tz: it is the zone of the host that ran rq-scheduler.',
  }),
  'tz-not-conclusive': (a) => ({
    text: `${job(a)} runs by "${a.cron}", read in ${a.zone}; going by its next run it could as well be ${list(a.doubts)}, where it runs at other times.`,
    next: 'Compare the times in the plan, or name the zone with --tz.',
  }),
  'cron-times-differ': (a) => ({
    text: `${job(a)} runs by "${a.cron}" in ${a.zone}: at a change of the clock its times differ from rq-scheduler's.`,
    next: 'Compare them in the plan (docs/recurring.md explains which are right).',
  }),
  'cron-invalid': (a) => ({
    text: `${job(a)} has the cron string "${a.cron}", which rq-scheduler itself cannot read (${a.detail}).`,
    next: 'Cancel it, or register it afresh.',
  }),
  'cron-inexpressible': (a) => ({
    text: `${job(a)} has the cron string "${a.cron}", which cannot be carried over faithfully (${a.detail}).`,
    next: 'Register it afresh with rq_recurring.cron() and an expression that says what is meant.',
  }),
  'cron-never': (a) => ({
    text: `${job(a)} has the cron string "${a.cron}", which matches no date any more.`,
    next: 'Cancel it.',
  }),
  'rq-too-old-for-series': (a) =>
    a.minimum === undefined
      ? {
          text: `${job(a)} recurs, and rq_recurring needs RQ 1.15.1 or later.`,
          next: 'Upgrade rq first, or keep the service for now (--recurring keep --keep-scheduler).',
        }
      : {
          text: `rq ${a.version} is named, and rq_recurring needs ${a.minimum} or later.`,
          next: 'Raise it, with what goes with it, or let it be raised (--raise-rq).',
        },
  'score-invalid': (a) => ({
    text: `${job(a)} is scheduled at ${a.detail}, which is no time.`,
    next: 'Cancel it.',
  }),
  'meta-not-dict': (a) => ({
    text: `${job(a)} has meta that is no dictionary.`,
    next: 'Schedule it afresh.',
  }),
  'meta-interval-invalid': (a) => ({
    text: `${job(a)} has an interval in its meta that is no number; rq-scheduler itself stops at it.`,
    next: 'Cancel it.',
  }),
  'meta-interval-not-positive': (a) => ({
    text: `${job(a)} has an interval of zero or less in its meta; rq-scheduler would enqueue it at every pass.`,
    next: 'Cancel it.',
  }),
  'meta-repeat-invalid': (a) => ({
    text: `${job(a)} has a repeat in its meta that is no number; rq-scheduler itself stops at it.`,
    next: 'Cancel it.',
  }),
  'meta-cron-invalid': (a) => ({
    text: `${job(a)} has a cron string in its meta that is no text; rq-scheduler itself stops at it.`,
    next: 'Cancel it.',
  }),
  'id-not-utf8': (a) => ({
    text: `${job(a)} has an id that is not UTF-8; RQ's scheduler process dies of it.`,
    next: 'Cancel the job and schedule it afresh.',
  }),
  'id-colon': (a) => ({
    text: `${job(a)} has ":" in its id; RQ 2 drops such an entry, or runs another job instead.`,
    next: 'Add --rename-ids to give it a valid id.',
  }),
  'id-characters': (a) => ({
    text: `${job(a)} has characters in its id that RQ 2.8 and later refuse; the scheduler process dies of them.`,
    next: 'Add --rename-ids to give it a valid id.',
  }),
  'id-renamed': (a) => ({ text: `${job(a)} gets the id ${a.newId}: RQ cannot hold the old one.` }),
  'hash-wrong-type': (a) => ({
    text: `${job(a)} is not stored as a hash; RQ's scheduler process dies of it.`,
    next: 'Look at the key with redis-cli TYPE; remove the entry if it is not a job.',
  }),
  'data-missing': (a) => ({
    text: `${job(a)} has no data field: nobody can tell which function it calls, and RQ's scheduler dies of it.`,
    next: 'Schedule it afresh.',
  }),
  'data-unreadable': (a) => ({
    text: `${job(a)} has data that is neither a pickle nor JSON.`,
    next: 'If the project uses a serializer of its own, add --allow data-unreadable to move it as it is.',
  }),
  'origin-missing': (a) => ({
    text: `${job(a)} names no queue (origin).`,
    next: 'Set its origin field, or schedule it afresh.',
  }),
  'meta-unreadable': (a) => ({
    text: `${job(a)} has meta that cannot be read, so it is not known whether it recurs.`,
    next: 'Schedule it afresh.',
  }),
  'ttl-zero': (a) => ({
    text: `${job(a)} has a ttl of 0: RQ deletes it at the moment it is enqueued.`,
    next: 'Remove the ttl field, or schedule it afresh.',
  }),
  'has-dependencies': (a) => ({
    text: `${job(a)} waits for another job; RQ's scheduler would not wait.`,
    next: 'Let it run under rq-scheduler first, or add --allow has-dependencies.',
  }),
  ...Object.fromEntries(
    CORRUPTIBLE.map((field) => [`${field.replaceAll('_', '-')}-invalid`, corrupt(field)]),
  ),
};
