import { describe, expect, it } from 'vitest';
import { newRunId } from '../../src/world/run-dir.js';

describe('run ids', () => {
  it('sort by time, within a second too', () => {
    const times = [0, 1, 99, 100, 999, 1000].map(
      (millis) => new Date(Date.UTC(2026, 10, 24, 1, 2, 3) + millis),
    );
    const ids = times.map((time) => newRunId(time));
    expect([...ids].reverse().sort()).toEqual(ids);
    expect(ids[2]).toMatch(/^20261124T010203Z-099[0-9a-f]{4}$/);
  });
});
