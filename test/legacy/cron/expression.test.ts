import { describe, expect, it } from 'vitest';
import type { CronDialect } from '../../../src/legacy/cron/dialect.js';
import { matchesWall, parseCron } from '../../../src/legacy/cron/expression.js';

function codeOf(expression: string, dialect: CronDialect): string {
  const parsed = parseCron(expression, dialect);
  return parsed.ok ? 'ok' : parsed.code;
}

describe('parseCron in the crontab dialect', () => {
  it.each([
    '0 9 * *',
    '* * * * * * * *',
    '60 * * * *',
    '*/60 * * * *',
    '0 */24 * * *',
    '0 0 */31 * *',
    '0 0 1 */12 *',
    '0 9 * * */8',
    '50/15 * * * *',
    '0 22-2 * * *',
    '0 9 * * fri-mon',
    '0 9 * * 7/2',
    '0 9 * * 1#2',
    '0 9 * * monday',
    '0 9 0 * *',
    '? * * * *',
    '1, * * * *',
    '1-2-3 * * * *',
    '*/0 * * * *',
    'L * * * *',
    '0 12 LW * *',
    '0 12 5L * *',
    '0 12 Z8 * *',
    '0 12 Z3-1 * *',
    '0 12 * * Z1',
    '0 12 * * L8',
    'R * * * *',
    '@midnight',
    '@Daily',
    '@daily ',
    '0 0 * * * 1969',
    '',
  ])('refuses %j as rq-scheduler did', (expression) => {
    expect(codeOf(expression, 'crontab')).toBe('cron-invalid');
  });

  it.each(['0 0 30 2 *', '0 12 1-7 * L5', '0 12 * * L5-2'])('finds no date for %j', (expression) => {
    expect(codeOf(expression, 'crontab')).toBe('cron-never');
  });

  it('refuses a leading zero that rq_recurring does not read', () => {
    expect(codeOf('0 12 * * L05', 'crontab')).toBe('cron-inexpressible');
  });
});

describe('parseCron in the croniter dialect', () => {
  it.each([
    '0 9 * *',
    '60 * * * *',
    '0 24 * * *',
    '*/0 * * * *',
    '0 9 * * 1#6',
    '0 9 * * 5,l1',
    '0 9 Z1 * *',
    '0 9 15W * *',
    '0 9 * * 5L',
    'H * * * *',
    '1, * * * *',
    '@daily ',
    '@reboot',
  ])('refuses %j as every croniter did', (expression) => {
    expect(codeOf(expression, 'croniter')).toBe('cron-invalid');
  });

  it.each([
    ['R * * * *', 'random'],
    ['0 9 * * 1-1', 'Monday before 6, every day from 6'],
    ['0 9 * * 7-0', 'Sunday, or every day from 6'],
    ['59/15 * * * *', '59, or four times an hour in 6.0'],
    ['0 9 * * 1/2', 'with Sunday in 1.3, without from 6'],
    ['0 22-2/2 * * *', 'refused before 6'],
    ['0 9 1-31 * 5', 'Fridays in 1.3, every day from 6'],
    ['0 9 13 * 0-6', 'likewise'],
    ['0 9 31,l * *', 'leaps over short months before 7'],
    ['0 9 0 * *', 'the first in 0.3'],
    ['0 9 * * 7 0', 'never in 1.3'],
    ['0 9 * * mon-fri#2', 'refused by 1.3'],
    ['0 9 * * fri,l5', 'the last Friday only'],
  ])('refuses %j, which its releases read in different ways (%s)', (expression) => {
    expect(codeOf(expression, 'croniter')).toBe('cron-inexpressible');
  });

  it.each(['0 0 30 2 *', '0 0 1 * 5#2', '0 0 13 * l5'])('finds no date for %j', (expression) => {
    expect(codeOf(expression, 'croniter')).toBe('cron-never');
  });

  it('reads what only newer releases read', () => {
    const parsed = parseCron('0 22-2 ? * fri-mon', 'croniter');

    // 2026-11-23 is a Monday, the 24th a Tuesday.
    const at = (text: string) => parsed.ok && matchesWall(parsed.cron, Date.parse(`2026-11-${text}Z`) / 1000);
    expect([at('23T23:00'), at('23T01:00'), at('23T03:00'), at('24T23:00')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('reads a seventh field as the year', () => {
    const parsed = parseCron('0 9 1 1 * 30 2027', 'croniter');

    const at = (text: string) => parsed.ok && matchesWall(parsed.cron, Date.parse(text) / 1000);
    expect(at('2027-01-01T09:00:30Z')).toBe(true);
    expect(at('2028-01-01T09:00:30Z')).toBe(false);
  });
});

describe('the dialects differ', () => {
  const wall = (text: string) => Date.parse(`${text}Z`) / 1000;
  const matches = (expression: string, dialect: CronDialect, text: string) => {
    const parsed = parseCron(expression, dialect);
    return parsed.ok && matchesWall(parsed.cron, wall(text));
  };

  it.each([
    ['0 0 13 * 5', '2026-11-13T00:00', true, true],
    ['0 0 13 * 5', '2026-11-20T00:00', false, true],
    ['0 0 13 * 5', '2026-12-13T00:00', false, true],
    ['0 12 * * * 2026', '2026-11-23T12:00', true, false],
    ['0 12 * * * 30', '2026-11-23T12:00:30', false, true],
    ['30 0 12 * * * *', '2026-11-23T12:00:30', true, false],
  ] as const)('%s at %s: crontab %s, croniter %s', (expression, text, crontab, croniter) => {
    expect(matches(expression, 'crontab', text)).toBe(crontab);
    expect(matches(expression, 'croniter', text)).toBe(croniter);
  });
});
