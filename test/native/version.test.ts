import { describe, expect, it } from 'vitest';
import { atLeast, compareVersions, parseVersion } from '../../src/native/version.js';

describe('RQ versions', () => {
  it('compares numbers, not text', () => {
    expect(atLeast('1.15.1', '1.9')).toBe(true);
    expect(atLeast('2.10', '2.8')).toBe(true);
    expect(atLeast('2.0', '2.0.0')).toBe(true);
    expect(atLeast('1.16.2', '2.0')).toBe(false);
    expect(compareVersions('2.10.0', '2.9')).toBeGreaterThan(0);
  });

  it('puts pre-releases before and post-releases after', () => {
    expect(atLeast('2.0rc1', '2.0')).toBe(false);
    expect(atLeast(' 2.0.post1\n', '2.0')).toBe(true);
    expect(compareVersions('v2.0', '2.0.0')).toBe(0);
  });

  it('refuses what is no version', () => {
    expect(parseVersion('latest')).toBeNull();
    expect(() => atLeast('latest', '2.0')).toThrow(RangeError);
  });
});
