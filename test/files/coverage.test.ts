import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/files/coverage.js';
import type { Fact } from '../../src/files/types.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;
const process = (id: string, over: Partial<ProcessFact>): Fact => ({
  type: 'process',
  id: `compose.yaml#${id}`,
  name: id,
  role: 'worker',
  queues: ['default'],
  withScheduler: 'on',
  alsoRuns: [],
  replicas: 1,
  via: [],
  where: { path: 'compose.yaml', line: 3 },
  ...over,
});

const covered = (facts: Fact[], queue = 'default') => {
  const [row] = coverageOf(facts, { [queue]: 2 });
  return [row?.covered, row?.workers.map(({ id, scheduler }) => `${id.slice(13)} ${scheduler}`)];
};

describe('coverageOf', () => {
  it('wants, for each queue by itself, a worker with its scheduler', () => {
    const facts = [process('a', {}), process('b', { queues: ['mail'], withScheduler: 'off' })];
    expect(coverageOf(facts, { mail: 1, default: 2 })).toMatchObject([
      { queue: 'default', jobs: 2, covered: 'yes', workers: [{ path: 'compose.yaml', line: 3 }] },
      { queue: 'mail', jobs: 1, covered: 'no', workers: [{ scheduler: 'off' }] },
    ]);
    expect(covered(facts, 'other')).toEqual(['no', []]);
  });

  it('counts pools, and not what is no worker', () => {
    expect(covered([process('pool', { role: 'worker-pool' })])).toEqual(['yes', ['pool on']]);
    expect(covered([process('s', { role: 'scheduler', queues: null })])).toEqual(['no', []]);
  });

  it('does not take a worker whose queues cannot be read for a proof', () => {
    expect(covered([process('w', { queues: null })])).toEqual(['unknown', ['w on']]);
    const both = [process('w', { queues: null }), process('d', { withScheduler: 'off' })];
    expect(covered(both)).toEqual(['unknown', ['w on', 'd off']]);
    expect(covered([...both, process('e', {})])[0]).toBe('yes');
  });
});
