import { describe, expect, it } from 'vitest';
import type { CronDialect } from '../../../src/legacy/cron/dialect.js';
import { parseCron } from '../../../src/legacy/cron/expression.js';
import { nativeFireTimes } from '../../../src/legacy/cron/fire-times.js';
import { toUtcCron } from '../../../src/legacy/cron/to-utc.js';

const START = Date.UTC(2026, 10, 24, 0, 10) / 1000;

function shifted(expression: string, zone: string, dialect: CronDialect = 'crontab') {
  const parsed = parseCron(expression, dialect);
  if (!parsed.ok) throw new Error(parsed.detail);
  return { original: parsed.cron, result: toUtcCron(parsed.cron, zone, START) };
}

describe('an expression in UTC', () => {
  it.each([
    ['0 3 * * *', 'Asia/Shanghai', '0 19 * * *'],
    ['30 3 * * mon', 'Asia/Shanghai', '30 19 * * 0'],
    ['30 23 * * sun-tue', 'America/Phoenix', '30 6 * * 1,2,3'],
    ['0 9 1 * *', 'Asia/Shanghai', '0 1 1 * *'],
    ['15 * * * *', 'Asia/Kolkata', '45 * * * *'],
    ['0 12 * * *', 'Asia/Kathmandu', '15 6 * * *'],
    ['*/5 9-17 * * 1-5', 'UTC', '*/5 9-17 * * 1-5'],
    ['0 4,20 * * *', 'Asia/Tokyo', '0 11,19 * * *'],
    ['*/20 * * * *', 'Europe/Berlin', '0,20,40 * * * *'],
  ])('%s in %s is %s, at the same moments', (expression, zone, utc) => {
    const { original, result } = shifted(expression, zone);
    expect(result).toMatchObject({ ok: true, cron: { expression: utc, dialect: 'croniter' } });
    if (!result.ok || result.changesOfClock) return;
    const count = 400;
    expect(nativeFireTimes(result.cron, START, 'UTC', count)).toEqual(
      nativeFireTimes(original, START, zone, count),
    );
  });

  it.each([
    ['0 3 * * *', 'Europe/Berlin'],
    ['0 3 1 * *', 'Asia/Shanghai'],
    ['0 3,12 * * mon', 'Asia/Shanghai'],
    ['0,45 3 * * *', 'Asia/Kolkata'],
    ['0 9 13 * fri', 'UTC'],
    ['0 9 L * *', 'UTC'],
    ['0 9 * * * 2027', 'UTC'],
    ['0 3 * 2 *', 'Asia/Shanghai'],
    ['* * * * mon', 'Europe/Berlin'],
  ])('%s in %s has none', (expression, zone) => {
    expect(shifted(expression, zone).result.ok).toBe(false);
  });

  it('knows that either day field is enough in croniter, and says where a clock changes', () => {
    expect(shifted('0 9 13 * fri', 'UTC', 'croniter').result).toMatchObject({
      cron: { expression: '0 9 13 * fri' },
    });
    expect(shifted('5 * * * *', 'Europe/Berlin').result).toMatchObject({ changesOfClock: true });
    expect(shifted('5 * * * *', 'Asia/Tokyo').result).toMatchObject({ changesOfClock: false });
  });
});
