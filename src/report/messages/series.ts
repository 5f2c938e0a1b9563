import { reasonsOf } from './checks-entries.js';
import { list, type Word } from './words.js';

/** What `repair` has to say about single series. */
export const SERIES: Readonly<Record<string, Word>> = {
  'repair-serializer': (a) => ({
    text: `series ${a.id} uses the serializer ${a.detail}, which only its own code can write.`,
    next: 'Call rq_recurring.repair(connection=...) where the workers start; it does the same.',
  }),
  'repair-schedule': (a) => ({
    text: `series ${a.id}: its next time cannot be told here (${a.detail}).`,
    next: 'Call rq_recurring.repair(connection=...) where the workers start; or register the series again.',
  }),
  'repair-data-missing': (a) => ({
    text: `series ${a.id} no longer says which function it calls.`,
    next: 'Register it again, or end it: rq_recurring.cancel(...).',
  }),
  'repair-not-needed': (a) => ({
    text: `series ${a.id} was armed or cancelled by somebody else meanwhile; it was left alone.`,
  }),
  'repair-finished': (a) => ({ text: `series ${a.id} has no time left; it is finished now.` }),
  'repair-left': (a) => ({
    text: `queue ${a.queue}: job ${a.id} is left as it is (${reasonsOf(a.reasons)}).`,
    next:
      a.fate === 'fails'
        ? 'It will fail when it runs, and stand in the failed registry.'
        : 'Schedule it anew, or delete it.',
  }),
  'repair-version-unknown': () => ({
    text: 'No live worker tells its RQ version; what any version could not take is repaired.',
    next: 'Name yours with --rq-version.',
  }),
  'repair-restart': (a) => ({
    text: `Entries were due that end RQ's scheduler: those of ${list(a.queues)} may have ended.`,
    next: 'Restart the workers of these queues; by themselves they take up to 14 minutes, RQ 1.12 and earlier for ever.',
  }),
  'repair-entry-gone': (a) => ({
    text: `queue ${a.queue}: ${a.id} is no longer scheduled; nothing was done.`,
  }),
  'repair-entry-changed': (a) => ({
    text: `queue ${a.queue}: ${a.id} was changed by somebody else meanwhile; it was left alone.`,
  }),
  'repair-entry-due': (a) => ({
    text: `queue ${a.queue}: ${a.id} is due right now, and RQ's scheduler may be taking it; it was left alone.`,
    next: 'Look again: migrate-scheduler verify.',
  }),
  'repair-entry-exists': (a) => ({
    text: `queue ${a.queue}: ${a.id} could not be renamed: a job of the new id exists.`,
    next: 'Schedule it anew under another id.',
  }),
  'repair-entry-dependents': (a) => ({
    text: `queue ${a.queue}: ${a.id} could not be renamed: other jobs depend on it.`,
    next: 'Schedule it and them anew.',
  }),
  'series-need-module': (a) => ({
    text: `Recurring jobs become series: workers of ${list(a.queues)} must be able to import the package rq_recurring when they start.`,
  }),
  'series-wait-for-module': (a) => ({
    text: `Workers of queue ${a.queue} cannot run rq_recurring yet; new recurring jobs of that queue wait in rq-scheduler's schedule.`,
    next: 'Deploy the workers with the package rq_recurring on their import path; they are asked again every 15 seconds.',
  }),
  'series-differences': () => ({
    text: 'A series differs from rq-scheduler in two ways: intervals keep their grid instead of drifting, and missed runs do not pile up.',
  }),
};
