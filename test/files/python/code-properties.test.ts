import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { normaliseEdits } from '../../../src/files/edit.js';
import { analyseCode } from '../../../src/files/python/uses.js';
import type { SourceFile } from '../../../src/files/types.js';
import { compilePython } from '../../../src/world/python-compile.js';
import { codeCase, codeCases, fixedFiles, viewOf } from '../../support/codeFixtures.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const BOM = '\xef\xbb\xbf';
const cases = codeCases();
const beforeOf = (name: string) => codeCase(name).before;

function fixed(files: readonly SourceFile[], level: 'safe' | 'unsafe' = 'unsafe'): SourceFile[] {
  return fixedFiles(files, analyseCode(viewOf(files)), level);
}

function mapPython(files: readonly SourceFile[], change: (text: string) => string): SourceFile[] {
  return files.map(({ path, text }) => ({ path, text: path.endsWith('.py') ? change(text) : text }));
}

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n');

describe('fixes', () => {
  it('are the same whatever ends the lines', () => {
    for (const name of cases) {
      const files = beforeOf(name);
      expect(fixed(mapPython(files, crlf)), name).toEqual(mapPython(fixed(files), crlf));
    }
  });

  it('are the same below a comment and behind a byte order mark', () => {
    for (const name of cases) {
      const files = beforeOf(name).map((file) => ({ ...file, text: file.text.replace(BOM, '') }));
      const comment = (text: string) => `# A comment.\n${text}`;
      expect(fixed(mapPython(files, comment)), name).toEqual(mapPython(fixed(files), comment));
      if (files.some(({ text }) => text.includes('coding: gbk'))) continue;
      const mark = (text: string) => BOM + text;
      expect(fixed(mapPython(files, mark)), name).toEqual(mapPython(fixed(files), mark));
    }
  });

  it('leave code that Python compiles', () => {
    const sources: { path: string; text: string }[] = [];
    for (const name of cases.filter((one) => one !== 'syntax-error'))
      for (const level of ['safe', 'unsafe'] as const)
        for (const { path, text } of fixed(beforeOf(name), level))
          if (path.endsWith('.py')) sources.push({ path: `${name}/${level}/${path}`, text });
    expect(compilePython(sources)?.filter((error) => error !== null)).toEqual([]);
  });

  it('stay within the file and apart from each other, however broken it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...cases),
        fc.nat(),
        fc.nat(40),
        fc.constantFrom('', '(', ')', '"', '\n', ' = '),
        (name, at, length, put) => {
          const files = mapPython(beforeOf(name), (text) => {
            const start = at % (text.length + 1);
            return text.slice(0, start) + put + text.slice(start + length);
          });
          const analysis = analyseCode(viewOf(files));
          for (const { path, text } of files)
            for (const level of ['safe', 'unsafe'] as const)
              for (const { start, end } of normaliseEdits(analysis.edits(path, level)))
                expect(start <= end && end <= text.length).toBe(true);
          for (const { line, column, endLine, endColumn } of analysis.uses)
            expect(line < endLine || (line === endLine && column < endColumn)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});
