import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8ToByteText } from '../../src/files/bytes.js';
import { positionsOf } from '../../src/files/positions.js';

describe('positions', () => {
  it('count lines whatever ends them, and characters in a line', () => {
    const at = positionsOf(utf8ToByteText('a\r\näb\rc\n😀d'));
    const place = (before: string) => at(utf8ToByteText(before).length);
    expect(place('a')).toEqual({ line: 1, column: 2 });
    expect(place('a\r\nä')).toEqual({ line: 2, column: 2 });
    expect(place('a\r\näb\rc\n😀')).toEqual({ line: 4, column: 2 });
  });

  it('do not count a byte order mark, and read GBK', () => {
    expect(positionsOf(utf8ToByteText('\ufeffx'))(4)).toEqual({ line: 1, column: 2 });
    // Two characters in four bytes of GBK, which are no UTF-8.
    expect(positionsOf('# \xb6\xa8\xca\xb1 x')(7)).toEqual({ line: 1, column: 6 });
  });

  it('lead back to the place they were taken from', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat(), (parts, seed) => {
        const lines = parts.map((part) => part.replace(/[\r\n\ufeff]/g, ''));
        const text = lines.join('\n');
        const chars = [...text];
        const index = seed % (chars.length + 1);
        const before = chars.slice(0, index).join('');
        const { line, column } = positionsOf(utf8ToByteText(text))(utf8ToByteText(before).length);
        const rest = lines.slice(0, line - 1).reduce((sum, one) => sum + [...one].length + 1, 0);
        expect(rest + column - 1).toBe(index);
      }),
    );
  });
});
