import { describe, expect, it } from 'vitest';
import type { CronDialect } from '../../../src/legacy/cron/dialect.js';
import { parseCron } from '../../../src/legacy/cron/expression.js';
import { nativeFireTimes, nextFireTimes } from '../../../src/legacy/cron/fire-times.js';

function times(
  evaluate: typeof nextFireTimes,
  expression: string,
  from: string,
  count: number,
  options: Options = {},
) {
  const parsed = parseCron(expression, options.dialect ?? 'crontab');
  if (!parsed.ok) throw new Error(parsed.code);
  const found = evaluate(parsed.cron, Date.parse(from) / 1000, options.zone ?? 'Europe/Berlin', count);
  return found.map((at) => new Date(at * 1000).toISOString().slice(5, 16));
}

interface Options {
  readonly dialect?: CronDialect;
  readonly zone?: string;
}

describe('where the clock skips an hour', () => {
  it('fires once, an hour later by the wall clock; rq-scheduler ran it an hour early', () => {
    const from = '2026-03-28T12:00:00Z';

    expect(times(nativeFireTimes, '30 2 * * *', from, 2)).toEqual(['03-29T01:30', '03-30T00:30']);
    expect(times(nextFireTimes, '30 2 * * *', from, 2)).toEqual(['03-29T00:30', '03-30T00:30']);
  });

  it('keeps an hourly job hourly', () => {
    const expected = ['03-29T00:00', '03-29T01:00', '03-29T02:00'];

    expect(times(nativeFireTimes, '0 * * * *', '2026-03-28T23:30:00Z', 3)).toEqual(expected);
  });

  it('knows a gap of half an hour', () => {
    const zone = 'Australia/Lord_Howe';

    expect(times(nativeFireTimes, '15 2 * * *', '2026-10-03T00:00:00Z', 1, { zone })).toEqual([
      '10-03T15:45',
    ]);
  });
});

describe('where the clock repeats an hour', () => {
  it('fires the first time only', () => {
    const from = '2026-10-24T12:00:00Z';

    expect(times(nativeFireTimes, '30 2 * * *', from, 2)).toEqual(['10-25T00:30', '10-26T01:30']);
    expect(times(nextFireTimes, '30 2 * * *', from, 2)).toEqual(['10-25T00:30', '10-26T01:30']);
  });

  it('goes on after the hour when it starts within', () => {
    expect(times(nativeFireTimes, '*/20 * * * *', '2026-10-25T01:10:00Z', 2)).toEqual([
      '10-25T02:00',
      '10-25T02:20',
    ]);
  });

  it('reproduces the hour by which croniter erred on that day', () => {
    const options = { dialect: 'croniter' } as const;

    expect(times(nextFireTimes, '0 9 * * *', '2026-10-24T09:00:00Z', 2, options)).toEqual([
      '10-25T09:00',
      '10-26T08:00',
    ]);
    expect(times(nativeFireTimes, '0 9 * * *', '2026-10-24T09:00:00Z', 2, options)).toEqual([
      '10-25T08:00',
      '10-26T08:00',
    ]);
  });
});

it('ends where the expression ends, and gives none for a count of 0', () => {
  expect(times(nextFireTimes, '0 12 31 12 * 2026', '2026-11-23T00:00:00Z', 5)).toEqual(['12-31T11:00']);
  expect(times(nextFireTimes, '0 12 * * *', '2026-11-23T00:00:00Z', 0)).toEqual([]);
});

it('is strictly after the moment it is asked for', () => {
  expect(times(nextFireTimes, '0 12 * * *', '2026-11-23T11:00:00Z', 1)).toEqual(['11-24T11:00']);
  expect(times(nextFireTimes, '0 12 * * *', '2026-11-23T10:59:59.900Z', 1)).toEqual(['11-23T11:00']);
});
