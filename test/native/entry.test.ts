import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hashProblems, type PayloadFacts } from '../../src/native/entry.js';

type Values = Record<string, string | Uint8Array>;

const GOOD: Values = {
  created_at: '2026-11-23T19:16:09.113773Z',
  data: 'x',
  success_callback_name: '',
  failure_callback_name: '',
  started_at: '',
  ended_at: '',
  last_heartbeat: '',
  worker_name: '',
  origin: 'default',
  description: 'tasks.add(1, y=2)',
};
const READABLE: PayloadFacts = { dataReadable: true, meta: 'dict' };

function problems(change: Values, version: string | null, facts: PayloadFacts = READABLE): string[] {
  const all = Object.entries({ ...GOOD, ...change });
  const fields = new Map(all.map(([k, v]) => [k, typeof v === 'string' ? Buffer.from(v) : v]));
  return hashProblems({ type: 'hash', fields }, version, facts);
}

describe('hashProblems', () => {
  it('finds nothing wrong with a hash of rq-scheduler', () => {
    for (const version of ['1.5.0', '1.15.1', '2.10.0', '3.0.0', null]) {
      expect(problems({}, version)).toEqual([]);
      expect(
        problems({ timeout: '180', result_ttl: '-1', ttl: '60', enqueue_at_front: '1' }, version),
      ).toEqual([]);
    }
  });

  it('tells keys without a job hash', () => {
    const fields = new Map<string, Uint8Array>();
    expect(hashProblems({ type: 'none', fields }, null, READABLE)).toEqual(['hash-missing']);
    expect(hashProblems({ type: 'string', fields }, null, READABLE)).toEqual(['hash-wrong-type']);
    expect(hashProblems({ type: 'hash', fields }, null, READABLE)).toEqual(['data-missing']);
  });

  it('tells unreadable payloads, meta only where it matters', () => {
    expect(problems({}, '3.0.0', { dataReadable: false, meta: 'dict' })).toEqual(['data-unreadable']);
    const unreadable: PayloadFacts = { dataReadable: true, meta: 'unreadable' };
    expect(problems({}, '1.13.0', unreadable)).toEqual(['meta-unreadable']);
    expect(problems({}, '1.14.0', unreadable)).toEqual(['meta-unreadable']);
    expect(problems({}, '1.14.1', unreadable)).toEqual([]);
    expect(problems({}, null, unreadable)).toEqual(['meta-unreadable']);
    const other: PayloadFacts = { dataReadable: true, meta: 'not-dict' };
    expect(problems({}, '2.12.0', other)).toEqual([]);
    expect(problems({}, '3.0.0', other)).toEqual(['meta-not-dict']);
    expect(problems({}, null, other)).toEqual(['meta-not-dict']);
  });

  it.each([
    'created_at',
    'enqueued_at',
    'started_at',
    'ended_at',
    'last_heartbeat',
    'timeout',
    'result_ttl',
    'failure_ttl',
    'ttl',
    'success_callback_timeout',
    'enqueue_at_front',
    'retries_left',
    'retry_intervals',
  ])('tells garbage in %s', (name) => {
    expect(problems({ [name]: 'garbage' }, '1.15.1')).toEqual([`${name.replaceAll('_', '-')}-invalid`]);
  });

  it('takes an empty field as absent, but not those RQ always converts', () => {
    expect(problems({ created_at: '', timeout: '', ttl: '', retry_intervals: '' }, '3.0.0')).toEqual([]);
    expect(problems({ enqueue_at_front: '' }, '1.15.1')).toEqual(['enqueue-at-front-invalid']);
    expect(problems({ stopped_callback_timeout: '' }, '3.0.0')).toEqual(['stopped-callback-timeout-invalid']);
  });

  it('accepts odd values that RQ accepts, and refuses the timeout `1h`', () => {
    expect(problems({ timeout: ' 5 ', result_ttl: '+5', ttl: '1_0' }, '1.15.1')).toEqual([]);
    expect(problems({ timeout: '1h' }, '1.15.1')).toEqual(['timeout-invalid']);
  });

  it('ignores fields that this version does not read', () => {
    expect(problems({ repeats_left: 'x' }, '1.15.1')).toEqual([]);
    expect(problems({ repeats_left: 'x' }, '2.3.0')).toEqual(['repeats-left-invalid']);
    expect(problems({ rate_limit_concurrency: 'x' }, '2.12.0')).toEqual([]);
    expect(problems({ rate_limit_concurrency: 'x' }, '3.0.0')).toEqual(['rate-limit-concurrency-invalid']);
    expect(problems({ rate_limit_concurrency: 'x' }, null)).toEqual(['rate-limit-concurrency-invalid']);
  });

  it('tells text that is not UTF-8', () => {
    expect(problems({ description: Uint8Array.of(0xc3) }, '1.15.1')).toEqual(['description-invalid']);
    expect(problems({ origin: Uint8Array.of(0xff) }, '3.0.0')).toEqual(['origin-invalid']);
    expect(problems({ exc_info: deflateSync(Uint8Array.of(0xff)) }, '3.0.0')).toEqual(['exc-info-invalid']);
    expect(problems({ exc_info: deflateSync(Buffer.from('Traceback')) }, '3.0.0')).toEqual([]);
    expect(problems({ exc_info: 'Traceback' }, '3.0.0')).toEqual([]);
  });

  it('tells a ttl that deletes the job or that Redis refuses', () => {
    expect(problems({ ttl: '0' }, '1.15.1')).toEqual(['ttl-zero']);
    expect(problems({ ttl: '99999999999999999999' }, '1.15.1')).toEqual(['ttl-invalid']);
    expect(problems({ ttl: '-1' }, '1.15.1')).toEqual([]);
  });

  it('tells dependencies', () => {
    for (const ids of ['["a"]', '["a", "b"]', '[1]', '"abc"']) {
      expect(problems({ dependency_ids: ids }, '1.15.1')).toEqual(['has-dependencies']);
    }
    for (const ids of ['[]', 'null', '0', '""', '{}', '']) {
      expect(problems({ dependency_ids: ids }, '1.15.1')).toEqual([]);
    }
    for (const ids of ['x', '5', 'true', '[null]', '[true]', '[["a"]]', '{"a": 1}', '["a"']) {
      expect(problems({ dependency_ids: ids }, '1.15.1')).toEqual(['dependency-ids-invalid']);
    }
    expect(problems({ dependency_id: 'a' }, '2.10.0')).toEqual(['has-dependencies']);
    expect(problems({ dependency_ids: '[]', dependency_id: 'a' }, '2.10.0')).toEqual([]);
    expect(problems({ dependency_ids: 'x' }, '1.5.0')).toEqual([]);
  });

  it('tells everything at once', () => {
    const both = problems({ created_at: 'x', timeout: 'x', dependency_id: 'a' }, null);
    expect(both).toEqual(['created-at-invalid', 'timeout-invalid', 'has-dependencies']);
  });
});
