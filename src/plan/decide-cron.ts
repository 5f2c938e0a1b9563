import { parseCron } from '../legacy/cron/expression.js';
import { nativeFireTimes } from '../legacy/cron/fire-times.js';
import { toUtcCron } from '../legacy/cron/to-utc.js';
import type { JobData } from '../legacy/job-data.js';
import type { JobSnapshot } from '../legacy/types.js';
import { atLeast } from '../native/version.js';
import { type CronRegistration, registrationOf } from './cron-registration.js';
import { decideRecurring, type RecurringPolicy } from './decide-recurring.js';
import { cronJobKey, type RqCronSeen } from './rq-cron-seen.js';
import type { Finding, Recurrence } from './types.js';

/** RQ whose `rq cron` knows cron strings; that says which file it runs; that says which jobs (SEMANTICS §5). */
const KNOWS_CRON_STRINGS = '2.5';
const SHOWS_FILE = '2.6.1';
const SHOWS_JOBS = '2.7';

/** A recurring entry for `rq cron`, or the code of why it is none. */
export type CronDecision =
  | {
      readonly ok: true;
      readonly registration: CronRegistration;
      readonly recurrence: Recurrence;
      readonly notes: readonly string[];
      /** See `RecurringDecision`. */
      readonly doubts: readonly string[];
      /** A process has it: the legacy entry is not needed any more. */
      readonly seen: boolean;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** What it depends on besides the entry. */
export interface CronPolicy {
  readonly rq: string | null;
  readonly allow: ReadonlySet<string>;
  readonly recurring: RecurringPolicy;
}

/** Fire times compared. */
const SHOWN = 5;

/** Decides about an entry whose strategy is `cron`. */
export function decideCron(
  job: JobSnapshot,
  item: { readonly id: string; readonly queue: string; readonly scheduledAt: number },
  recurrence: Recurrence,
  data: JobData,
  policy: CronPolicy,
): CronDecision {
  const { rq } = policy;
  if (rq === null || !atLeast(rq, KNOWS_CRON_STRINGS)) return no('cron-needs-rq-2-5', rq ?? 'unknown');
  if (recurrence.remaining !== null) return no('cron-not-finite', String(recurrence.remaining));
  const shifted = inUtc(job, item.scheduledAt, recurrence, policy.recurring);
  if (!shifted.ok) return shifted;
  const schedule = { interval: recurrence.interval, cron: shifted.cron };
  const built = registrationOf(job, { id: item.id, queue: item.queue, ...schedule }, data);
  if (!built.ok) return built;
  return {
    ok: true,
    registration: built.registration,
    recurrence: shifted.recurrence,
    notes: shifted.notes,
    doubts: shifted.doubts,
    seen: isSeen(cronJobKey(item.id, item.queue, schedule), built.registration, rq, policy),
  };
}

function no(
  code: string,
  detail: string,
): { readonly ok: false; readonly code: string; readonly detail: string } {
  return { ok: false, code, detail };
}

function isSeen(
  key: string,
  registration: CronRegistration,
  rq: string,
  { allow, recurring }: CronPolicy,
): boolean {
  const seen = recurring.rqCron;
  if (seen?.jobs.has(key)) return true;
  if (atLeast(rq, SHOWS_JOBS)) return false;
  if (!seen?.written(registration)) return false;
  return allow.has('cron-unseen') || (atLeast(rq, SHOWS_FILE) && seen.current > 0);
}

function inUtc(job: JobSnapshot, score: number, recurrence: Recurrence, policy: RecurringPolicy) {
  const known = decideRecurring(job.id, score, recurrence, policy);
  if (!known.ok) return known;
  const { slot, recurrence: zoned, notes, doubts } = known;
  const { cronString, zone, dialect, timesBefore } = zoned;
  if (cronString === null || zone === undefined || dialect === undefined) {
    return { ok: true as const, recurrence: zoned, cron: null, notes, doubts };
  }
  const parsed = parseCron(cronString, dialect);
  const utc = parsed.ok ? toUtcCron(parsed.cron, zone, slot) : parsed;
  if (!utc.ok) return no('cron-not-exact-in-utc', utc.detail);
  const timesAfter = [slot, ...nativeFireTimes(utc.cron, slot, 'UTC', SHOWN - 1)];
  const differs = utc.changesOfClock || timesAfter.join() !== timesBefore?.join();
  return {
    ok: true as const,
    recurrence: { ...zoned, timesAfter },
    cron: utc.cron.expression,
    doubts,
    notes: [
      ...notes.filter((note) => note !== 'cron-times-differ'),
      ...(differs ? ['cron-times-differ'] : []),
    ],
  };
}

/** What is said once of a plan with such jobs. */
export function cronFindings(
  registrations: readonly CronRegistration[],
  waiting: number,
  rq: string | null,
  seen: RqCronSeen | null,
): Finding[] {
  if (registrations.length === 0) return [];
  const findings: Finding[] = [];
  const intervals = registrations.filter(({ interval }) => interval !== null).length;
  const args = { count: intervals };
  if (intervals > 0) findings.push({ code: 'cron-fires-at-start', severity: 'warn', args });
  const processes = seen?.processes ?? 0;
  if (processes > 1) findings.push({ code: 'rq-cron-twice', severity: 'warn', args: { processes } });
  if (waiting > 0 && rq !== null && !atLeast(rq, SHOWS_FILE)) {
    findings.push({ code: 'cron-unseen', severity: 'warn', args: { rq } });
  }
  return findings;
}
