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

/** Case matters, and only the whole string counts. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** `l5`, `z1`, `l1-5`: an `l` or `z` and a number or range. */
const SPECIAL = /^[lz](\d+)(?:-(\d+))?$/;

/**
 * Reads an expression as PyPI `crontab` 1.0.5 does (SEMANTICS §6; crontab/_crontab.py): five fields, six with
 * the year last, or seven with seconds first. Throws a CronRefusal.
 */
export function readCrontab(expression: string): CronFields {
  const texts = (ALIASES.get(expression) ?? expression).trim().split(/\s+/);
  if (texts.length < 5 || texts.length > 7) invalid(`${texts.length} fields, 5 to 7 are possible`);
  if (texts.length < 7) texts.unshift('0');
  if (texts.length < 7) texts.push('*');
  const [second, minute, hour, day, month, weekday, year] = texts.map((text) =>
    text.toLowerCase().split(','),
  );
  return {
    second: readNumbers(SECOND, second ?? []),
    minute: readNumbers(MINUTE, minute ?? []),
    hour: readNumbers(HOUR, hour ?? []),
    day: readDay(day ?? []),
    month: readNumbers(MONTH, month ?? []),
    weekday: readWeekday(weekday ?? []),
    // `*` too ends with 2099: `next` then returns None.
    year: readNumbers(YEAR, year ?? []),
    bothDays: true,
  };
}

/**
 * Items are looked at in their order, and a single `z` decides at once: numbers, `*` and whatever follows it
 * have no effect, only what stands before it and depends on the month has.
 */
function readDay(items: readonly string[]): DayField {
  const fromEnd: number[] = [];
  const plain: string[] = [];
  let decided = false;
  for (const item of items) {
    if (item === 'l') {
      if (!decided) fromEnd.push(0);
      continue;
    }
    const range = specialRange(DAY, item);
    if (range === null) {
      plain.push(item);
      continue;
    }
    if (!decided) fromEnd.push(...range);
    decided ||= !item.includes('-');
  }
  const numbers = readNumbers(DAY, plain);
  if (decided) return { any: false, numbers: [], fromEnd: distinct(fromEnd) };
  return isFull(DAY, numbers)
    ? { any: true, numbers, fromEnd: [] }
    : { any: false, numbers, fromEnd: distinct(fromEnd) };
}

function readWeekday(items: readonly string[]): WeekdayField {
  const last: number[] = [];
  const plain: string[] = [];
  for (const item of items) {
    const range = specialRange(WEEKDAY, item);
    if (range === null) plain.push(item);
    else last.push(...range.map((number) => number % 7));
  }
  const numbers = readNumbers(WEEKDAY, plain);
  const any = isFull(WEEKDAY, numbers);
  return { any, numbers, last: any ? [] : distinct(last), nth: [] };
}

/** The numbers of `z1-3` (days before the last) or `l5` (last Friday); null where `item` is neither. */
function specialRange(spec: FieldSpec, item: string): number[] | null {
  const kind = item[0];
  if (kind !== 'l' && kind !== 'z') return null;
  const match = SPECIAL.exec(item);
  if (!match || spec !== (kind === 'z' ? DAY : WEEKDAY))
    invalid(`'${item}' is not possible in the ${spec.name} field`);
  const [first, last] = [match[1] ?? '', match[2] ?? match[1] ?? ''];
  if (Number(first) > 7 || Number(last) > 7) invalid(`'${item}' is not within 0 to 7`);
  if (kind === 'z' && match[2] !== undefined && (first > last || last === '0')) {
    invalid(`'${item}' runs backwards`);
  }
  if (first.length > 1 || last.length > 1) inexpressible(`'${item}' has a leading zero`);
  return span(Number(first), Number(last));
}

function readNumbers(spec: FieldSpec, items: readonly string[]): number[] {
  return distinct(items.flatMap((item) => readItem(spec, item)));
}

function readItem(spec: FieldSpec, item: string): number[] {
  if (item === '*' || (item === '?' && (spec === DAY || spec === WEEKDAY)))
    return span(spec.lowest, spec.highest);
  const [body = '', stepText, ...rest] = item.split('/');
  if (rest.length > 0 || (stepText !== undefined && !/^\d+$/.test(stepText))) invalid(`'${item}' is no step`);
  const step = stepText === undefined ? null : Number(stepText);
  const limit = limitOf(spec);
  if (step !== null && (step < 1 || step > limit))
    invalid(`the step of '${item}' is not within 1 to ${limit}`);
  const [first, last] = readBounds(spec, body, step === null);
  if (first > last) invalid(`'${item}' runs backwards`);
  if (step !== null && first + step > limit) invalid(`the step of '${item}' leads beyond ${limit}`);
  return span(first, last, step ?? 1).map((number) => (spec === WEEKDAY ? number % 7 : number));
}

function readBounds(spec: FieldSpec, body: string, single: boolean): [number, number] {
  if (body === '*') return [spec.lowest, spec.highest];
  const parts = body.split('-').map((part) => readNumber(spec, part));
  const [first = 0, last] = parts;
  if (parts.length > 2) invalid(`'${body}' is no range`);
  if (last === undefined) return [first, single ? first : spec.highest];
  // `fri-sun` reads on to the seventh day.
  return [first, spec === WEEKDAY && last === 0 ? 7 : last];
}

function readNumber(spec: FieldSpec, text: string): number {
  const named = numberOfName(spec, text);
  if (named !== undefined) return named;
  if (!/^\d+$/.test(text)) invalid(`'${text}' is not possible in the ${spec.name} field`);
  const number = Number(text);
  if (number < spec.lowest || number > limitOf(spec)) {
    invalid(`${text} is not within ${spec.lowest} to ${limitOf(spec)} (${spec.name})`);
  }
  return number;
}

/** Sunday may be written 7. */
function limitOf(spec: FieldSpec): number {
  return spec === WEEKDAY ? 7 : spec.highest;
}
