import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/edit.js';
import { analyseCode } from '../../../src/files/python/uses.js';
import type { SourceFile } from '../../../src/files/types.js';
import { codeCase, codeCases, viewOf } from '../../support/codeFixtures.js';
import { loadPython } from '../pysource/load.js';

const wide = process.env.MIGRATE_SCHEDULER_WIDE === '1';

beforeAll(loadPython);

/** The folder of the standard library of the Python on PATH. */
function standardLibrary(): string {
  const print = "import sysconfig; print(sysconfig.get_paths()['stdlib'])";
  return execFileSync('python3', ['-c', print], { encoding: 'utf8' }).trim();
}

function pythonFiles(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => path.endsWith('.py') && !path.includes('site-packages') && !path.includes('dist-packages'),
    )
    .filter((path) => wide || !/(^|\/)(tests?|idlelib|lib2to3)\//.test(path))
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({ path, text: readFileSync(join(root, path), 'latin1') }));
}

function expectNothing(files: readonly SourceFile[], name: string) {
  const analysis = analyseCode(viewOf(files));
  expect(analysis.uses, name).toEqual([]);
  const edited = files.filter(({ path }) => analysis.edits(path, 'unsafe').length > 0);
  expect(
    edited.map(({ path }) => path),
    name,
  ).toEqual([]);
}

/** The case with every name of rq-scheduler and of what hands one out replaced by a stranger's. */
function disguised(files: readonly SourceFile[]): SourceFile[] {
  return files.map(({ path, text }) => ({
    path,
    text: text
      .replaceAll('rq_scheduler', 'my_scheduler')
      .replaceAll('rq:scheduler', 'my:scheduler')
      .replaceAll('django_rq', 'django_my')
      .replaceAll('flask_rq2', 'flask_my')
      .replaceAll('from rq import', 'from my import'),
  }));
}

describe('code that is not about rq-scheduler', () => {
  it('has no use and no edit in the standard library', () => {
    const files = pythonFiles(standardLibrary());
    expect(files.length).toBeGreaterThan(300);
    expectNothing(files, 'standard library');
  });

  // A file is only parsed where it names something of ours: one import makes it so.
  it('is left alone but for an import that is put into it', () => {
    const few = /^json\/|^http\/cookies/;
    for (const { path, text } of pythonFiles(standardLibrary()).filter(
      (file) => wide || few.test(file.path),
    )) {
      const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      const file = { path, text: `${start}import rq_scheduler\n` };
      const analysis = analyseCode(viewOf([file]));
      expect(
        analysis.uses.map(({ code }) => code),
        path,
      ).toEqual(['code-import']);
      const swapped = `${start}import rq_recurring as rq_scheduler\n`;
      const left = analysis.uses[0]?.fix === 'none' ? file.text : swapped;
      expect(applyEdits(file.text, analysis.edits(path, 'unsafe')) === left, path).toBe(true);
    }
  });

  // Each class gives its attribute from all others: going round such circles one by one would never end.
  it('is looked through in bounded time where classes hold each other', () => {
    const count = 20;
    const classes = Array.from({ length: count }, (_, i) => {
      const others = Array.from({ length: count }, (_unused, j) => `        self.part = C${j}().part.part`);
      return `class C${i}:\n    def __init__(self):\n${others.join('\n')}\n`;
    });
    const text = `from rq_scheduler import Scheduler\n${classes.join('')}C0().part.scheduler = Scheduler()\n`;
    const { uses } = analyseCode(viewOf([{ path: 'a.py', text }]));
    expect(uses.map(({ code }) => code)).toContain('code-import');
  });

  it('has none where another package has the same names', () => {
    for (const name of codeCases()) expectNothing(disguised(codeCase(name).before), name);
  });
});
