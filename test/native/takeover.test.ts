import { describe, expect, it } from 'vitest';
import { schedulerState } from '../../src/native/scheduler-lock.js';
import { takeoverSeconds, workerTtl } from '../../src/native/takeover.js';

describe('takeoverSeconds', () => {
  const idle = { ttl: null, schedules: false };

  it('is what was seen: the rest of the lock, then two dequeue timeouts of a default worker', () => {
    expect(takeoverSeconds(61_000, [idle], '2.10.0')).toBe(871);
    expect(takeoverSeconds(-2, [idle], '1.15.1')).toBe(810);
  });

  it('is the soonest of the spare workers', () => {
    expect(takeoverSeconds(0, [idle, { ttl: 35, schedules: false }], '3.0.0')).toBe(600);
    expect(takeoverSeconds(0, [idle, { ttl: null, schedules: true }], '3.0.0')).toBe(120);
    expect(takeoverSeconds(0, [{ ttl: null, schedules: true }], '1.12.0')).toBe(600);
    expect(takeoverSeconds(0, [], '3.0.0')).toBeNull();
  });

  it("tells an idle worker's TTL from its hash", () => {
    expect(workerTtl('idle', 470_000, 1000, 1010)).toBe(420);
    expect(workerTtl('idle', 80_500, 1000, 1009.6)).toBe(30);
    expect(workerTtl('busy', 80_000, 1000, 1010)).toBeNull();
    expect(workerTtl('idle', -1, 1000, 1010)).toBeNull();
    expect(workerTtl('idle', 470_000, null, 1010)).toBeNull();
  });
});

describe('schedulerState', () => {
  const look = (at: number, pttl: number, value = 'd2f0') => ({ at, pttl, value });
  const refreshed = [look(1000, 60_500), look(1002.2, 60_100)] as const;
  const young = [look(1000, 60_000), look(1002.2, 57_800)] as const;

  it('knows RQ 2.10 and later by the name in the lock', () => {
    expect(schedulerState(...refreshed, null, { first: null, second: null })).toBe('active');
    const pids = refreshed.map((one) => ({ ...one, value: '42' })) as [
      (typeof refreshed)[0],
      (typeof refreshed)[1],
    ];
    expect(schedulerState(...pids, null, { first: null, second: null })).toBe('inconclusive');
  });

  it('asks the heartbeats of the holder where the lock leaves it open, and believes no lock against them', () => {
    expect(schedulerState(...young, '3.0.0', { first: 999, second: 1002 })).toBe('active');
    expect(schedulerState(...young, '3.0.0', { first: 999, second: 999 })).toBe('inconclusive');
    expect(schedulerState(...refreshed, '3.0.0', { first: 999, second: 999 })).toBe('inconclusive');
    expect(schedulerState(...refreshed, '3.0.0', { first: 999, second: 1001 })).toBe('active');
  });
});
