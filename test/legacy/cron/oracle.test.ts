import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CronDialect } from '../../../src/legacy/cron/dialect.js';
import { type Cron, parseCron } from '../../../src/legacy/cron/expression.js';
import { nativeFireTimes, nextFireTimes } from '../../../src/legacy/cron/fire-times.js';
import { runPython } from '../../../src/world/engines/processes.js';
import { ensurePackages, type PythonEnv } from '../../../src/world/engines/python-env.js';
import { TEST_CACHE } from '../../support/paths.js';
import { CRONITER, CRONTAB } from './expressions.js';

// Differential test against the Python packages that rq-scheduler itself used. By default each expression is
// followed for some runs from four moments (two of them just before a change of the clock), with
// MIGRATE_SCHEDULER_WIDE=1 through 400 days.

const SCRIPT = fileURLToPath(new URL('./py/fire_times.py', import.meta.url));
const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const ZONES = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York'] as const;
const DAY = 86400;

/** 2026-03-28T00:00:30Z: a day before Berlin's spring change. */
const STARTS = [
  '2026-02-27T05:11:12Z',
  '2026-03-28T00:00:30Z',
  '2026-10-24T12:00:00Z',
  '2026-10-31T09:30:00Z',
];
const TIMEOUT = WIDE ? 3_600_000 : 60_000;

type Rule = 'crontab' | 'croniter-local' | 'croniter-wall';
type Evaluate = typeof nextFireTimes;

interface Case {
  readonly expression: string;
  readonly rule: Rule;
  readonly zone: string;
  readonly start: number;
  readonly until: number;
  readonly limit: number;
}

let venv: PythonEnv;

beforeAll(async () => {
  venv = await ensurePackages({
    cacheDir: TEST_CACHE,
    name: 'cron-oracle',
    packages: ['crontab==1.0.5', 'croniter==1.3.5', 'python-dateutil'],
  });
});

function casesOf(expressions: readonly string[], rule: Rule, zone: string): Case[] {
  const starts = WIDE ? STARTS.slice(0, 1) : STARTS;
  return expressions.flatMap((expression) =>
    starts.map((text) => {
      const start = Date.parse(text) / 1000;
      return { expression, rule, zone, start, until: start + 400 * DAY, limit: WIDE ? 30_000 : 14 };
    }),
  );
}

function parsed(expression: string, dialect: CronDialect): Cron {
  const result = parseCron(expression, dialect);
  if (!result.ok) throw new Error(`${expression}: ${result.code} (${result.detail})`);
  return result.cron;
}

function ours({ expression, rule, zone, start, until, limit }: Case, evaluate: Evaluate): number[] {
  const cron = parsed(expression, rule === 'crontab' ? 'crontab' : 'croniter');
  return evaluate(cron, start, zone, limit).filter((at) => at <= until);
}

/** What differs, readable. */
async function differences(cases: readonly Case[], evaluate: Evaluate): Promise<unknown[]> {
  const theirs = await runPython<unknown[]>({ venv, script: SCRIPT, input: cases });
  return cases.flatMap((one, index) => {
    const expected = theirs[index];
    const actual = ours(one, evaluate);
    if (JSON.stringify(actual) === JSON.stringify(expected)) return [];
    if (!Array.isArray(expected)) return [{ ...one, expected }];
    const at = actual.findIndex((time, position) => time !== expected[position]);
    const show = (list: readonly number[]) =>
      list.slice(Math.max(0, at - 1), at + 3).map((time) => new Date(time * 1000).toISOString());
    return [
      {
        expression: one.expression,
        zone: one.zone,
        start: one.start,
        actual: show(actual),
        expected: show(expected),
      },
    ];
  });
}

describe.each(ZONES)('fire times in %s', (zone) => {
  it('are those of rq-scheduler 0.12 and later (crontab)', { timeout: TIMEOUT }, async () => {
    expect(await differences(casesOf(CRONTAB, 'crontab', zone), nextFireTimes)).toEqual([]);
  });

  it('are those of the migrated series (crontab)', { timeout: TIMEOUT }, async () => {
    expect(await differences(casesOf(CRONTAB, 'crontab', zone), nativeFireTimes)).toEqual([]);
  });

  it('are those of rq-scheduler 0.11 with use_local_timezone (croniter)', { timeout: TIMEOUT }, async () => {
    expect(await differences(casesOf(CRONITER, 'croniter-local', zone), nextFireTimes)).toEqual([]);
  });

  it('are those of the migrated series (croniter)', { timeout: TIMEOUT }, async () => {
    expect(await differences(casesOf(CRONITER, 'croniter-wall', zone), nativeFireTimes)).toEqual([]);
  });
});
