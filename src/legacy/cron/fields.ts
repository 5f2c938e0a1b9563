/** Why an expression is not accepted. */
export type CronCode =
  /** rq-scheduler itself would have refused it. */
  | 'cron-invalid'
  /** It is well-formed, but there is no such date: rq-scheduler fails on it as well. */
  | 'cron-never'
  /** rq-scheduler may have accepted it, but croniter's versions disagree about it, or it is random. */
  | 'cron-inexpressible';

/** Thrown by the readers of this folder, caught in `parseCron`. */
export class CronRefusal extends Error {
  constructor(
    readonly code: CronCode,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** Throws the refusal `cron-invalid`. */
export function invalid(detail: string): never {
  throw new CronRefusal('cron-invalid', detail);
}

/** Throws the refusal `cron-inexpressible`. */
export function inexpressible(detail: string): never {
  throw new CronRefusal('cron-inexpressible', detail);
}

/** One field of an expression: its bounds, both possible, and its names by number. */
export interface FieldSpec {
  readonly name: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'weekday' | 'year';
  readonly lowest: number;
  readonly highest: number;
  /** Lower-case names; the index plus `lowest` is the number. */
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

export const SECOND: FieldSpec = { name: 'second', lowest: 0, highest: 59, names: [] };
export const MINUTE: FieldSpec = { name: 'minute', lowest: 0, highest: 59, names: [] };
export const HOUR: FieldSpec = { name: 'hour', lowest: 0, highest: 23, names: [] };
export const DAY: FieldSpec = { name: 'day', lowest: 1, highest: 31, names: [] };
export const MONTH: FieldSpec = { name: 'month', lowest: 1, highest: 12, names: MONTHS };
/** Sunday is 0; each dialect treats a written 7 in its own way. */
export const WEEKDAY: FieldSpec = { name: 'weekday', lowest: 0, highest: 6, names: WEEKDAYS };
export const YEAR: FieldSpec = { name: 'year', lowest: 1970, highest: 2099, names: [] };

/** Days of the month: any, these numbers, or so many days before the last (0 is the last day). */
export interface DayField {
  readonly any: boolean;
  readonly numbers: readonly number[];
  readonly fromEnd: readonly number[];
}

/** Days of the week, Sunday is 0: any, every one of `numbers`, the last or the nth of the month. */
export interface WeekdayField {
  readonly any: boolean;
  readonly numbers: readonly number[];
  readonly last: readonly number[];
  readonly nth: readonly (readonly [weekday: number, n: number])[];
}

/** An expression freed of its dialect: ascending numbers, names and steps resolved. */
export interface CronFields {
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly day: DayField;
  readonly month: readonly number[];
  readonly weekday: WeekdayField;
  /** null: every year. */
  readonly year: readonly number[] | null;
  /** Whether a date must match day of month and day of week, where both are restricted, or either. */
  readonly bothDays: boolean;
}

/** Whole numbers from `first` to `last`, both included. */
export function span(first: number, last: number, step = 1): number[] {
  const numbers: number[] = [];
  for (let number = first; number <= last; number += step) numbers.push(number);
  return numbers;
}

/** Ascending, each once. */
export function distinct(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** True when `numbers` are all that the field can hold. */
export function isFull(spec: FieldSpec, numbers: readonly number[]): boolean {
  return numbers.length === spec.highest - spec.lowest + 1;
}

/** The number a name of the field stands for (lower case), else undefined. */
export function numberOfName(spec: FieldSpec, text: string): number | undefined {
  const index = spec.names.indexOf(text);
  return index < 0 ? undefined : index + spec.lowest;
}
