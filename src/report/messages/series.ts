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
  'series-need-module': (a) => ({
    text: `Recurring jobs become series: workers of ${list(a.queues)} must be able to import rq_recurring.py when they start.`,
  }),
  'series-wait-for-module': (a) => ({
    text: `Workers of queue ${a.queue} cannot run rq_recurring yet; new recurring jobs of that queue wait in rq-scheduler's schedule.`,
    next: 'Deploy the workers with rq_recurring.py on their import path; they are asked again every 15 seconds.',
  }),
  'series-differences': () => ({
    text: 'A series differs from rq-scheduler in two ways: intervals keep their grid instead of drifting, and missed runs do not pile up.',
  }),
};
