import { describe, expect, it } from 'vitest';
import { classify } from '../../src/legacy/classify.js';
import { decodeMeta } from '../../src/legacy/meta.js';
import { type PyValue, pyDict, pyFloat, pyList, writePickle } from '../../src/legacy/pickle/index.js';

function read(meta: Record<string, PyValue>) {
  return decodeMeta(writePickle(pyDict(...Object.entries(meta))));
}

function classified(meta: Record<string, PyValue>) {
  const result = read(meta);
  if (!result.ok) throw new Error(result.problem);
  return classify(result.meta);
}

function problem(meta: Record<string, PyValue>): string | null {
  const result = read(meta);
  return result.ok ? null : result.problem;
}

describe('classification', () => {
  it('makes an entry without meta a one-shot', () => {
    for (const raw of [undefined, new Uint8Array()]) {
      const result = decodeMeta(raw);
      expect(result.ok && classify(result.meta)).toEqual({ kind: 'oneshot', recurrence: null });
    }
    expect(classified({ user: 'x' }).kind).toBe('oneshot');
  });

  it('reads interval, cron and flags', () => {
    expect(classified({ interval: 60 })).toEqual({
      kind: 'interval',
      recurrence: { interval: 60, cronString: null, remaining: null, useLocalTimezone: false },
    });
    expect(classified({ cron_string: '0 3 * * *', use_local_timezone: true, repeat: 4 })).toEqual({
      kind: 'cron',
      recurrence: { interval: null, cronString: '0 3 * * *', remaining: 4, useLocalTimezone: true },
    });
    const named = read({ queue_class_name: 'app.Queue' });
    expect(named.ok && named.meta.queueClassName).toBe('app.Queue');
  });

  it('goes by truth: interval wins unless it is falsy', () => {
    expect(classified({ interval: 5, cron_string: '* * * * *' }).kind).toBe('interval');
    expect(classified({ interval: 0, cron_string: '* * * * *' }).kind).toBe('cron');
    expect(classified({ interval: 0 }).kind).toBe('oneshot');
    expect(classified({ interval: pyFloat(0) }).kind).toBe('oneshot');
    expect(classified({ interval: null, cron_string: '' }).kind).toBe('oneshot');
  });

  it.each<[PyValue, number]>([
    ['90', 90],
    [' 1_0 ', 10],
    [pyFloat(1.9), 1],
    [true, 1],
    [Buffer.from('7'), 7],
  ])('converts interval %j with int()', (interval, seconds) => {
    expect(classified({ interval }).recurrence?.interval).toBe(seconds);
  });

  it.each<[PyValue, number | null]>([
    [null, null],
    [-1, null],
    [0, 1],
    [1, 1],
    [2, 2],
    [17, 17],
    ['3', 3],
    [pyFloat(2.9), 2],
    [false, 1],
    [true, 1],
    [pyFloat(0), 1],
    ['', null],
    ['0', null],
    [pyFloat(0.5), null],
  ])('counts repeat %j as %j remaining runs', (repeat, remaining) => {
    expect(classified({ interval: 60, repeat }).recurrence?.remaining).toBe(remaining);
    expect(classified({ cron_string: '* * * * *', repeat }).recurrence?.remaining).toBe(remaining);
  });

  it('reads meta of the JSON serializer', () => {
    const result = decodeMeta(Buffer.from('{"interval": 30, "repeat": 2}'));
    expect(result.ok && classify(result.meta).recurrence).toMatchObject({ interval: 30, remaining: 2 });
  });

  it('reads meta as rq-scheduler 0.13.1 wrote it on Python 3', () => {
    // pickle.dumps({'interval': 60, 'repeat': 3}, 5)
    const raw = Buffer.from(
      '8005951d000000000000007d94288c08696e74657276616c944b3c8c06726570656174944b03752e',
      'hex',
    );
    const result = decodeMeta(raw);
    expect(result.ok && classify(result.meta).recurrence).toMatchObject({ interval: 60, remaining: 3 });
  });
});

describe('problems', () => {
  it('tells unreadable meta and meta that is no dict', () => {
    expect(decodeMeta(Buffer.from('garbage'))).toEqual({ ok: false, problem: 'meta-unreadable' });
    expect(decodeMeta(writePickle(pyList(1)))).toEqual({ ok: false, problem: 'meta-not-dict' });
  });

  it('tells values on which rq-scheduler raises or loops', () => {
    expect(problem({ interval: 'often' })).toBe('meta-interval-invalid');
    expect(problem({ interval: pyList(1) })).toBe('meta-interval-invalid');
    expect(problem({ interval: pyFloat(Number.POSITIVE_INFINITY) })).toBe('meta-interval-invalid');
    expect(problem({ interval: -5 })).toBe('meta-interval-not-positive');
    expect(problem({ interval: pyFloat(0.5) })).toBe('meta-interval-not-positive');
    expect(problem({ interval: 5, repeat: 'x' })).toBe('meta-repeat-invalid');
    expect(problem({ cron_string: 5 })).toBe('meta-cron-invalid');
  });

  it('leaves a one-shot alone whose own meta has a key `repeat`', () => {
    expect(problem({ repeat: 'weekly' })).toBeNull();
  });
});
