import { describe, expect, it } from 'vitest';
import { sha256, unifiedDiff } from '../../src/files/diff.js';
import { fileSection } from '../../src/report/plan-text.js';

describe('the diffs of a preview', () => {
  it.each([
    ['a blank last line', 'a\nb\n\n', 'a\n\n'],
    ['CRLF', 'a\r\nb\r\n', 'b\r\n'],
    ['no last newline', 'a\nb', 'b'],
  ])('are shown whole: %s', (_, before, after) => {
    const diff = unifiedDiff('f.txt', before, after);
    const file = { path: 'f.txt', kind: 'x', action: 'edit' as const, edits: [], diff };
    const files = [{ ...file, before: sha256(before), after: sha256(after) }];
    const paint = { cyan: String, green: String, red: String, dim: String, bold: String, yellow: String };
    const shown = fileSection({ files } as never, { paint, all: false, explain: false } as never);
    expect(`${shown}\n`).toBe(diff);
  });
});
