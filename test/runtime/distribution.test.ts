import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensurePackages } from '../../src/world/engines/python-env.js';
import { TEST_CACHE } from '../support/paths.js';
import { DISTRIBUTION, runProgram } from './py.js';

let folder: string;
let dist: string;

async function succeed(command: string, args: readonly string[], cwd = folder): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(command, args, { cwd });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The built file of a kind, by its ending. */
async function built(ending: string): Promise<string> {
  const name = (await readdir(dist)).find((one) => one.endsWith(ending));
  return join(dist, name ?? `no ${ending}`);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rq-recurring-'));
  dist = join(folder, 'dist');
  const source = join(folder, 'source');
  await cp(DISTRIBUTION, source, { recursive: true });
  const packages = ['setuptools', 'wheel'];
  const { python } = await ensurePackages({ cacheDir: TEST_CACHE, name: 'build', packages });
  const build = (kind: string) =>
    succeed(
      python,
      ['-c', `from setuptools import build_meta as b; b.build_${kind}(${JSON.stringify(dist)})`],
      source,
    );
  await build('sdist');
  await build('wheel');
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

it('works from an empty environment, from the wheel and from the sdist', { timeout: 300_000 }, async () => {
  const env = join(folder, 'env');
  await succeed('python3', ['-m', 'venv', env]);
  const python = join(env, 'bin', 'python');
  for (const ending of ['.whl', '.tar.gz']) {
    const options = ['--quiet', '--disable-pip-version-check', '--force-reinstall'];
    const reinstalled = ending === '.whl' ? [] : ['--no-deps'];
    await succeed(python, ['-m', 'pip', 'install', ...options, ...reinstalled, await built(ending)]);
    const files = await succeed(python, ['-m', 'pip', 'show', '--files', 'rq-recurring']);
    const version = await succeed(python, ['-m', 'rq_recurring', '--version']);
    expect(files).toContain(`Version: ${version}`);
    expect(files).toContain('rq_recurring/py.typed');
    expect(files).not.toContain('tests/');
    const { code, output } = await runProgram(python, ['run.py', 'series.Objects'], {
      RQ_RECURRING_PATH: 'installed',
    });
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  }
});
