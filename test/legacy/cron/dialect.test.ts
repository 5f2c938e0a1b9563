import { describe, expect, it } from 'vitest';
import { dialectOf, zoneRuleOf } from '../../../src/legacy/cron/dialect.js';

describe('dialectOf', () => {
  it.each([
    ['0.9', 'croniter'],
    ['0.10.0', 'croniter'],
    ['0.11.0', 'croniter'],
    ['0.12', 'crontab'],
    ['0.13.1', 'crontab'],
    ['0.14.0', 'crontab'],
    ['1.0', 'crontab'],
    [null, 'crontab'],
  ] as const)('%s reads cron strings as %s', (version, dialect) => {
    expect(dialectOf(version)).toBe(dialect);
  });
});

describe('zoneRuleOf', () => {
  it.each([
    ['0.9', true, 'utc'],
    ['0.10.0', true, 'utc'],
    ['0.11.0', false, 'utc'],
    ['0.11.0', true, 'host'],
    ['0.13.1', false, 'host'],
    ['0.14.0', true, 'host'],
    [null, false, 'host'],
  ] as const)('%s with use_local_timezone %s: %s', (version, flag, rule) => {
    expect(zoneRuleOf(version, flag)).toBe(rule);
  });
});
