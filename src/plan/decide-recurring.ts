import { type CronDialect, dialectOf } from '../legacy/cron/dialect.js';
import { type Cron, parseCron } from '../legacy/cron/expression.js';
import { nativeFireTimes, nextFireTimes } from '../legacy/cron/fire-times.js';
import { inferZone } from '../legacy/cron/zone.js';
import { seriesIdFor } from '../native/job-id.js';
import type { RqCronSeen } from './rq-cron-seen.js';
import type { Recurrence } from './types.js';

/** What becomes of recurring jobs, unless a job's own choice says otherwise. */
export type RecurringStrategy = 'rearm' | 'repeat' | 'cron' | 'keep';

/** What the decision about a recurring entry depends on besides the entry. */
export interface RecurringPolicy {
  readonly strategy: RecurringStrategy;
  /** Choices for single jobs: the first pattern (`*` and `?`) that matches the id or the function wins. */
  readonly overrides: readonly { readonly pattern: string; readonly strategy: RecurringStrategy }[];
  /** rq-scheduler's version as far as known; null counts as a current one. */
  readonly schedulerVersion: string | null;
  /** `--tz`, null where not given. */
  readonly zone: string | null;
  /** IANA zones that the scheduler's host may have (`TZ` in its files). */
  readonly zoneCandidates: readonly string[];
  /** Only where some job is left to `rq cron`: the processes that run it. */
  readonly rqCron?: RqCronSeen;
}

/** A recurring entry that gets its native form, or the code of why it does not. */
export type RecurringDecision =
  | {
      readonly ok: true;
      readonly series: string;
      readonly slot: number;
      readonly recurrence: Recurrence;
      readonly notes: readonly string[];
      /** Zones in which a cron string may have been read instead: for `tz-not-conclusive`. */
      readonly doubts: readonly string[];
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Fire times shown per cron entry. */
const SHOWN = 5;

/** The strategy for one job. */
export function strategyFor(policy: RecurringPolicy, id: string, func: string | null): RecurringStrategy {
  const chosen = policy.overrides.find(
    ({ pattern }) => glob(pattern, id) || (func !== null && glob(pattern, func)),
  );
  return chosen?.strategy ?? policy.strategy;
}

function glob(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/**
 * The native series for a recurring entry: its first slot is exactly the legacy score, which is also a point
 * of the interval grid. A cron entry needs its zone (SEMANTICS §6) and an expression that both sides read alike.
 */
export function decideRecurring(
  id: Uint8Array,
  score: number,
  recurrence: Recurrence,
  policy: RecurringPolicy,
): RecurringDecision {
  const series = seriesIdFor(id);
  const slot = Math.ceil(score);
  if (!Number.isSafeInteger(slot)) return { ok: false, code: 'score-invalid', detail: String(score) };
  if (recurrence.cronString === null) return { ok: true, series, slot, recurrence, notes: [], doubts: [] };
  const dialect = dialectOf(policy.schedulerVersion);
  const parsed = parseCron(recurrence.cronString, dialect);
  if (!parsed.ok) return { ok: false, code: parsed.code, detail: parsed.detail };
  const zone = zoneOf(recurrence, recurrence.cronString, slot, dialect, policy);
  if (!zone.ok) return zone;
  return cronSeries(series, slot, recurrence, parsed.cron, zone);
}

type Zone = {
  readonly ok: true;
  readonly zone: string;
  readonly how: NonNullable<Recurrence['zoneKnownBy']>;
  readonly doubts: readonly string[];
};

function zoneOf(
  recurrence: Recurrence,
  expression: string,
  score: number,
  dialect: CronDialect,
  policy: RecurringPolicy,
): Zone | { readonly ok: false; readonly code: string; readonly detail: string } {
  const answer = inferZone({
    expression,
    dialect,
    score,
    rqSchedulerVersion: policy.schedulerVersion,
    useLocalTimezone: recurrence.useLocalTimezone,
    candidates: policy.zoneCandidates,
    option: policy.zone,
  });
  if (answer.ok) return answer;
  const detail =
    answer.zones.length > 0 ? answer.zones.join(', ') : (policy.zone ?? offsetsText(answer.offsets));
  return { ok: false, code: answer.code, detail };
}

function offsetsText(offsets: readonly number[]): string {
  if (offsets.length === 0) return 'no offset fits';
  if (offsets.length > 4) return 'many offsets fit';
  const text = (seconds: number) => {
    const minutes = Math.abs(seconds) / 60;
    return `UTC${seconds < 0 ? '-' : '+'}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  };
  return offsets.map(text).join(' or ');
}

function cronSeries(
  series: string,
  slot: number,
  recurrence: Recurrence,
  cron: Cron,
  { zone, how, doubts }: Zone,
): RecurringDecision {
  const timesBefore = [slot, ...nextFireTimes(cron, slot, zone, SHOWN - 1)];
  const timesAfter = [slot, ...nativeFireTimes(cron, slot, zone, SHOWN - 1)];
  const notes = [
    ...(timesBefore.join() === timesAfter.join() ? [] : ['cron-times-differ']),
    ...(doubts.length === 0 ? [] : ['tz-not-conclusive']),
  ];
  return {
    ok: true,
    series,
    slot,
    recurrence: { ...recurrence, zone, dialect: cron.dialect, zoneKnownBy: how, timesBefore, timesAfter },
    notes,
    doubts,
  };
}
