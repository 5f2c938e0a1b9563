import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUtc, parseInteger, parseUtc } from '../../src/native/parse.js';

const raw = (text: string): Uint8Array => Buffer.from(text, 'utf8');

// Every verdict below was taken from Job.restore of RQ 1.15.1 and 3.0.0.
describe('parseUtc', () => {
  it.each<[string, number]>([
    ['2026-01-01T00:00:00.000000Z', 1767225600],
    ['2026-01-01T00:00:00Z', 1767225600],
    ['2026-1-1T0:0:0Z', 1767225600],
    ['2026-01-01t00:00:00.1z', 1767225600.1],
    ['2026-01- 1T00:00:00Z', 1767225600],
    ['2024-02-29T00:00:00Z', 1709164800],
  ])('accepts %j', (text, epoch) => {
    expect(parseUtc(raw(text))).toBeCloseTo(epoch, 6);
  });

  it.each([
    '',
    'garbage',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T24:00:00Z',
    '0000-01-01T00:00:00Z',
    '0999-01-01T00:00:00Z',
    '2026-01-01 00:00:00',
    '2026-01-01T00:00:00+00:00',
    '2026-01-01T00:00:00.1234567Z',
    ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
  ])('refuses %j', (text) => {
    expect(parseUtc(raw(text))).toBeNull();
  });
});

describe('formatUtc', () => {
  it('writes six digits of fraction', () => {
    expect(formatUtc(1767225600)).toBe('2026-01-01T00:00:00.000000Z');
    expect(formatUtc(1767225600.000007)).toBe('2026-01-01T00:00:00.000007Z');
    expect(formatUtc(1767225600 - 2e-7)).toBe('2026-01-01T00:00:00.000000Z');
  });

  it('is read back to the microsecond', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4_000_000_000 }),
        fc.integer({ min: 0, max: 999_999 }),
        (s, us) => {
          const epoch = s + us / 1e6;
          expect(parseUtc(raw(formatUtc(epoch)))).toBeCloseTo(epoch, 5);
        },
      ),
    );
  });
});

describe('parseInteger', () => {
  it.each<[string, bigint]>([
    ['5', 5n],
    [' 5 ', 5n],
    ['\t5\n', 5n],
    ['+5', 5n],
    ['-5', -5n],
    ['1_0', 10n],
    ['007', 7n],
  ])('accepts %j', (text, value) => {
    expect(parseInteger(raw(text))).toBe(value);
  });

  it.each(['', ' ', '1__0', '_1', '1_', '5.0', '1h', '0x5', 'abc', '٥', 'None', '1'.repeat(4301)])(
    'refuses %j',
    (text) => {
      expect(parseInteger(raw(text))).toBeNull();
    },
  );
});
