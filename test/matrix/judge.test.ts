import { describe, expect, it } from 'vitest';
import { type Case, LONG_CASES, SHORT_CASES } from './cases.js';
import { idealTimes, judge, type Observed, type TaskRun } from './judge.js';

const BASE = { queue: 'many', func: 'record', offset: 0 } as const;
const FINITE: Case = { ...BASE, id: 'f', name: 'finite', interval: 10, repeat: 3, total: 3, args: ['x'] };
const ENDLESS: Case = { ...BASE, id: 'e', name: 'endless', interval: 10, total: null };

function run(one: Case, at: number, more: Partial<TaskRun> = {}): TaskRun {
  return {
    id: one.id,
    args: [one.id, ...(one.args ?? [])],
    kwargs: {},
    at,
    enqueued: at,
    ...more,
  };
}

function seen(runs: readonly TaskRun[], until = 200): Observed {
  return { anchor: 100, runs, until, outage: null };
}

const finite = (...times: number[]) => seen(times.map((at) => run(FINITE, at)));
const problemsOf = (observed: Observed, one: Case = FINITE, allowed: number | null = 1) =>
  judge(one, observed, allowed === null ? 'legacy' : 'native', allowed).problems.length;

describe('judging runs', () => {
  it('accepts what is on the grid, and tells its worst distance', () => {
    const verdict = judge(FINITE, finite(100.2, 110.9, 120.1), 'native', 1);
    expect(verdict).toMatchObject({ expected: 3, seen: 3, problems: [] });
    expect(verdict.worst).toBeCloseTo(0.9);
  });

  it.each([
    ['a run too few', finite(100, 110)],
    ['a run too many', finite(100, 110, 120, 130)],
    ['a run that is late', finite(100, 111.5, 120)],
    ['a run that is early', finite(100, 109, 120)],
    [
      'a job that runs twice',
      seen([run(FINITE, 100), run(FINITE, 110), run(FINITE, 120, { enqueued: 110 })]),
    ],
    ['other arguments', seen([100, 110, 120].map((at) => run(FINITE, at, { args: ['f', 'y'] })))],
    ['other keywords', seen([100, 110, 120].map((at) => run(FINITE, at, { kwargs: { a: 1 } })))],
  ])('finds %s', (_name, observed) => {
    expect(problemsOf(observed)).toBeGreaterThan(0);
  });

  it('does not blame a run for the time that its job waited for a worker', () => {
    const waited = [run(FINITE, 100), run(FINITE, 112, { enqueued: 110.5 }), run(FINITE, 120)];
    expect(judge(FINITE, seen(waited), 'native', 1)).toMatchObject({ problems: [], waited: 1.5 });
  });

  it('looks at an endless series up to an interval before the end of the watch', () => {
    const times = [100, 110, 120, 130, 140].map((at) => run(ENDLESS, at));
    expect(judge(ENDLESS, seen(times, 142), 'native', 1)).toMatchObject({
      expected: 4,
      seen: 4,
      problems: [],
    });
    const gap = times.filter(({ at }) => at !== 120);
    expect(problemsOf(seen(gap, 142), ENDLESS)).toBeGreaterThan(0);
  });

  it('lets rq-scheduler drift, but not miscount', () => {
    expect(problemsOf(finite(100, 113, 127), FINITE, null)).toBe(0);
    expect(problemsOf(finite(100, 113), FINITE, null)).toBe(1);
  });

  it('expects one run of a series after an outage, and all of rq-scheduler', () => {
    const observed: Observed = { ...finite(), outage: { from: 104, to: 133 } };
    const five = { ...FINITE, total: 5 };
    expect(idealTimes(five, observed, 'native')).toEqual([100, 133, 140, 150, 160]);
    expect(idealTimes(five, observed, 'legacy')).toEqual([100, 133, 133, 133, 140]);
  });

  it('has cases that differ in id and name', () => {
    const all = [...SHORT_CASES, ...LONG_CASES];
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });
});
