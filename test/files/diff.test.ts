import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fromByteText, utf8ToByteText } from '../../src/files/bytes.js';
import { sha256, unifiedDiff } from '../../src/files/diff.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'diff-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const numbered = Array.from({ length: 40 }, (_, i) => `line ${i}\n`).join('');
const cases: [string, string | null, string | null][] = [
  ['changed', numbered, numbered.replace('line 9\n', '').replace('line 30\n', 'x\n')],
  ['CRLF', 'a\r\nb\r\nc\r\n', 'a\r\nc\r\n'],
  ['no last newline', 'a\nb\nc', 'a\nb'],
  ['last newline stays away', 'a\nb', 'a\nb\nc'],
  ['UTF-8 and BOM', utf8ToByteText('\ufeff定时\n任务\nx\n'), utf8ToByteText('\ufeff定时\nx\n')],
  ['emptied', 'a\n', ''],
  ['created', null, 'a\nb'],
  ['deleted', 'a\nb\n', null],
];

describe('unifiedDiff', () => {
  const runs = ['git', 'patch'].flatMap((tool) =>
    ['file.txt', 'sub dir/file.txt'].map((path) => [tool, path] as const),
  );
  for (const [tool, path] of runs) {
    it.each(cases)(`${tool} applies it to ${path}: %s`, (_, before, after) => {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      if (before !== null) writeFileSync(file, fromByteText(before));
      writeFileSync(join(folder, 'p.diff'), unifiedDiff(path, before, after));
      const args = tool === 'git' ? ['apply', 'p.diff'] : ['-p1', '--binary', '-i', 'p.diff'];
      execFileSync(tool, args, { cwd: folder, stdio: 'pipe' });
      // `patch` takes an emptied file away, as POSIX allows.
      const left = existsSync(file) ? readFileSync(file).toString('latin1') : null;
      expect(left ?? '').toBe(after ?? '');
      if (after === null) expect(left).toBeNull();
    });
  }

  it('shows GBK as characters', () => {
    expect(unifiedDiff('f', '# \xb6\xa8\xca\xb1\na\n', '# \xb6\xa8\xca\xb1\n')).toContain(' # 定时\n-a\n');
  });

  it('is empty where nothing differs', () => {
    expect(unifiedDiff('f', 'a\n', 'a\n')).toBe('');
  });
});

describe('sha256', () => {
  it('hashes the bytes, not the characters', () => {
    expect(sha256('\xff')).toBe('a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89');
  });
});
