import type { Args, CheckWord } from './words.js';
import { list, many, someOf } from './words.js';

/** What is wrong with an entry, by code; a code `<field>-invalid` names its field. */
const REASONS: Readonly<Record<string, string>> = {
  'id-not-utf8': 'its id is not UTF-8',
  'id-colon': 'its id contains a colon, at which RQ cuts it',
  'id-colon-other-job': 'its id contains a colon, at which RQ cuts it, so that another job runs instead',
  'id-characters': 'its id contains characters that RQ 2.8 and later refuse',
  'hash-missing': 'its job is gone',
  'hash-wrong-type': 'its key holds something else than a job',
  'data-missing': 'its call (the field data) is missing',
  'data-unreadable': 'its call (the field data) is unreadable',
  'meta-unreadable': 'its meta is unreadable',
  'meta-not-dict': 'its meta is not a dict',
  'status-unknown': 'RQ does not know its status',
  'status-invalid': 'its status is not text',
  'status-missing': 'it has no status',
  'ttl-zero': 'its ttl of 0 deletes it when it is enqueued',
  'score-negative': 'it is due before 1970, where RQ never looks',
  'score-infinite': 'its time never comes (inf)',
};

const FATES: Readonly<Record<string, string>> = {
  crash: "ends RQ's scheduler when it is due, and with it the schedules of all its queues",
  block: 'stays for ever and is looked at every second',
  dropped: 'is dropped when it is due and never runs',
  lost: 'never runs',
  fails: 'will fail when it runs',
};

const REMEDIES: Readonly<Record<string, string>> = {
  mend: 'migrate-scheduler repair mends it',
  'due-now': 'migrate-scheduler repair makes it due at once',
  rename: 'migrate-scheduler repair gives it a valid id',
  quarantine: 'migrate-scheduler repair takes it out of the schedule and keeps its data',
  leave: 'schedule it anew, or delete it',
};

/** The reasons in words. */
export function reasonsOf(codes: Args[string] | undefined): string {
  const words = (Array.isArray(codes) ? codes : []).map(
    (code) => REASONS[code] ?? `its ${code.replace(/-invalid$/, '').replaceAll('-', '_')} is unreadable`,
  );
  return words.length > 0 ? words.join(', ') : list(codes);
}

/** Why a job (journal/account.ts) or the next run of a series (redis/scripts/series.lua) is lost. */
const LOSSES: Readonly<Record<string, string>> = {
  gone: 'gone before it ran',
  stray: 'in no schedule and no queue',
  'not-queued': 'its status is queued, but no queue holds it',
  'wrong-type': 'its key holds something else than a job',
  'job-gone': 'the job of its next run is gone',
  'not-on-queue': 'the job of its next run is on no queue',
  'job-ended': 'its last job armed no other',
};

/** `id: reason` in words: `a (gone before it ran), b (…)`. */
export function losses(examples: Args[string] | undefined): string {
  if (!Array.isArray(examples)) return list(examples);
  return examples
    .map((one: string) => {
      const at = one.lastIndexOf(': ');
      const reason = one.slice(at + 2);
      return `${one.slice(0, at)} (${LOSSES[reason] ?? reason})`;
    })
    .join(', ');
}

/** Checks of the entries of RQ's schedule, and of the journal. */
export const ENTRY_CHECKS: Readonly<Record<string, CheckWord>> = {
  'jobs-present': (a, s, queue) =>
    s === 'pass'
      ? {
          text: `queue ${queue}: ${many(a.scheduled, 'scheduled entry has its job', 'scheduled entries have their jobs')}`,
        }
      : {
          text: `queue ${queue}: ${many(a.count, 'entry', 'entries')} without a job (${someOf(a.examples, a.count)})`,
          next: 'migrate-scheduler repair removes such entries; a job that should still run must be scheduled anew',
        },
  'ghosts-block': (a, s, queue) => ({
    text:
      s === 'fail'
        ? `queue ${queue}: ${many(a.count, 'due entry has', 'due entries have')} no job; RQ looks at the first ${a.limit} only and enqueues nothing any more`
        : `queue ${queue}: ${many(a.count, 'due entry has', 'due entries have')} no job; with ${a.limit} of them RQ enqueues nothing any more`,
    next: 'migrate-scheduler repair removes them',
  }),
  'entry-unfit': (a, _s, queue) => ({
    text: `queue ${queue}: job ${a.id} ${FATES[String(a.fate)] ?? a.fate}: ${reasonsOf(a.reasons)}`,
    next: REMEDIES[String(a.remedy)] ?? String(a.remedy),
  }),
  'entries-unfit-more': (a, _s, queue) => ({
    text: `queue ${queue}: ${many(a.count, 'more entry is', 'more entries are')} unfit in the same ways`,
    next: 'migrate-scheduler repair lists what it does with them',
  }),
  'entries-fit': (_a, _s, queue) => ({ text: `queue ${queue}: RQ can schedule every entry that has a job` }),
  'entries-without-status': (a, _s, queue) => ({
    text: `queue ${queue}: ${many(a.count, 'job runs', 'jobs run')}, but cannot be cancelled: no status is set`,
    next: 'migrate-scheduler repair sets it',
  }),
  'jobs-accounted': (a, s) =>
    s === 'pass'
      ? {
          text: `${many(a.total, 'job that was moved or repaired is', 'jobs that were moved or repaired are')} accounted for: lost 0${outcomes(a)}`,
        }
      : {
          text: `${a.lost} of ${many(a.total, 'job')} that were moved or repaired ${a.lost === 1 ? 'is' : 'are'} lost: ${losses(a.examples)}${outcomes(a)}`,
          next: 'schedule anew what was not deleted on purpose; migrate-scheduler repair arms lost recurring series again',
        },
  'run-unfinished': (a) => ({
    text: `run ${a.runId} was begun and has not ended`,
    next: 'migrate-scheduler run goes on with it, migrate-scheduler rollback undoes it',
  }),
  'no-new-legacy-entries': (a, s) =>
    s === 'pass'
      ? { text: 'nobody has added to the legacy schedule since the run' }
      : {
          text: `${many(a.count, 'job was', 'jobs were')} added to the legacy schedule since the run, the first at ${moment(a.first)}, the latest at ${moment(a.latest)}: ${list(a.functions)}`,
          next: 'an old client still writes through rq-scheduler: deploy its new code, then migrate-scheduler run',
        },
};

const OUTCOMES: readonly (readonly [string, string])[] = [
  ['scheduled', 'scheduled'],
  ['queued', 'queued'],
  ['running', 'running'],
  ['finished', 'finished'],
  ['finishedOrExpired', 'finished or expired'],
  ['failed', 'failed'],
  ['deferred', 'deferred'],
  ['canceled', 'cancelled'],
  ['stopped', 'stopped'],
  ['series', 'recurring'],
  ['seriesEnded', 'recurring and ended'],
  ['retired', 'left to rq cron'],
  ['dropped', 'dropped: had no job'],
  ['quarantined', 'set aside by repair'],
  ['rolledBack', 'back with rq-scheduler'],
  ['other', 'otherwise'],
];

function outcomes(a: Args): string {
  const parts = OUTCOMES.flatMap(([name, words]) =>
    Number(a[name]) > 0 ? [`${Number(a[name]).toLocaleString('en-US')} ${words}`] : [],
  );
  return parts.length > 0 ? `; ${parts.join(', ')}` : '';
}

/** `2026-11-24 08:00:00 UTC`; what is no number is shown as it is. */
function moment(epoch: Args[string] | undefined): string {
  if (typeof epoch !== 'number') return String(epoch ?? '?');
  return `${new Date(epoch * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
