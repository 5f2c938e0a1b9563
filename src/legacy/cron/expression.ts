import { Cron as Croner } from 'croner';
import { readCroniter } from './croniter.js';
import { readCrontab } from './crontab.js';
import type { CronDialect } from './dialect.js';
import {
  type CronCode,
  type CronFields,
  CronRefusal,
  DAY,
  type FieldSpec,
  HOUR,
  isFull,
  MINUTE,
  MONTH,
  SECOND,
  span,
  WEEKDAY,
  YEAR,
} from './fields.js';

/** An expression that can be evaluated. */
export interface Cron {
  readonly expression: string;
  readonly dialect: CronDialect;
  readonly fields: CronFields;
}

export type ParsedCron =
  | { readonly ok: true; readonly cron: Cron }
  | { readonly ok: false; readonly code: CronCode; readonly detail: string };

/**
 * Reads a cron string as the dialect does. `cron-invalid`: rq-scheduler would have raised; `cron-never`: it
 * matches no date; `cron-inexpressible`: croniter's releases disagree about it, or it is random, so that the
 * migrated series could fire at other times. `detail` names the part. SEMANTICS §6.
 */
export function parseCron(expression: string, dialect: CronDialect): ParsedCron {
  try {
    const read = dialect === 'crontab' ? readCrontab(expression) : readCroniter(expression);
    if (firstWall(read) === null) return { ok: false, code: 'cron-never', detail: 'no date matches' };
    return { ok: true, cron: { expression, dialect, fields: settleDays(read, dialect) } };
  } catch (error) {
    if (error instanceof CronRefusal) return { ok: false, code: error.code, detail: error.detail };
    throw error;
  }
}

/**
 * Wall times that match, strictly after `wall` (see wall.ts), ascending, until there are none left. A wall time
 * here is no moment: no zone is involved.
 */
export function* wallTimesAfter(cron: Cron, wall: number): Generator<number, void> {
  yield* fieldTimes(cron.fields, wall);
}

/** Whether the expression matches this wall time. */
export function matchesWall(cron: Cron, wall: number): boolean {
  return wallTimesAfter(cron, wall - 1).next().value === wall;
}

/**
 * croniter, with an nth or a last weekday, looks at the weekday alone, provided that some date matches both day
 * fields (else it raises; `readCroniter` sets `bothDays` so that this has been seen to be so).
 */
function settleDays(fields: CronFields, dialect: CronDialect): CronFields {
  if (dialect === 'crontab' || !fields.bothDays) return fields;
  return { ...fields, day: { any: true, numbers: [], fromEnd: [] } };
}

function firstWall(fields: CronFields): number | null {
  return fieldTimes(fields, -1).next().value ?? null;
}

function* fieldTimes(fields: CronFields, wall: number): Generator<number, void> {
  const croner = cronerOf(fields);
  if (croner === null) return;
  const nearEnd = countsFromEnd(fields);
  for (let at = croner.nextRun(new Date(wall * 1000)); at !== null; at = croner.nextRun(at)) {
    if (!nearEnd || matchesDay(fields, at)) yield at.getTime() / 1000;
  }
}

/** Built once per expression: croner's constructor costs more than a step. */
const croners = new WeakMap<CronFields, Croner | null>();

function cronerOf(fields: CronFields): Croner | null {
  let croner = croners.get(fields);
  if (croner === undefined) {
    const pattern = cronerPattern(fields);
    croner = pattern === null ? null : new Croner(pattern, { utcOffset: 0, domAndDow: fields.bothDays });
    croners.set(fields, croner);
  }
  return croner;
}

/** The expression in croner's seven fields, seconds first; null where a field allows nothing. */
function cronerPattern(fields: CronFields): string | null {
  const { day, weekday } = fields;
  const days = countsFromEnd(fields) ? [...new Set([...day.numbers, ...span(21, 31)])] : day.numbers;
  const weekdays = [
    ...weekday.numbers.map(String),
    ...weekday.last.map((number) => `${number}#L`),
    ...weekday.nth.map(([number, n]) => `${number}#${n}`),
  ];
  const parts = [
    list(SECOND, fields.second),
    list(MINUTE, fields.minute),
    list(HOUR, fields.hour),
    day.any
      ? '*'
      : [list(DAY, days), day.fromEnd.includes(0) ? 'L' : ''].filter((text) => text !== '').join(','),
    list(MONTH, fields.month),
    weekday.any ? '*' : weekdays.join(','),
    years(fields.year),
  ];
  return parts.includes('') ? null : parts.join(' ');
}

/** crontab's `*` ends with 2099, croner's does not. */
function years(numbers: readonly number[] | null): string {
  if (numbers === null) return '*';
  return isFull(YEAR, numbers) ? `${YEAR.lowest}-${YEAR.highest}` : numbers.join(',');
}

function list(spec: FieldSpec, numbers: readonly number[]): string {
  // A full list of days of the month or week is `*` only where its reader says so.
  return isFull(spec, numbers) && spec !== DAY && spec !== WEEKDAY ? '*' : numbers.join(',');
}

/** Whether `z1` and the like occur, which croner lacks: the last eleven days are then tried one by one. */
function countsFromEnd(fields: CronFields): boolean {
  return fields.day.fromEnd.some((count) => count > 0);
}

function matchesDay({ day }: CronFields, at: Date): boolean {
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  return day.numbers.includes(at.getUTCDate()) || day.fromEnd.includes(last - at.getUTCDate());
}
