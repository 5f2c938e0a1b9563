import { describe, expect, it } from 'vitest';
import { checkAll } from '../../src/verify/checks.js';
import type { Observations } from '../../src/verify/observations.js';
import { passes } from '../../src/verify/verdict.js';

function seen(active: number, lost: readonly string[]): Observations {
  return {
    now: 0,
    rq: null,
    target: null,
    legacy: { waiting: 0, alive: [], added: null },
    queues: [],
    workers: [],
    series: { active, broken: lost.map((id) => ({ id, loss: 'job-gone' })) },
    cron: [],
    clocks: { host: 0, uncertainty: 0, others: [] },
    journal: null,
  };
}

const armed = (active: number, broken: readonly string[]) =>
  checkAll(seen(active, broken)).find(({ code }) => code === 'series-armed');

describe('series-armed', () => {
  it('is there only when a series is to run again', () => {
    expect(armed(0, [])).toBeUndefined();
    expect(armed(2, [])).toMatchObject({ status: 'pass', where: null, args: { count: 2, broken: 0 } });
  });

  it('fails verify for a broken chain, with ten examples at most', () => {
    const ids = Array.from({ length: 12 }, (_, i) => `s${i}`);
    expect(armed(20, ids)).toMatchObject({ status: 'fail', args: { count: 20, broken: 12 } });
    expect(armed(20, ids)?.args.examples).toEqual(ids.slice(0, 10));
    expect(armed(20, ids)?.args.reasons).toEqual(Array(10).fill('job-gone'));
    expect(passes(checkAll(seen(20, ids)), 'fail')).toBe(false);
    expect(passes(checkAll(seen(20, [])), 'fail')).toBe(true);
  });
});
