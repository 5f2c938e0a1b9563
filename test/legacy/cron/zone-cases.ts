import { allZones, spansOf } from '../../../src/legacy/cron/clock.js';
import { type CronDialect, dialectOf } from '../../../src/legacy/cron/dialect.js';
import { type Cron, parseCron } from '../../../src/legacy/cron/expression.js';
import { nativeFireTimes, nextFireTimes } from '../../../src/legacy/cron/fire-times.js';
import { inferZone, type ZoneAnswer } from '../../../src/legacy/cron/zone.js';

const DAY = 86400;

/** Further names of zones, as TZ often has them. */
const ALIASES = [
  ...['Asia/Calcutta', 'Asia/Kolkata', 'Asia/Katmandu', 'Asia/Kathmandu', 'Asia/Saigon', 'Asia/Ho_Chi_Minh'],
  ...[
    'US/Eastern',
    'US/Central',
    'US/Mountain',
    'US/Pacific',
    'US/Hawaii',
    'US/Arizona',
    'Canada/Newfoundland',
  ],
  ...[
    'GB',
    'Eire',
    'Portugal',
    'Iceland',
    'Poland',
    'Turkey',
    'Israel',
    'Egypt',
    'Iran',
    'PRC',
    'ROC',
    'ROK',
  ],
  ...[
    'Japan',
    'Singapore',
    'Hongkong',
    'NZ',
    'NZ-CHAT',
    'Cuba',
    'Jamaica',
    'Navajo',
    'Europe/Kyiv',
    'Europe/Kiev',
  ],
  ...['UTC', 'Etc/UTC', 'GMT', 'Zulu', 'Australia/ACT', 'Australia/LHI', 'Australia/NSW', 'Brazil/East'],
];

/** Every zone of the database, and aliases. */
export const ZONES: readonly string[] = [...new Set([...allZones(), ...ALIASES])];

/** Random numbers that are the same in every run: mulberry32. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** An expression in the manner of people, of fields that need not go together. */
export function randomExpression(random: (below: number) => number): string {
  const pick = (...texts: readonly string[]): string => texts[random(texts.length)] ?? '*';
  const [minute, hour] = [random(60), random(24)];
  return [
    pick(
      '*',
      '0',
      '30',
      '15,45',
      `${minute}`,
      '*/5',
      '*/10',
      '*/15',
      '*/20',
      '*/30',
      '*/7',
      '10-50/10',
      '3/11',
    ),
    pick(
      '*',
      '*',
      '*',
      '0',
      '2',
      '3',
      `${hour}`,
      `${hour},${(hour + 12) % 24}`,
      '*/2',
      '*/3',
      '*/6',
      '*/8',
      '*/12',
      '9-17',
    ),
    pick('*', '*', '*', '1', '15', '1,15', '29', '31', '*/10', '1-7'),
    pick('*', '*', '*', '*', '1', '3', '7', '10', '*/3', '4,10', '3-10'),
    pick('*', '*', '*', '1', '0', '1-5', '6,0'),
  ].join(' ');
}

/** A moment of the years 2025 to 2031; every third one within three days of a change of the zone's clock. */
export function randomInstant(zone: string, random: (below: number) => number): number {
  const start = Date.UTC(2025, 0) / 1000;
  const at = start + random(6 * 365 * DAY);
  if (random(3) > 0) return at;
  const changes = spansOf(zone, at, at + 400 * DAY).slice(1);
  const change = changes[random(changes.length)];
  return change === undefined ? at : change.from - 3 * DAY + random(6 * DAY);
}

/** What came of one question: `wrong` answers fire at other times than the zone in which the score was computed. */
export interface Outcome {
  readonly answer: ZoneAnswer;
  /** Worked out when asked for; never so where the user is asked. */
  readonly wrong: boolean;
}

/** A zone, an expression, a moment: the score that rq-scheduler computed then. Null where there is none. */
export interface Case {
  readonly expression: string;
  readonly version: string;
  readonly dialect: CronDialect;
  readonly cron: Cron;
  readonly zone: string;
  readonly score: number;
}

/** Version 0.13.1 reads in crontab's dialect, 0.11.0 in croniter's. */
export function caseOf(expression: string, version: string, zone: string, instant: number): Case | null {
  const dialect = dialectOf(version);
  const parsed = parseCron(expression, dialect);
  if (!parsed.ok) return null;
  const [score] = nextFireTimes(parsed.cron, instant, zone, 1);
  return score === undefined || score > Date.UTC(2060, 0) / 1000
    ? null
    : { expression, version, dialect, cron: parsed.cron, zone, score };
}

export function outcomeOf(one: Case, candidates: readonly string[]): Outcome {
  const answer = inferZone({
    expression: one.expression,
    dialect: one.dialect,
    score: one.score,
    rqSchedulerVersion: one.version,
    useLocalTimezone: true,
    candidates,
    option: null,
  });
  return {
    answer,
    get wrong() {
      return answer.ok && firesDiffer(one.cron, answer.zone, one.zone, one.score);
    },
  };
}

/**
 * Do fire times of the two zones differ within 400 days and a few runs? Compared fire by fire, without the shortcuts of
 * the inference: at the start, every twelve days, around each change of either clock, the next twelve runs, and those
 * of the next twelve days that have any.
 */
function firesDiffer(cron: Cron, a: string, b: string, score: number): boolean {
  if (a === b) return false;
  const far = score + 30 * 366 * DAY;
  if (JSON.stringify(spansOf(a, score, far)) === JSON.stringify(spansOf(b, score, far))) return false;
  const until = score + 400 * DAY;
  const [left, right] = [spansOf(a, score, until), spansOf(b, score, until)];
  if (differFrom(cron, a, b, score, 12)) return true;
  for (let i = 0, at = score; i < 12; i++) {
    const [next] = nativeFireTimes(cron, at, a, 1);
    if (next === undefined) break;
    if (differFrom(cron, a, b, at, 1)) return true;
    at = next + 1.5 * DAY;
  }
  for (let at = score; at < until; at += 12 * DAY) if (differFrom(cron, a, b, at, 3)) return true;
  const changes = [...left.slice(1), ...right.slice(1)];
  return changes.some(({ from }) =>
    [-DAY, -7200, -1800, 0, 1800, 7200].some((before) => differFrom(cron, a, b, from + before, 8)),
  );
}

function differFrom(cron: Cron, a: string, b: string, at: number, count: number): boolean {
  return nativeFireTimes(cron, at, a, count).join() !== nativeFireTimes(cron, at, b, count).join();
}
