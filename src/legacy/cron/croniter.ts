import {
  type CronFields,
  DAY,
  type DayField,
  distinct,
  type FieldSpec,
  HOUR,
  inexpressible,
  invalid,
  isFull,
  MINUTE,
  MONTH,
  numberOfName,
  SECOND,
  span,
  WEEKDAY,
  type WeekdayField,
  YEAR,
} from './fields.js';

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
  ['@weekly', '0 0 * * 0'],
  ['@monthly', '0 0 1 * *'],
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
]);

/** One item of a list: `*`, `5`, `1-5`, `*\/15`, `10/5`, `1-30/2`, each bound a number or a name. */
const ITEM = /^(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/;

interface NumberList {
  /** True where `*` is among the items. */
  readonly star: boolean;
  readonly numbers: readonly number[];
}

/**
 * Reads an expression as croniter does, whose version nobody knows: what its releases from 0.3.31 to 7.0 read
 * in different ways is refused as `cron-inexpressible`, what one reads and the others refuse is read. Five
 * fields; a sixth is seconds, a seventh the year. Throws a CronRefusal.
 */
export function readCroniter(expression: string): CronFields {
  const lower = expression.toLowerCase();
  const texts = (ALIASES.get(lower) ?? lower).trim().split(/\s+/);
  if (texts.length < 5 || texts.length > 7) invalid(`${texts.length} fields, 5 to 7 are possible`);
  for (const text of texts) refuseHashed(text);
  const [minute = '', hour = '', day = '', month = '', weekday = '', second = '0', year] = texts;
  const days = readDay(day);
  const weekdays = readWeekday(weekday, texts.length > 5);
  return {
    second: readNumbers(SECOND, second.split(',')).numbers,
    minute: readNumbers(MINUTE, minute.split(',')).numbers,
    hour: readNumbers(HOUR, hour.split(',')).numbers,
    ...settleDays(days, weekdays),
    month: readNumbers(MONTH, month.split(',')).numbers,
    year: year === undefined || year === '*' ? null : readNumbers(YEAR, year.split(',')).numbers,
  };
}

/**
 * A full list such as `1-31` counts as `*` in some releases and not in others, which matters where the other
 * day field is restricted: refused there. Beside an `nth` or last weekday the day of month has no effect,
 * except that croniter raises unless some date matches both: `bothDays` lets `parseCron` look for one.
 */
function settleDays(day: DayField & { star: boolean }, weekday: WeekdayField & { star: boolean }) {
  const doubtful = (field: { any: boolean; star: boolean }) => field.any && !field.star;
  if ((doubtful(day) && !weekday.any) || (doubtful(weekday) && !day.any)) {
    inexpressible('a full list of days beside a restricted one');
  }
  const { star: _day, ...days } = day;
  const { star: _weekday, ...weekdays } = weekday;
  return { day: days, weekday: weekdays, bothDays: weekday.nth.length > 0 || weekday.last.length > 0 };
}

function readDay(text: string): DayField & { star: boolean } {
  if (text === '?') return { any: true, star: true, numbers: [], fromEnd: [] };
  const items = text.split(',').map((item) => item.replace(/-l(\/|$)/, '-31$1'));
  const last = items.includes('l');
  const { star, numbers } = readNumbers(
    DAY,
    items.filter((item) => item !== 'l'),
  );
  // Releases before 7 leap over the last day of a month that lacks a listed one.
  if (last && numbers.some((number) => number > 28) && !star) inexpressible('the last day beside 29 to 31');
  return { any: star || isFull(DAY, numbers), star, numbers, fromEnd: last ? [0] : [] };
}

function readWeekday(text: string, hasSeconds: boolean): WeekdayField & { star: boolean } {
  if (text === '?') return { any: true, star: true, numbers: [], last: [], nth: [] };
  const last: number[] = [];
  const nth: [number, number][] = [];
  const plain: string[] = [];
  for (const item of text.split(',')) {
    const special = /^(?:l(\d+)|(\w+)#(\d+)|(\w+-\w+)#\d+)$/.exec(item);
    if (!special) plain.push(item);
    else if (special[4] !== undefined) inexpressible(`'${item}': a range with #`);
    else if (special[1] !== undefined) last.push(readNumber(WEEKDAY, special[1]) % 7);
    else nth.push([readNumber(WEEKDAY, special[2] ?? '') % 7, readNth(item, Number(special[3]))]);
  }
  const { star, numbers } = readNumbers(WEEKDAY, plain);
  if (last.length + nth.length > 0 && plain.length > 0)
    refuseMixed(star, numbers, [...last, ...nth.map(([day]) => day)]);
  if (hasSeconds && plain.some((item) => reachesSeven(item))) inexpressible('weekday 7 with a sixth field');
  const weekdays = distinct(numbers.map((number) => number % 7));
  return { any: star || isFull(WEEKDAY, weekdays), star, numbers: weekdays, last: distinct(last), nth };
}

/** Plain weekdays beside # or l: croniter refuses them, unless they are the very same days or all of them. */
function refuseMixed(star: boolean, plain: readonly number[], special: readonly number[]): never {
  const weekdays = distinct(plain.map((number) => number % 7));
  const same = weekdays.every((weekday) => special.includes(weekday));
  if (star || same || isFull(WEEKDAY, weekdays)) inexpressible('all or the same weekdays beside # or l');
  invalid('weekdays beside # or l');
}

function readNth(item: string, n: number): number {
  if (n < 1 || n > 5) invalid(`'${item}': there are five at most`);
  return n;
}

function readNumbers(spec: FieldSpec, items: readonly string[]): NumberList {
  const numbers = distinct(items.flatMap((item) => readItem(spec, item)));
  return { star: items.includes('*'), numbers };
}

/** For weekdays, 7 may be among the numbers. */
function readItem(spec: FieldSpec, item: string): number[] {
  const match = ITEM.exec(item);
  if (!match) invalid(`'${item}' is not possible in the ${spec.name} field`);
  const [, firstText, lastText, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) invalid(`the step of '${item}' is 0`);
  if (firstText === undefined) return span(spec.lowest, spec.highest, step);
  const first = readNumber(spec, firstText);
  if (lastText === undefined) return stepText === undefined ? [first] : fromStart(spec, item, first, step);
  return range(spec, item, [first, readNumber(spec, lastText)], step);
}

/** `10/5`. Releases differ where it starts at the end of its field, and for weekdays that would hit the 7. */
function fromStart(spec: FieldSpec, item: string, first: number, step: number): number[] {
  const hitsSeven = spec === WEEKDAY && first > 0 && (7 - first) % step === 0;
  if (first >= spec.highest || hitsSeven) inexpressible(`'${item}': croniter's releases differ`);
  return span(first, spec.highest, step);
}

/** Releases before 6 refuse a range that runs over the end, except to Sunday written as 0. */
function range(spec: FieldSpec, item: string, bounds: [number, number], step: number): number[] {
  const first = bounds[0];
  const last = spec === WEEKDAY && bounds[1] === 0 ? 7 : bounds[1];
  const equal = first === bounds[1] || (spec === WEEKDAY && first === 7 && last === 7);
  if (equal) inexpressible(`'${item}': one value or all, depending on croniter's release`);
  if (first <= last) return span(first, last, step);
  if (step > 1) inexpressible(`'${item}': a step across the end`);
  return [...span(first, Math.max(first, spec.highest)), ...span(spec.lowest, last)];
}

function readNumber(spec: FieldSpec, text: string): number {
  const named = numberOfName(spec, text);
  if (named !== undefined) return named;
  if (!/^\d+$/.test(text)) invalid(`'${text}' is not possible in the ${spec.name} field`);
  const number = Number(text);
  if (number === 0 && (spec === DAY || spec === MONTH)) inexpressible(`${spec.name} 0`);
  if (number < spec.lowest || number > (spec === WEEKDAY ? 7 : spec.highest)) {
    invalid(`${text} is not possible in the ${spec.name} field`);
  }
  return number;
}

function reachesSeven(item: string): boolean {
  return item !== '*' && (/7/.test(item) || /-(?:0|sun)/.test(item) || item.includes('*/'));
}

/** `h`, a hash of an id rq-scheduler never passes, and `r`, random anew at each run. */
function refuseHashed(text: string): void {
  if (/^r(?:\(\d+-\d+\))?(?:\/\d+)?$/.test(text)) inexpressible(`'${text}' is random at each run`);
}
