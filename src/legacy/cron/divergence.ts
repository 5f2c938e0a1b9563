import { type Span, spansOf } from './clock.js';
import { type Cron, wallTimesAfter } from './expression.js';
import { isFull, MONTH, YEAR } from './fields.js';
import { nativeFireTimes } from './fire-times.js';

/**
 * How the fire times of one expression in two zones differ. `changes`: in the hour that a clock skips or repeats and
 * nowhere else, for an expression of every hour. `later`: from some change of a clock on. `now`: from the start.
 */
export type Divergence = 'none' | 'changes' | 'later' | 'now';

const DAY = 86400;
/** On both sides of a change of a clock this much is looked at fire by fire. */
const MARGIN = 2 * DAY;
const HORIZON = 400 * DAY;
/**
 * For an expression of certain days or months. A date is on the other side of a clock's change, which is on a weekday,
 * once in up to twelve years.
 */
const LONG_HORIZON = 12 * 366 * DAY;
/** An expression that goes on, and has fewer days until then, is too rare to be compared. */
const FEWEST_DAYS = 10;
/** Fire times compared in one stretch; more that are equal prove nothing. */
const COMPARED = 200;

/** How far ahead zones are compared for this expression, in epoch seconds. */
export function horizonOf({ fields: { day, month, year } }: Cron, after: number): number {
  const allYear = day.any && isFull(MONTH, month) && (year === null || isFull(YEAR, year));
  return after + (allYear ? HORIZON : LONG_HORIZON);
}

/**
 * Compares the fire times (`nativeFireTimes`) strictly after `after` and until `until`. Never milder than the truth:
 * where equality is not proven they differ.
 */
export function divergence(cron: Cron, a: string, b: string, after: number, until: number): Divergence {
  if (a === b) return 'none';
  const left = spansOf(a, after - MARGIN, until);
  const right = spansOf(b, after - MARGIN, until);
  if (sameSpans(left, right)) return 'none';
  const changes = [...left.slice(1), ...right.slice(1)].map(({ from }) => from).sort((x, y) => x - y);
  const since = (at: number): Divergence =>
    offsetIn(left, at) === offsetIn(left, after) && offsetIn(right, at) === offsetIn(right, after)
      ? 'now'
      : 'later';
  let at = after;
  for (const change of changes) {
    if (!quietAlike(cron, left, right, at, change - MARGIN)) return since(at);
    at = Math.max(at, change + MARGIN);
  }
  if (!quietAlike(cron, left, right, at, until)) return since(at);
  if (isRare(cron, after, until)) return 'later';
  const apart = changes.filter((change) => !sameAround(left, right, change));
  if (apart.length === 0) return 'none';
  if (isEveryHour(cron)) return 'changes';
  const alike = apart.every((change) => {
    const [from, to] = [Math.max(after, change - MARGIN), Math.min(until, change + MARGIN)];
    return sameFires(timesIn(cron, a, from, to), timesIn(cron, b, from, to));
  });
  return alike ? 'none' : 'later';
}

/** Does it run at the same minutes of every hour of every day? */
export function isEveryHour(cron: Cron): boolean {
  return cron.fields.hour.length === 24 && isEveryDay(cron);
}

function isEveryDay({ fields: { day, weekday, month, year } }: Cron): boolean {
  return day.any && weekday.any && isFull(MONTH, month) && (year === null || isFull(YEAR, year));
}

/** Too little of it lies within what is compared, although it goes on. */
function isRare(cron: Cron, after: number, until: number): boolean {
  let at = after;
  for (let days = 0; days < FEWEST_DAYS; days++) {
    const [wall] = wallTimesAfter(cron, at);
    if (wall === undefined) return false;
    if (wall > until) return true;
    at = (Math.floor(wall / DAY) + 1) * DAY - 1;
  }
  return false;
}

/** Are the fire times alike in a stretch without changes of either clock? */
function quietAlike(
  cron: Cron,
  left: readonly Span[],
  right: readonly Span[],
  from: number,
  to: number,
): boolean {
  const [a, b] = [offsetIn(left, from), offsetIn(right, from)];
  if (a === b || from >= to) return true;
  if (isEveryDay(cron)) return shiftsToItself(cron, a - b);
  return sameFires(wallsIn(cron, a, from, to), wallsIn(cron, b, from, to));
}

/** Times of the day that are the same set after a shift by so many seconds. */
function shiftsToItself({ fields: { hour, minute } }: Cron, shift: number): boolean {
  if (shift % 60 !== 0) return false;
  const [hours, round] = hour.length === 24 ? [[0], 60] : [hour, 1440];
  const times = new Set(hours.flatMap((h) => minute.map((m) => h * 60 + m)));
  return [...times].every((time) => times.has((((time + shift / 60) % round) + round) % round));
}

function wallsIn(cron: Cron, offset: number, from: number, to: number): number[] {
  const times: number[] = [];
  for (const wall of wallTimesAfter(cron, from + offset)) {
    if (wall - offset > to || times.push(wall - offset) > COMPARED) break;
  }
  return times;
}

function timesIn(cron: Cron, zone: string, from: number, to: number): number[] {
  return nativeFireTimes(cron, from, zone, COMPARED + 1).filter((time) => time <= to);
}

/** Equal to the end: lists that were cut off are not. */
function sameFires(a: readonly number[], b: readonly number[]): boolean {
  return a.length <= COMPARED && a.length === b.length && a.every((time, i) => time === b[i]);
}

function sameSpans(a: readonly Span[], b: readonly Span[]): boolean {
  return (
    a.length === b.length && a.every(({ from, offset }, i) => from === b[i]?.from && offset === b[i]?.offset)
  );
}

function sameAround(left: readonly Span[], right: readonly Span[], change: number): boolean {
  const around = (spans: readonly Span[]) =>
    spans.filter(
      ({ from }, i) => from < change + MARGIN && (spans[i + 1]?.from ?? Infinity) > change - MARGIN,
    );
  const [a, b] = [around(left), around(right)];
  return a[0]?.offset === b[0]?.offset && sameSpans(a.slice(1), b.slice(1));
}

function offsetIn(spans: readonly Span[], at: number): number {
  return spans.findLast(({ from }) => from <= at)?.offset ?? spans[0]?.offset ?? 0;
}
