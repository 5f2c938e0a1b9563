import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobIdProblem, printableId, safeJobId, seriesIdFor } from '../../src/native/job-id.js';

const id = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const BROKEN = Uint8Array.of(0x61, 0xff);

describe('jobIdProblem', () => {
  it.each<[string, string | null, string | null]>([
    ['2d3d7885-a5f1-498f-9caf-b789fb23fc85', null, null],
    ['Daily_report-1', '3.0.0', null],
    ['', null, null],
    ['a:b', '1.16.2', null],
    ['a:b', '2.0.0', 'id-colon'],
    ['a:b', '2.1.0', 'id-colon'],
    ['a:b', '3.0.0', 'id-colon'],
    ['a:b', null, 'id-colon'],
    ['a.b', '2.7', null],
    ['a b', '2.6.1', null],
    ['日报', '2.7.0', null],
    ['a.b', '2.8.0', 'id-characters'],
    ['a b', '2.10.0', 'id-characters'],
    ['日报', '2.8', 'id-characters'],
    ['a\n', null, 'id-characters'],
  ])('%j on %s: %s', (text, version, problem) => {
    expect(jobIdProblem(id(text), version)).toBe(problem);
  });

  it('refuses ids that are not UTF-8 on every version', () => {
    expect(jobIdProblem(BROKEN, '1.15.1')).toBe('id-not-utf8');
    expect(jobIdProblem(BROKEN, null)).toBe('id-not-utf8');
  });
});

describe('printableId', () => {
  it('is the text, or hexadecimal where there is none', () => {
    expect(printableId(id('日报'))).toBe('日报');
    expect(printableId(BROKEN)).toBe('hex:61ff');
  });
});

describe('safeJobId', () => {
  it('keeps what can be kept', () => {
    expect(safeJobId(id('user:1.mail'))).toMatch(/^user-1-mail-[0-9a-f]{16}$/);
    expect(safeJobId(id('日报'))).toMatch(/^job-[0-9a-f]{16}$/);
  });

  it('is valid, repeatable and different for different ids', () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(jobIdProblem(id(safeJobId(a)), null)).toBeNull();
        expect(safeJobId(a)).toBe(safeJobId(Uint8Array.from(a)));
        if (Buffer.compare(a, b) !== 0) expect(safeJobId(a)).not.toBe(safeJobId(b));
      }),
    );
    expect(safeJobId(id('a:b'))).not.toBe(safeJobId(id('a.b')));
  });
});

describe('seriesIdFor', () => {
  it('keeps an id that every version accepts, and replaces others', () => {
    expect(seriesIdFor(id('nightly_1'))).toBe('nightly_1');
    expect(seriesIdFor(id('nightly:1'))).toBe(safeJobId(id('nightly:1')));
    expect(seriesIdFor(id(''))).toBe(safeJobId(id('')));
    expect(seriesIdFor(BROKEN)).toBe(safeJobId(BROKEN));
  });
});
