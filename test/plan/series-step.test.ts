import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readPickle, writePickle } from '../../src/legacy/pickle/index.js';
import { pairsOf, pyDict, pyList, pyTuple } from '../../src/legacy/pickle/values.js';
import { seriesStep } from '../../src/plan/series-step.js';
import type { JobItem } from '../../src/plan/types.js';

const DATA = new Uint8Array(deflateSync(writePickle(pyTuple('tasks.poll', null, pyList('eu'), pyDict()))));

function stepFor(id: string, rq: string | null, extra: Record<string, string> = {}) {
  const fields = new Map<string, Uint8Array>([
    ['origin', Buffer.from('default')],
    ['data', DATA],
    ['result_ttl', Buffer.from('-1')],
    ['meta', writePickle(pyDict(['interval', 60], ['repeat', 5], ['user', 'li']))],
    ...Object.entries(extra).map(([name, value]): [string, Uint8Array] => [name, Buffer.from(value)]),
  ]);
  const item: JobItem = {
    id,
    newId: `${id}-1900000000`,
    queue: 'default',
    kind: 'interval',
    scheduledAt: 1_900_000_000,
    func: 'tasks.poll',
    action: 'rearm',
    reasons: [],
    recurrence: { interval: 60, cronString: null, remaining: 5, useLocalTimezone: false },
  };
  const job = { id: Buffer.from(id), score: '1900000000', type: 'hash', fields, pttl: -1 };
  const step = seriesStep(job, item, { rq, schedulerVersion: '0.13.1' }, 1_899_999_000);
  if (!step) throw new Error('no step');
  const text = (value: string | Uint8Array | undefined) => Buffer.from(value ?? '').toString();
  const [tick, series] = [new Map(step.jobFields), new Map(step.seriesFields)];
  return { tick, series, original: fields, realId: text(step.realId), job: text(series.get('job')), text };
}

describe('the series of a migrated job', () => {
  it('keeps its call and its whole meta; its tick has neither meta nor callbacks', () => {
    const { tick, series, original } = stepFor('poll', null, { success_callback_name: 'tasks.done' });
    expect(series.get('meta')).toEqual(original.get('meta'));
    expect(series.get('data')).toEqual(original.get('data'));
    expect(tick.has('meta')).toBe(false);
    expect(tick.get('success_callback_name')).toBe('');
    expect(pairsOf(readPickle(series.get('meta') as Uint8Array))).toHaveLength(3);
  });

  it('does not keep results for ever where its job has to be written anew', () => {
    expect(stepFor('poll', null).series.get('result_ttl')).toBe('');
  });

  it('shows the description of the job while it waits, or its call', () => {
    const { tick, text } = stepFor('poll', null);
    expect(text(tick.get('description'))).toBe("tasks.poll('eu')");
    expect(text(stepFor('poll', null, { description: 'polls' }).tick.get('description'))).toBe('polls');
  });

  it.each<[string, string | null, RegExp]>([
    ['poll', null, /^poll$/],
    ['a.b', '1.15.1', /^a\.b$/],
    ['a.b', null, /^a-b-[0-9a-f]{16}$/],
    ['a:b', '1.16.2', /^a:b$/],
    ['a:b', '2.0.0', /^a-b-[0-9a-f]{16}$/],
    ['', '1.15.1', /^job-[0-9a-f]{16}$/],
  ])('has the id of job %j as RQ %s can hold it', (id, rq, expected) => {
    const { realId, job } = stepFor(id, rq);
    expect(realId).toMatch(expected);
    expect(job).toBe(realId);
  });
});
