import { describe, expect, it } from 'vitest';
import { checkAll } from '../../src/verify/checks.js';
import type { Observations } from '../../src/verify/observations.js';
import { passes } from '../../src/verify/verdict.js';

function seen(active: number, broken: readonly string[]): Observations {
  return {
    now: 0,
    rq: null,
    legacy: { waiting: 0, alive: [] },
    queues: [],
    workers: [],
    series: { active, broken },
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
    expect(passes(checkAll(seen(20, ids)), 'fail')).toBe(false);
    expect(passes(checkAll(seen(20, [])), 'fail')).toBe(true);
  });
});
