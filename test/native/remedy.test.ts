import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fateOf } from '../../src/native/poison.js';
import { remedyFor } from '../../src/native/remedy.js';

const PLAIN = { dataReadable: true, meta: 'dict' } as const;
const GOOD = {
  data: 'x',
  status: 'scheduled',
  created_at: '2026-11-23T19:16:09.113773Z',
  origin: 'q',
  timeout: '180',
};

type Values = Readonly<Record<string, string | Uint8Array>>;

function hashOf(values: Values, type = 'hash') {
  const fields = new Map(Object.entries(values).map(([name, value]) => [name, Buffer.from(value)] as const));
  return { type, fields };
}

function remedy(
  id: string | Buffer,
  values: Values,
  more: { type?: string; rq?: string | null; score?: string } = {},
) {
  const { type = 'hash', rq = '3.0.0', score = '1' } = more;
  const hash = hashOf(values, type);
  const verdict = fateOf({ id: Buffer.from(id), score, hash }, rq, PLAIN);
  return remedyFor(Buffer.from(id), hash, 'q', verdict);
}

describe('remedyFor', () => {
  it('sets what can only be one value, and removes what RQ has a default for', () => {
    expect(remedy('a', { ...GOOD, timeout: '2h', origin: Buffer.of(0xff), status: 'x', ttl: '0' })).toEqual({
      kind: 'mend',
      newId: null,
      newScore: null,
      fields: [
        ['timeout', '7200'],
        ['origin', 'q'],
        ['ttl', null],
        ['status', 'scheduled'],
      ],
    });
    expect(remedy('a', { ...GOOD, timeout: 'soon' })).toMatchObject({ fields: [['timeout', '180']] });
    const repeats = {
      kind: 'mend',
      fields: [
        ['repeats_left', null],
        ['repeat_intervals', null],
      ],
    };
    expect(remedy('a', { ...GOOD, repeats_left: 'x', repeat_intervals: '[1]' })).toMatchObject(repeats);
  });

  it('gives a valid id together with everything else that is wrong', () => {
    const both = remedy('a:b', { ...GOOD, created_at: 'x' });
    expect(both).toMatchObject({
      kind: 'mend',
      newId: expect.stringMatching(/^a-b-/),
      fields: [['created_at', null]],
    });
    expect(remedy('a', GOOD, { score: '-7' })).toMatchObject({ kind: 'mend', newScore: '0', fields: [] });
  });

  it('sets aside what nobody can run, removes what has no job, leaves what only fails or never comes', () => {
    expect(remedy('a', { status: 'scheduled' })).toEqual({ kind: 'quarantine' });
    expect(remedy('a', {}, { type: 'string' })).toEqual({ kind: 'quarantine' });
    expect(remedy('a', { ...GOOD, rate_limit_concurrency: 'x' })).toEqual({ kind: 'quarantine' });
    expect(remedy('a:b', {}, { type: 'none' })).toEqual({ kind: 'remove' });
    expect(remedy('a', GOOD, { score: 'inf' })).toEqual({ kind: 'leave' });
  });

  it('mends for good: what is mended is fine under every version', () => {
    const garbage = fc.constantFrom('', 'x', '-1', '0', '9'.repeat(25), '[[1]]', '{"a":1}', '\u0000', 'true');
    const names = [
      'created_at',
      'timeout',
      'result_ttl',
      'ttl',
      'failure_ttl',
      'enqueue_at_front',
      'dependency_ids',
    ];
    const more = [
      'success_callback_timeout',
      'retry_intervals',
      'repeats_left',
      'repeat_intervals',
      'status',
    ];
    const values = fc.dictionary(fc.constantFrom(...names, ...more), garbage);
    const ids = fc.constantFrom('a', 'a:b', 'a.b', 'ä', 'a b');
    const versions = fc.constantFrom(null, '1.10.1', '1.15.1', '2.0.0', '2.8.0', '3.0.0');
    fc.assert(
      fc.property(ids, values, versions, (id, change, rq) => {
        const found = remedy(id, { ...GOOD, ...change }, { rq });
        if (found.kind !== 'mend') return found.kind === 'leave';
        const fields = new Map(Object.entries({ ...GOOD, ...change }));
        for (const [name, value] of found.fields)
          value === null ? fields.delete(name) : fields.set(name, value);
        const hash = hashOf(Object.fromEntries(fields));
        const after = fateOf({ id: Buffer.from(found.newId ?? id), score: '1', hash }, rq, PLAIN);
        return after.fate === 'fine' && after.codes.length === 0;
      }),
    );
  });
});
