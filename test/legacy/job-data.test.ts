import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeJobData, describeCall, funcNameOf } from '../../src/legacy/job-data.js';
import { pyDict, pyList, pyTuple, writePickle } from '../../src/legacy/pickle/index.js';

/** `data` of `scheduler.enqueue_at(..., 'tasks.add', 1, y=2)` with rq-scheduler 0.13.1 and RQ 1.15.1. */
const ADD = Buffer.from('eJxrYJ0qxwABGj2cJYnF2cV6iSkpU/y8GVun1E7pYayc4s1UXDJFDwDZ6Qxb', 'base64');

const ADD_CALL = writePickle(pyTuple('tasks.add', null, pyTuple(1), pyDict(['y', 2])));

function decoded(raw: Uint8Array) {
  const result = decodeJobData(raw);
  if (!result.ok) throw new Error(result.problem);
  return result.data;
}

describe('decodeJobData', () => {
  it('reads what rq-scheduler wrote', () => {
    expect(decoded(ADD)).toEqual({
      func: 'tasks.add',
      instance: null,
      args: pyTuple(1),
      kwargs: pyDict(['y', 2]),
      serializer: 'pickle',
      compressed: true,
    });
    expect(funcNameOf(ADD)).toBe('tasks.add');
  });

  it('reads data that is not compressed, and a list of arguments', () => {
    expect(decoded(ADD_CALL)).toMatchObject({ func: 'tasks.add', compressed: false });
    const list = writePickle(pyTuple('tasks.add', null, pyList(1), pyDict()));
    expect(decoded(deflateSync(list)).args).toEqual(pyList(1));
  });

  it('reads the JSON serializer, compressed or not', () => {
    const json = Buffer.from('["tasks.add", null, [1, 2.5], {"y": "é"}]', 'utf8');
    for (const raw of [json, deflateSync(json)]) {
      const data = decoded(raw);
      expect(data).toMatchObject({ func: 'tasks.add', serializer: 'json' });
      expect(describeCall(data, 80)).toBe("tasks.add(1, 2.5, y='é')");
    }
  });

  it('reads long JSON lists', () => {
    const many = JSON.stringify(['f', null, new Array(300_000).fill(0), {}]);
    expect(decodeJobData(Buffer.from(many)).ok).toBe(true);
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['noise', Buffer.from('garbage')],
    ['zlib of noise', deflateSync(Buffer.from('garbage'))],
    ['truncated zlib', ADD.subarray(0, 20)],
    ['three values', writePickle(pyTuple('f', null, pyTuple()))],
    ['function that is no text', writePickle(pyTuple(1, null, pyTuple(), pyDict()))],
    ['kwargs that are no dict', writePickle(pyTuple('f', null, pyTuple(), 1))],
    ['JSON of another shape', Buffer.from('{"a": 1}')],
    ['JSON that is not UTF-8', Buffer.from('["f\xff", null, [], {}]', 'latin1')],
  ])('calls %s unreadable', (_, raw) => {
    expect(decodeJobData(raw)).toEqual({ ok: false, problem: 'data-unreadable' });
    expect(funcNameOf(raw)).toBeNull();
  });

  it('stops at its limit, compressed or not', () => {
    const big = writePickle(pyTuple('f', null, pyTuple('x'.repeat(100_000)), pyDict()));
    expect(decodeJobData(deflateSync(big), 10_000)).toEqual({ ok: false, problem: 'data-too-large' });
    expect(decodeJobData(big, 10_000)).toEqual({ ok: false, problem: 'data-too-large' });
    expect(decodeJobData(deflateSync(big), 200_000).ok).toBe(true);
  });
});

describe('describeCall', () => {
  it('writes the call, cut where it is long', () => {
    expect(describeCall(decoded(ADD), 80)).toBe('tasks.add(1, y=2)');
    expect(describeCall(decoded(ADD), 10)).toBe('tasks.add…');
    expect(describeCall(decoded(writePickle(pyTuple('f', null, pyTuple(), pyDict()))), 80)).toBe('f()');
  });

  it('shows the object of a method call', () => {
    const raw = Buffer.from('(Vrun\n(cshop\nOrder\nK\x07o)}t.', 'latin1');
    expect(describeCall(decoded(raw), 80)).toBe('shop.Order(7).run()');
  });
});
