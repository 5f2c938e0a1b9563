import { describe, expect, it } from 'vitest';
import { isInstanceKey, parseInstance } from '../../src/legacy/instance.js';
import { jobKey } from '../../src/legacy/keys.js';

function fields(of: Record<string, string>): Map<string, Uint8Array> {
  return new Map(Object.entries(of).map(([k, v]) => [k, Buffer.from(v)]));
}

describe('legacy scheduler instances', () => {
  it('is alive while it says no death', () => {
    const key = 'rq:scheduler_instance:0a1b';
    expect(parseInstance(key, fields({ birth: '1795462569.25' }))).toEqual({
      name: '0a1b',
      alive: true,
      birth: 1795462569.25,
      death: null,
    });
    expect(parseInstance(key, fields({ birth: '1', death: '2' }))).toMatchObject({ alive: false, death: 2 });
    expect(parseInstance(key, new Map()).alive).toBe(false);
    expect(parseInstance('rq:scheduler', fields({ birth: 'x' }))).toMatchObject({
      name: '',
      alive: true,
      birth: null,
    });
  });

  it('knows its keys from others that look alike', () => {
    expect(isInstanceKey('rq:scheduler')).toBe(true);
    expect(isInstanceKey('rq:scheduler_instance:x')).toBe(true);
    expect(isInstanceKey('rq:scheduler:scheduled_jobs')).toBe(false);
    expect(isInstanceKey('rq:scheduler_lock')).toBe(false);
  });
});

describe('jobKey', () => {
  it('keeps the bytes of the id', () => {
    expect([...jobKey(Uint8Array.of(0xff, 0x41))]).toEqual([...Buffer.from('rq:job:'), 0xff, 0x41]);
  });
});
