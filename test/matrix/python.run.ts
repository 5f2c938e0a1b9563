import { expect, it } from 'vitest';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensurePackages } from '../../src/world/engines/python-env.js';
import { runProgram } from '../runtime/py.js';
import { TEST_CACHE } from '../support/paths.js';

/** The versions of Python that the distribution names. */
const MINORS = [8, 9, 10, 11, 12, 13, 14];

/** An interpreter that starts and is of this version: from PATH, else of pyenv; null: there is none. */
async function interpreter(minor: number): Promise<string | null> {
  const pyenv = `ls -d "$(pyenv root)"/versions/3.${minor}.*/bin/python 2>/dev/null`;
  const { stdout } = await runToEnd('sh', ['-c', `command -v python3.${minor}; ${pyenv}`]);
  const probe = ['-c', `import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, ${minor}))`];
  for (const path of stdout.split('\n').filter(Boolean)) {
    const { code } = await runToEnd(path, probe).catch(() => ({ code: 1 }));
    if (code === 0) return path;
  }
  return null;
}

const FOUND = await Promise.all(MINORS.map(async (minor) => ({ minor, path: await interpreter(minor) })));

const CASES = FOUND.flatMap(({ minor, path }) =>
  // The oldest rq, and the newest that pip finds for this Python.
  ['rq==1.15.1', 'rq'].map((rq) => ({ minor, path, rq })),
);

it.for(CASES)('rq_recurring on Python 3.$minor with $rq', async ({ minor, path, rq }, { skip }) => {
  if (path === null) return skip(`no Python 3.${minor} here`);
  const { python } = await ensurePackages({
    cacheDir: TEST_CACHE,
    name: `python-3.${minor}`,
    packages: [rq, 'redis<9', 'click<9', 'croniter', 'crontab<2', 'python-dateutil'],
    python: path,
  });
  for (const program of ['run.py', 'test_live.py']) {
    const { code, output } = await runProgram(python, [program]);
    expect(output).toContain(`python 3.${minor}.`);
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  }
});
