import { describe, expect, it } from 'vitest';
import { type LockSample, schedulerLockState } from '../../src/native/scheduler-lock.js';

const at = (seconds: number, pttl: number, value: string | null = '42'): LockSample => ({
  value: pttl === -2 ? null : value,
  pttl,
  at: 1000 + seconds,
});

describe('schedulerLockState', () => {
  it.each<[string, LockSample, LockSample, string | null, string]>([
    ['refreshed', at(0, 60_500), at(2.1, 60_100), '1.15.1', 'active'],
    ['refreshed at the worst moments', at(0, 60_990), at(2, 59_900), '2.10.0', 'active'],
    ['refreshed late', at(0, 30_000), at(2, 60_800), '3.0.0', 'active'],
    ['falling', at(0, 41_000), at(2.1, 38_900), '1.15.1', 'dead'],
    ['falling, slow answer', at(0, 41_000), at(2.1, 38_750), '2.10.0', 'dead'],
    ['falling for only three seconds', at(0, 60_000), at(2.1, 57_900), '1.15.1', 'inconclusive'],
    ['gone', at(0, 1500), at(2.1, -2), '1.15.1', 'absent'],
    ['never there', at(0, -2), at(2.1, -2), '1.15.1', 'absent'],
    ['newly taken', at(0, -2), at(2.1, 60_900), '1.15.1', 'active'],
    ['taken over', at(0, 41_000), at(2.1, 38_900, '77'), '2.10.0', 'active'],
    ['without expiry', at(0, -1), at(2.1, -1), '1.15.1', 'inconclusive'],
    ['too near to each other', at(0, 41_000), at(1.5, 39_500), '1.15.1', 'inconclusive'],
    ['refreshed, perhaps by a stranger', at(0, 60_500), at(2.1, 60_100), '1.11.0', 'inconclusive'],
    ['refreshed, first trustworthy version', at(0, 60_500), at(2.1, 60_100), '1.11.1', 'active'],
    ['refreshed on an unknown version', at(0, 60_500), at(2.1, 60_100), null, 'inconclusive'],
    ['falling on an unknown version', at(0, 41_000), at(2.1, 38_900), null, 'dead'],
    ['falling lock of six seconds', at(0, 4900), at(2.1, 2800), '1.9.0', 'dead'],
  ])('%s', (_, first, second, version, state) => {
    expect(schedulerLockState(first, second, version)).toBe(state);
  });
});
