import type { CronDialect } from './dialect.js';
import { zoneRuleOf } from './dialect.js';
import { type Cron, matchesWall, parseCron } from './expression.js';
import type { CronCode } from './fields.js';
import { nextFireTimes } from './fire-times.js';
import { isZone, offsetAt } from './wall.js';

/** What is known about one legacy cron entry. */
export interface ZoneQuestion {
  readonly expression: string;
  readonly dialect: CronDialect;
  /** The zset score, whole epoch seconds. */
  readonly score: number;
  /** Such as `0.13.1`; null where nothing tells. */
  readonly rqSchedulerVersion: string | null;
  /** The `use_local_timezone` of the entry's meta. */
  readonly useLocalTimezone: boolean;
  /** IANA zones that the scheduler's host may have: `TZ` of its service, the zone of this host. */
  readonly candidates: readonly string[];
  /** `--tz`, null where not given. */
  readonly option: string | null;
}

export type ZoneHow = 'legacy-version' | 'score' | 'candidate' | 'option';

export type ZoneAnswer =
  | {
      readonly ok: true;
      readonly zone: string;
      readonly how: ZoneHow;
      /** False where what is known would also fit another zone, or does not fit the score. */
      readonly conclusive: boolean;
      /** See `matchingOffsets`. */
      readonly offsets: readonly number[];
    }
  | {
      readonly ok: false;
      /** `tz-ambiguous`: `--tz` must be given. */
      readonly code: CronCode | 'tz-unknown' | 'tz-ambiguous' | 'tz-contradicts-score';
      /** Candidates that fit and differ from each other. */
      readonly zones: readonly string[];
      readonly offsets: readonly number[];
    };

const DAY_SECONDS = 86400;
const QUARTER = 900;
const UTC_NAMES = /^(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Greenwich|Universal|Zulu)$/;

/** Offsets in use reach from -12 to +14 hours in quarters of an hour. */
const OFFSETS = Array.from({ length: 26 * 4 + 1 }, (_, index) => -12 * 3600 + index * QUARTER);

/**
 * The zone in which rq-scheduler reads a cron entry (SEMANTICS §6): UTC by version, else the host's, which is
 * known from `--tz`, from a candidate that fits the score, or from a score that fits UTC and nothing else.
 *
 * Limits: the first score of an entry comes from the zone of the process that called `cron()`; a score set by
 * `change_execution_time` fits no zone (`offsets` is then empty and proves nothing).
 */
export function inferZone(question: ZoneQuestion): ZoneAnswer {
  const parsed = parseCron(question.expression, question.dialect);
  if (!parsed.ok) return { ok: false, code: parsed.code, zones: [], offsets: [] };
  const { cron } = parsed;
  const offsets = matchingOffsets(cron, question.score);
  const fits = (zone: string) => offsets.length === 0 || fitsScore(cron, question.score, zone);
  if (question.option !== null) return byOption(question.option, fits, offsets);
  if (zoneRuleOf(question.rqSchedulerVersion, question.useLocalTimezone) === 'utc') {
    return {
      ok: true,
      zone: 'UTC',
      how: 'legacy-version',
      conclusive: fits('UTC') && offsets.length > 0,
      offsets,
    };
  }
  return byCandidates(cron, question, fits, offsets);
}

/**
 * The offsets from UTC, in seconds, at which the score is a time of the expression. Those a day apart cannot
 * be told from each other. None at all: the score was not computed from this expression.
 */
export function matchingOffsets(cron: Cron, score: number): number[] {
  return OFFSETS.filter((offset) => matchesWall(cron, Math.floor(score) + offset));
}

function byOption(zone: string, fits: (zone: string) => boolean, offsets: readonly number[]): ZoneAnswer {
  if (!isZone(zone)) return { ok: false, code: 'tz-unknown', zones: [], offsets };
  if (!fits(zone)) return { ok: false, code: 'tz-contradicts-score', zones: [], offsets };
  return { ok: true, zone, how: 'option', conclusive: true, offsets };
}

function byCandidates(
  cron: Cron,
  question: ZoneQuestion,
  fits: (zone: string) => boolean,
  offsets: readonly number[],
): ZoneAnswer {
  const zones = distinctZones(
    question.candidates.filter((zone) => isZone(zone) && fits(zone)),
    question.score,
  );
  const [zone] = zones;
  if (zone !== undefined && zones.length === 1) {
    const conclusive = allEqual(offsets) && (isUtc(zone) || !offsets.includes(0));
    return { ok: true, zone, how: 'candidate', conclusive, offsets };
  }
  if (zones.length > 1 && !isZoneless(cron)) return { ok: false, code: 'tz-ambiguous', zones, offsets };
  if (!offsets.includes(0) || !(allEqual(offsets) || isZoneless(cron))) {
    return { ok: false, code: 'tz-ambiguous', zones, offsets };
  }
  const conclusive = isZoneless(cron) || offsetAt(question.score, 'Europe/London') !== 0;
  return { ok: true, zone: 'UTC', how: 'score', conclusive, offsets };
}

/** The score is what rq-scheduler computes in that zone, the skipped hour of a clock change included. */
function fitsScore(cron: Cron, score: number, zone: string): boolean {
  return nextFireTimes(cron, Math.floor(score) - 1, zone, 1)[0] === Math.floor(score);
}

/** Zones without those that keep the same time as an earlier one for the 400 days from `score`. */
function distinctZones(zones: readonly string[], score: number): string[] {
  const kept = new Map<string, string>();
  for (const zone of zones) {
    const offsets = Array.from({ length: 80 }, (_, index) => offsetAt(score + index * 5 * DAY_SECONDS, zone));
    const key = offsets.join();
    if (!kept.has(key)) kept.set(key, isUtc(zone) ? 'UTC' : zone);
  }
  return [...kept.values()];
}

/** An expression such as `*\/5 * * * *`, the same in every zone that is whole hours away from UTC. */
function isZoneless({ fields }: Cron): boolean {
  const { hour, day, month, weekday, year } = fields;
  const everyYear = year === null || year.length === 130;
  return hour.length === 24 && day.any && weekday.any && month.length === 12 && everyYear;
}

function isUtc(zone: string): boolean {
  return UTC_NAMES.test(zone);
}

/** Whether there is one offset only, days apart not counted. */
function allEqual(offsets: readonly number[]): boolean {
  return new Set(offsets.map((offset) => (offset + DAY_SECONDS) % DAY_SECONDS)).size === 1;
}
