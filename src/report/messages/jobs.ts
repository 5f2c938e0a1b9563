import { job, type Word } from './words.js';

const corrupt =
  (field: string): Word =>
  (a) => ({
    text: `${job(a)} has a ${field} field that RQ cannot read; its scheduler process dies of it.`,
    next: 'Correct the field, or schedule the job afresh.',
  });

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
  'recurring-not-migrated': (a) => ({
    text: `${job(a)} recurs, and RQ's scheduler runs single jobs only; it stays with rq-scheduler.`,
    next: 'Keep the scheduler service for now (--keep-scheduler).',
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
  'job-not-a-hash': (a) => ({
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
  'has-dependencies': (a) => ({
    text: `${job(a)} waits for another job; RQ's scheduler would not wait.`,
    next: 'Let it run under rq-scheduler first, or add --allow has-dependencies.',
  }),
  'created-at-invalid': corrupt('created_at'),
  'timeout-invalid': corrupt('timeout'),
  'result-ttl-invalid': corrupt('result_ttl'),
  'ttl-invalid': corrupt('ttl'),
  'dependency-ids-invalid': corrupt('dependency_ids'),
};
