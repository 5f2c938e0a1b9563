import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installRuntime } from '../../src/files/runtime/install.js';
import { installedRuntimes } from '../../src/files/runtime/installed.js';
import { prepareKinds } from '../../src/run/file-kinds.js';
import { runtimeFiles } from '../../src/world/assets.js';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensurePackages, type PythonEnv } from '../../src/world/engines/python-env.js';
import { tempFolder } from '../support/cli.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

/** Formatters and fixers as people run them without any settings of their own. */
const TOOLS: readonly (readonly [string, ...string[]])[] = [
  ['ruff', 'check', '--fix', '--isolated', '--exit-zero'],
  ['ruff', 'format', '--isolated'],
  ['ruff', 'check', '--fix', '--isolated', '--exit-zero', '--select', 'E,F,I,W', '--target-version', 'py312'],
  ['black', '-q'],
  ['black', '-q', '-l', '60', '-C'],
  ['isort', '-q'],
  ['isort', '-q', '--profile', 'black', '--force-single-line-imports'],
  ['pyupgrade', '--py38-plus', '--exit-zero-even-if-changed'],
  ['pyupgrade', '--py310-plus', '--exit-zero-even-if-changed'],
  ['pyupgrade', '--py314-plus', '--exit-zero-even-if-changed'],
  ['autoflake', '-i', '-r'],
  [
    'autoflake',
    '-i',
    '-r',
    '--remove-all-unused-imports',
    '--remove-unused-variables',
    '--ignore-init-module-imports',
  ],
];

let env: PythonEnv;
beforeAll(async () => {
  await prepareKinds();
  env = await ensurePackages({
    cacheDir: TEST_CACHE,
    name: 'formatters',
    packages: ['ruff', 'black', 'isort', 'pyupgrade', 'autoflake'],
  });
}, 180_000);

/** A project with the package in it. */
async function project(): Promise<string> {
  const folder = await tempFolder();
  await mkdir(folder, { recursive: true });
  await cp(`${ROOT}python/src/rq_recurring`, join(folder, 'rq_recurring'), {
    recursive: true,
    filter: (path) => !path.includes('__pycache__'),
  });
  return folder;
}

async function use([tool, ...args]: readonly [string, ...string[]], folder: string): Promise<void> {
  const files = readdirSync(join(folder, 'rq_recurring')).filter((name) => name.endsWith('.py'));
  const paths = files.map((name) => join(folder, 'rq_recurring', name));
  const { code, stdout, stderr } = await runToEnd(env.bin(tool), [...args, ...paths]);
  expect(`${code} ${code === 0 ? '' : stdout + stderr}`).toBe('0 ');
}

function read(folder: string) {
  return readdirSync(join(folder, 'rq_recurring'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({
      path: `rq_recurring/${name}`,
      text: readFileSync(join(folder, 'rq_recurring', name), 'latin1'),
    }));
}

function install(folder: string) {
  return installRuntime('', runtimeFiles(), installedRuntimes(read(folder)), () => false);
}

describe('the package for recurring jobs, once a project has formatted it', () => {
  it.each(TOOLS.map((tool) => [tool.join(' '), tool] as const))(
    'is as good as new after %s',
    async (_, tool) => {
      const folder = await project();
      await use(tool, folder);
      expect(install(folder)).toEqual({ changes: [], findings: [] });
    },
    60_000,
  );

  it('is as good as new after all of them, and their bytes are other ones', {
    timeout: 120_000,
  }, async () => {
    const folder = await project();
    for (const tool of TOOLS) await use(tool, folder);
    const bundle = runtimeFiles();
    const formatted = read(folder).filter(({ path, text }) => bundle.get(path.slice(13)) !== text);
    expect(formatted.length).toBeGreaterThan(5);
    expect(install(folder)).toEqual({ changes: [], findings: [] });
  });

  it.each([
    ['a number', 'crontab.py', /= 7 if/, '= 6 if'],
    ['a name', 'keys.py', /def (\w+)\(/, 'def other_$1('],
    ['a string', 'keys.py', /(['"])migrate-scheduler:/, '$1elsewhere:'],
    ['a condition', 'worker.py', /\bif /, 'if not '],
    ['an import', 'worker.py', /^from /m, 'import os\nfrom '],
  ])(
    'is found to be changed by hand where %s differs, formatted or not',
    async (_, name, from, to) => {
      const folder = await project();
      const path = join(folder, 'rq_recurring', name);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace(from, to));
      expect(readFileSync(path, 'utf8')).not.toBe(text);
      const changed = {
        changes: [],
        findings: [{ code: 'runtime-changed', severity: 'warn', path: `rq_recurring/${name}` }],
      };
      expect(install(folder)).toMatchObject(changed);
      await use(['ruff', 'format', '--isolated'], folder);
      expect(install(folder)).toMatchObject(changed);
    },
    60_000,
  );
});
