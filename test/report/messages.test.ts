import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { place, sentence, wordCheck, wordedCodes, wordFinding } from '../../src/report/messages/index.js';
import { ROOT } from '../support/paths.js';

/** Every code that the source writes as a finding, a refusal, a reason of an edit or a check. */
function codesInSource(): Set<string> {
  const found = new Set<string>();
  const patterns = [
    /\b(?:code|why): '([a-z0-9]+(?:-[a-z0-9]+)+)'/g,
    /refusal\(\s*EXIT\.\w+,\s*'([a-z0-9-]+)'/g,
    /\bcheck\(\s*'([a-z0-9-]+)'/g,
    /problems\.(?:push|add)\('([a-z0-9-]+)'\)/g,
    /new RedisProblem\(\s*'([a-z0-9-]+)'/g,
  ];
  for (const entry of readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    for (const pattern of patterns) for (const [, code] of text.matchAll(pattern)) if (code) found.add(code);
  }
  return found;
}

describe('wording', () => {
  it('exists for every code that the source can give', () => {
    const worded = wordedCodes();
    const codes = codesInSource();
    expect(codes.size).toBeGreaterThan(80);
    expect([...codes].filter((code) => !worded.has(code)).sort()).toEqual([]);
  });

  it('is one line each, whatever the arguments', () => {
    for (const code of wordedCodes()) {
      const finding = { code, severity: 'warn', args: {} } as const;
      expect(sentence(wordFinding(finding)), code).not.toMatch(/[\r\n]/);
      const check = { code, status: 'fail', where: 'q', args: {} } as const;
      expect(sentence(wordCheck(check)), code).not.toMatch(/[\r\n]/);
    }
  });

  it('names file and line before the sentence', () => {
    expect(place({ code: 'x', severity: 'error', path: 'a/b.yml', line: 7, args: {} })).toBe('a/b.yml:7: ');
    expect(place({ code: 'x', severity: 'error', args: {} })).toBe('');
  });

  it('tells the causes of one Redis problem apart', () => {
    const source = readFileSync(join(ROOT, 'src/redis/problem.ts'), 'utf8');
    const causes = [...source.matchAll(/'(redis-[a-z-]+)', reason\('([a-z-]+)'\)/g)];
    expect(causes.length).toBeGreaterThan(10);
    const said = causes.map(([, code = '', reason = '']) =>
      sentence(wordFinding({ code, severity: 'error', args: { reason, url: 'redis://h' } })),
    );
    expect(new Set(said).size).toBe(causes.length);
  });

  it('separates what is wrong from what to do', () => {
    expect(sentence({ text: 'It is so', next: 'do that' })).toBe('It is so; do that');
    expect(sentence({ text: 'It is so.', next: 'Do that.' })).toBe('It is so. Do that.');
  });
});
