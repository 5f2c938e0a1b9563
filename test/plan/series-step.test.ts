import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPickle, writePickle } from '../../src/legacy/pickle/index.js';
import { pairsOf, pyDict, pyList, pyTuple } from '../../src/legacy/pickle/values.js';
import { seriesStep } from '../../src/plan/series-step.js';
import type { JobItem } from '../../src/plan/types.js';

const DATA = new Uint8Array(deflateSync(writePickle(pyTuple('tasks.poll', null, pyList('eu'), pyDict()))));

function stepFor(meta: [string, string | number][]) {
  const fields = new Map<string, Uint8Array>([
    ['origin', Buffer.from('default')],
    ['data', DATA],
    ['result_ttl', Buffer.from('-1')],
    ['meta', writePickle(pyDict(...meta))],
  ]);
  const item: JobItem = {
    id: 'poll',
    newId: 'poll-1900000000',
    queue: 'default',
    kind: 'interval',
    scheduledAt: 1_900_000_000,
    func: 'tasks.poll',
    action: 'rearm',
    reasons: [],
    recurrence: { interval: 60, cronString: null, remaining: 5, useLocalTimezone: false },
  };
  const job = { id: Buffer.from('poll'), score: '1900000000', type: 'hash', fields, pttl: -1 };
  const step = seriesStep(job, item, '0.13.1', 1_899_999_000);
  if (!step) throw new Error('no step');
  return { job: new Map(step.jobFields), series: new Map(step.seriesFields), original: fields };
}

describe('the first occurrence of a migrated series', () => {
  it("carries the user's meta without rq-scheduler's keys; the series keeps it whole", () => {
    const { job, series, original } = stepFor([
      ['interval', 60],
      ['repeat', 5],
      ['user', 'li'],
    ]);
    expect(pairsOf(readPickle(job.get('meta') as Uint8Array))).toEqual([['user', 'li']]);
    expect(series.get('meta')).toEqual(original.get('meta'));
    expect(series.get('data')).toEqual(original.get('data'));
  });

  it('has no meta where rq-scheduler wrote all of it, and does not keep results for ever', () => {
    const { job, series } = stepFor([['interval', 60]]);
    expect(job.has('meta')).toBe(false);
    expect(job.get('result_ttl') ?? '').not.toEqual(Buffer.from('-1'));
    expect(series.get('result_ttl')).toBe('');
  });
});
