import { isZone } from './clock.js';
import type { CronDialect } from './dialect.js';
import { zoneRuleOf } from './dialect.js';
import { parseCron } from './expression.js';
import type { CronCode } from './fields.js';
import { matchingOffsets } from './fits.js';
import { Rivals } from './rivals.js';

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
  /** IANA zones that the project's files give rq-scheduler's processes. */
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
      /**
       * True only where every zone of the database that could have produced the score has the same fire times from
       * now on as the answer, or where it is known otherwise: by `--tz`, or by a version whose zone the score fits.
       */
      readonly conclusive: boolean;
      /** Zones that may well be meant instead, and fire at other times: to be told. Empty does not mean conclusive. */
      readonly doubts: readonly string[];
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

const UTC_NAMES = /^(?:Etc\/)?(?:UTC|UCT|GMT|GMT[+-]?0|Greenwich|Universal|Zulu)$/;

/**
 * The zone in which rq-scheduler reads a cron entry (SEMANTICS §6): UTC by version, else the host's, which is
 * known from `--tz` or from a candidate that fits the score. A score alone tells it only where the zone makes no
 * difference, or next to none, for an expression of every hour; otherwise the user is asked.
 *
 * Limits: the first score of an entry comes from the zone of the process that called `cron()`; a score set by
 * `change_execution_time` fits no zone, and then says nothing against a candidate.
 */
export function inferZone(question: ZoneQuestion): ZoneAnswer {
  const parsed = parseCron(question.expression, question.dialect);
  if (!parsed.ok) return { ok: false, code: parsed.code, zones: [], offsets: [] };
  const rivals = new Rivals(parsed.cron, question.score);
  const offsets = matchingOffsets(parsed.cron, question.score);
  if (question.option !== null) return byOption(question.option, rivals, offsets);
  if (zoneRuleOf(question.rqSchedulerVersion, question.useLocalTimezone) === 'utc')
    return byVersion(rivals, offsets);
  return byCandidates(question.candidates, rivals, offsets) ?? byScore(rivals, offsets);
}

function byOption(zone: string, rivals: Rivals, offsets: readonly number[]): ZoneAnswer {
  if (!isZone(zone)) return { ok: false, code: 'tz-unknown', zones: [], offsets };
  if (!rivals.mayBe(zone)) return { ok: false, code: 'tz-contradicts-score', zones: [], offsets };
  return { ok: true, zone, how: 'option', conclusive: true, doubts: [], offsets };
}

function byVersion(rivals: Rivals, offsets: readonly number[]): ZoneAnswer {
  const [other] = rivals.fitting;
  const conclusive = rivals.fits('UTC');
  const doubts = conclusive || other === undefined ? [] : [other];
  return { ok: true, zone: 'UTC', how: 'legacy-version', conclusive, doubts, offsets };
}

/** Null where no candidate may be it, or where several may that differ in next to nothing. */
function byCandidates(
  candidates: readonly string[],
  rivals: Rivals,
  offsets: readonly number[],
): ZoneAnswer | null {
  const zones: string[] = [];
  for (const named of candidates) {
    const zone = UTC_NAMES.test(named) ? 'UTC' : named;
    if (!isZone(zone) || !rivals.mayBe(zone)) continue;
    if (zones.every((other) => rivals.between(zone, other) !== 'none')) zones.push(zone);
  }
  const [zone, ...others] = zones;
  if (zone === undefined) return null;
  if (others.length > 0) {
    const differ = others.some((other) => rivals.between(zone, other) !== 'changes');
    return differ ? { ok: false, code: 'tz-ambiguous', zones, offsets } : null;
  }
  // A container without zone data runs in UTC whatever its TZ says.
  const utc = rivals.fits('UTC') && /^(later|now)$/.test(rivals.between(zone, 'UTC'));
  const conclusive = rivals.allAlike(zone);
  return { ok: true, zone, how: 'candidate', conclusive, doubts: utc ? ['UTC'] : [], offsets };
}

/**
 * UTC, where every zone that fits fires at the same times; or where the expression runs in every hour, and the others
 * differ at most in the hours of clock changes, or from a later change on by minutes: those zones are told.
 */
function byScore(rivals: Rivals, offsets: readonly number[]): ZoneAnswer {
  const no: ZoneAnswer = { ok: false, code: 'tz-ambiguous', zones: [], offsets };
  if (!rivals.fits('UTC')) return no;
  const answer = { ok: true, zone: 'UTC', how: 'score', offsets } as const;
  if (rivals.allAlike('UTC')) return { ...answer, conclusive: true, doubts: [] };
  if (!rivals.everyHour) return no;
  const doubts: string[] = [];
  for (const zone of rivals.fitting) {
    const how = rivals.between('UTC', zone);
    if (how === 'now') return no;
    if (how === 'later') doubts.push(zone);
  }
  return { ...answer, conclusive: false, doubts };
}
