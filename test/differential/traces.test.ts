import { describe, expect, it } from 'vitest';
import { differencesOf, unnamed } from './traces.js';

const see = (jobs: unknown, at: number) => ({ step: 'see', listed: { a: { at } }, jobs });

describe('differencesOf', () => {
  it('finds nothing in equal traces, with times within their slack', () => {
    const trace = (at: number, about: number) => [see({}, at), { step: 'ran', runs: [{ about }] }];
    expect(differencesOf(trace(5, 5), trace(6, 13))).toEqual([]);
  });

  it('finds later times, other values, and what only one side has', () => {
    expect(differencesOf([see({}, 5)], [see({}, 7)])).toEqual([
      { at: 'see/listed/a/at', theirs: 5, ours: 7 },
    ]);
    expect(differencesOf([see({ a: [1, 2] }, 5)], [see({ a: [1, 3] }, 5)])).toEqual([
      { at: 'see/jobs/a/1', theirs: 2, ours: 3 },
    ]);
    const [found] = differencesOf([see({}, 5), see({}, 5)], [see({}, 5)]);
    expect(found).toMatchObject({ at: 'see #2', ours: undefined });
  });
});

describe('unnamed', () => {
  const found = [{ at: 'over/jobs/a-b/in', theirs: true, ours: false }];

  it.each([
    ['that very path', { program: 'p', at: 'over/jobs/a-b/in' }, 0],
    ['what lies above it', { program: 'p', at: 'over/jobs' }, 0],
    ['any part', { program: '*', at: '*/jobs/*/in' }, 0],
    ['another program', { program: 'q', at: 'over' }, 1],
    ['a longer name', { program: 'p', at: 'over/jobs/a' }, 1],
    ['another version', { program: 'p', at: 'over', rq: ['2.0.0'] }, 1],
  ])('an entry for %s', (_what, entry, left) => {
    expect(unnamed('p', '3.0.0', found, [{ reason: '', ...entry }])).toHaveLength(left);
  });
});
