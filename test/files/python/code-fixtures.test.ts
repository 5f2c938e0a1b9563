import { beforeAll, describe, expect, it } from 'vitest';
import { displayText } from '../../../src/files/bytes.js';
import { analyseCode } from '../../../src/files/python/uses.js';
import type { SourceFile } from '../../../src/files/types.js';
import { codeCase, codeCases, fixedFiles, viewOf } from '../../support/codeFixtures.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

/** Readable where they differ, and still exact: text that is no UTF-8 stays byte text beside its display. */
const shown = (files: readonly SourceFile[]) =>
  Object.fromEntries(files.map(({ path, text }) => [path, [displayText(text).split('\n'), text.length]]));

describe('Python code, one folder a case', () => {
  it.each(codeCases())('%s', (name) => {
    const { before, findings, safe, unsafe, native } = codeCase(name);
    const analysis = analyseCode(viewOf(before));
    const found = analysis.uses.map((use) => `${use.path}:${use.line}:${use.column} ${use.code} ${use.fix}`);
    expect(found).toEqual(findings);
    expect(shown(fixedFiles(before, analysis, 'safe'))).toEqual(shown(safe));
    expect(shown(fixedFiles(before, analysis, 'unsafe'))).toEqual(shown(unsafe));
    const asked = analyseCode(viewOf(before), { nativeApi: true });
    expect(shown(fixedFiles(before, asked, 'safe'))).toEqual(shown(native));
  });

  it.each(codeCases())('%s is fixed once and for all', (name) => {
    const { unsafe, native } = codeCase(name);
    const again = analyseCode(viewOf(unsafe));
    expect(shown(fixedFiles(unsafe, again, 'unsafe'))).toEqual(shown(unsafe));
    const asked = analyseCode(viewOf(native), { nativeApi: true });
    expect(shown(fixedFiles(native, asked, 'safe'))).toEqual(shown(native));
  });
});
