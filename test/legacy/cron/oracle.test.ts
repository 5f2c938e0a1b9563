import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { parseCron } from '../../../src/legacy/cron/expression.js';
import { nativeFireTimes, nextFireTimes } from '../../../src/legacy/cron/fire-times.js';
import { runPython } from '../../../src/world/engines/processes.js';
import { ensurePackages, type PythonEnv } from '../../../src/world/engines/python-env.js';
import { TEST_CACHE } from '../../support/paths.js';
import { CRONITER, CRONTAB } from './expressions.js';

// Differential test against the Python packages that rq-scheduler itself used. By default each expression is
// followed for some runs from moments a little before each change of the clock and at the end of February, with
// MIGRATE_SCHEDULER_WIDE=1 for 500 runs or 400 days.

const SCRIPT = fileURLToPath(new URL('./py/fire_times.py', import.meta.url));
const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const ZONES = ['UTC', 'Asia/Shanghai', 'Europe/Berlin', 'America/New_York'] as const;
const DAY = 86400;

const STARTS: Readonly<Record<(typeof ZONES)[number], readonly string[]>> = {
  UTC: ['2026-02-26T05:11:12Z'],
  'Asia/Shanghai': ['2026-02-26T05:11:12Z'],
  'Europe/Berlin': ['2026-03-28T22:00:30Z', '2026-10-24T21:59:00Z'],
  'America/New_York': ['2026-03-07T12:00:30Z', '2026-10-31T09:30:00Z'],
};
const TIMEOUT = WIDE ? 3_600_000 : 60_000;

type Rule = 'crontab' | 'crontab-wall' | 'croniter-local' | 'croniter-wall';
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

function casesOf(expressions: readonly string[], rule: Rule, zone: (typeof ZONES)[number]): Case[] {
  const starts = WIDE ? ['2026-02-26T05:11:12Z'] : STARTS[zone];
  return expressions.flatMap((expression) =>
    starts.map((text) => {
      const start = Date.parse(text) / 1000;
      return { expression, rule, zone, start, until: start + 400 * DAY, limit: WIDE ? 500 : 6 };
    }),
  );
}

function ours({ expression, rule, zone, start, until, limit }: Case, evaluate: Evaluate): number[] {
  const parsed = parseCron(expression, rule.startsWith('crontab') ? 'crontab' : 'croniter');
  if (!parsed.ok) throw new Error(`${expression}: ${parsed.code} (${parsed.detail})`);
  return evaluate(parsed.cron, start, zone, limit).filter((at) => at <= until);
}

/** What differs, readable. */
function difference(one: Case, theirs: unknown, evaluate: Evaluate): unknown[] {
  const actual = ours(one, evaluate);
  if (JSON.stringify(actual) === JSON.stringify(theirs)) return [];
  const { expression, rule, zone } = one;
  if (!Array.isArray(theirs)) return [{ expression, rule, zone, theirs }];
  const at = actual.findIndex((time, position) => time !== theirs[position]);
  const show = (list: readonly number[]) =>
    list.slice(Math.max(0, at - 1), at + 3).map((time) => new Date(time * 1000).toISOString());
  return [{ expression, rule, zone, evaluate: evaluate.name, actual: show(actual), theirs: show(theirs) }];
}

it.each(ZONES)('gives the fire times of the Python packages in %s', { timeout: TIMEOUT }, async (zone) => {
  const cases = [
    ...casesOf(CRONTAB, 'crontab', zone),
    ...casesOf(CRONITER, 'croniter-local', zone),
    ...(zone === 'UTC' ? [] : casesOf(CRONTAB, 'crontab-wall', zone)),
    ...(zone === 'UTC' ? [] : casesOf(CRONITER, 'croniter-wall', zone)),
  ];
  const theirs = await runPython<unknown[]>({ venv, script: SCRIPT, input: cases });
  expect(theirs).toHaveLength(cases.length);

  const differences = cases.flatMap((one, index) =>
    difference(one, theirs[index], one.rule.endsWith('-wall') ? nativeFireTimes : nextFireTimes),
  );

  expect(differences).toEqual([]);
});

it('fires on 1 March, which croniter before 7 leaps over when the 30th or 31st is listed too', async () => {
  const start = Date.parse('2026-02-22T00:00:00Z') / 1000;
  const one: Case = {
    expression: '0 0 1,31 * *',
    rule: 'croniter-wall',
    zone: 'UTC',
    start,
    until: start + 40 * DAY,
    limit: 2,
  };
  const march = (day: number) => Date.UTC(2026, 2, day) / 1000;

  expect(await runPython({ venv, script: SCRIPT, input: [one] })).toEqual([[march(31), march(31) + DAY]]);
  expect(ours(one, nativeFireTimes)).toEqual([march(1), march(31)]);
});
