import { offsetAt } from './clock.js';
import { type Cron, parseCron } from './expression.js';
import { type CronFields, distinct, isFull, MONTH, span, YEAR } from './fields.js';

const DAY_SECONDS = 86400;
/** So far ahead a zone must not change its clock. */
const HORIZON_DAYS = 5 * 366;
const PROBE_DAYS = 7;

/** An expression that croniter reads in UTC as the original was read in its zone; else what stands against it. */
export type UtcCron =
  | { readonly ok: true; readonly cron: Cron; readonly changesOfClock: boolean }
  | { readonly ok: false; readonly detail: string };

/**
 * Shifts an expression to UTC where the result fires at the very same moments from `from` (epoch seconds) on:
 * the zone's offset must be the same for five years, hours and minutes must shift as two lists, and a day that is
 * left or entered must not matter (days of the week shift with it). One exception: what runs at the same
 * minutes of every hour of every day needs no shift where clocks change by whole hours; `changesOfClock` then says
 * that it runs on in an hour that the wall clock skips or repeats. croniter takes either of two restricted day
 * fields where crontab takes both (SEMANTICS §6).
 */
export function toUtcCron(cron: Cron, zone: string, from: number): UtcCron {
  const { fields } = cron;
  const obstacle = inexact(cron);
  if (obstacle !== null) return { ok: false, detail: obstacle };
  const offsets = distinct(
    span(0, HORIZON_DAYS / PROBE_DAYS).map((n) => offsetAt(from + n * PROBE_DAYS * DAY_SECONDS, zone)),
  );
  const first = offsets[0] ?? 0;
  if (offsets.length > 1 && !(everyHour(fields) && offsets.every((one) => (one - first) % 3600 === 0))) {
    return { ok: false, detail: `the clock of ${zone} changes` };
  }
  if (first % 60 !== 0) return { ok: false, detail: `${zone} is not whole minutes from UTC` };
  const shifted = shift(fields, first / 60);
  if (typeof shifted === 'string') return { ok: false, detail: shifted };
  const parsed = parseCron(first === 0 && readsAlike(cron) ? cron.expression : shifted.join(' '), 'croniter');
  if (!parsed.ok) return { ok: false, detail: parsed.detail };
  return { ok: true, cron: parsed.cron, changesOfClock: offsets.length > 1 };
}

function inexact({ dialect, fields }: Cron): string | null {
  const { second, year, day, weekday } = fields;
  if (second.join() !== '0') return 'it has seconds';
  // crontab's `*` ends with 2099, which is no difference to anybody.
  if (year !== null && !isFull(YEAR, year)) return 'it has a year';
  if (day.fromEnd.length > 0 || weekday.last.length + weekday.nth.length > 0)
    return 'it counts days from the end of the month, or the nth weekday';
  if (dialect === 'crontab' && !day.any && !weekday.any)
    return 'day of month and day of week must both match';
  return null;
}

function everyHour({ hour, day, weekday, month }: CronFields): boolean {
  return hour.length === 24 && day.any && weekday.any && isFull(MONTH, month);
}

/** Five fields, or why there are none. */
function shift({ minute, hour, day, weekday, month }: CronFields, offset: number): string[] | string {
  const times = hour.flatMap((h) => minute.map((m) => h * 60 + m - offset));
  const daysAway = distinct(times.map((time) => Math.floor(time / 1440)));
  const ofDay = times.map((time) => ((time % 1440) + 1440) % 1440);
  const hours = distinct(ofDay.map((time) => Math.floor(time / 60)));
  const minutes = distinct(ofDay.map((time) => time % 60));
  if (hours.length * minutes.length !== distinct(ofDay).length)
    return 'minutes and hours do not shift as lists';
  const anyDay = day.any && weekday.any && isFull(MONTH, month);
  const away = daysAway[0] ?? 0;
  if (!anyDay && daysAway.length > 1) return 'it would run on two different days in UTC';
  if (!anyDay && away !== 0 && !(day.any && isFull(MONTH, month)))
    return 'it would run on another day in UTC';
  const weekdays = anyDay ? [] : distinct(weekday.numbers.map((number) => (number + away + 7) % 7));
  return [
    minutes.length === 60 ? '*' : minutes.join(','),
    hours.length === 24 ? '*' : hours.join(','),
    day.any ? '*' : day.numbers.join(','),
    isFull(MONTH, month) ? '*' : month.join(','),
    weekday.any || weekdays.length === 0 ? '*' : weekdays.join(','),
  ];
}

/** Does croniter read the expression as it stands just as its own dialect does? */
function readsAlike({ expression, fields }: Cron): boolean {
  if (expression.trim().split(/\s+/).length !== 5) return false;
  const other = parseCron(expression, 'croniter');
  const shape = ({ minute, hour, day, month, weekday }: CronFields) =>
    JSON.stringify([minute, hour, day.any || day.numbers, month, weekday.any || weekday.numbers]);
  return other.ok && shape(other.cron.fields) === shape(fields);
}
