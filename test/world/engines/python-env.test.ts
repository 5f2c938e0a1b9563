import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withBuildLock } from '../../../src/world/engines/build-lock.js';
import { ensurePackages, ensureVenv } from '../../../src/world/engines/python-env.js';
import { DEFAULT_PAIRS } from '../../../src/world/engines/versions.js';
import { TEST_CACHE } from '../../support/paths.js';

let scratch = '';
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'python-env-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

// An environment without packages: quick to build, and all that these tests need.
const empty = () => ({ cacheDir: scratch, name: 'empty', packages: ['pip'] });

describe('ensureVenv', () => {
  it.each(DEFAULT_PAIRS)('installs exactly rq $rq and rq-scheduler $rqScheduler', async (pair) => {
    const env = await ensureVenv({ cacheDir: TEST_CACHE, ...pair });
    const code = 'from importlib.metadata import version as v; print(v("rq"), v("rq-scheduler"))';
    const out = execFileSync(env.python, ['-c', code], { encoding: 'utf8' });
    expect(out.trim()).toBe(`${pair.rq} ${pair.rqScheduler}`);
    expect(existsSync(env.bin('rqscheduler'))).toBe(true);
  });
});

// Each builds two environments.
describe('ensurePackages', { timeout: 120_000 }, () => {
  it('builds once, however many ask at the same time, and again when it is half made', async () => {
    const log = vi.fn();
    const built = () => log.mock.calls.filter(([line]) => line.startsWith('creating')).length;
    const envs = await Promise.all([1, 2, 3].map(() => ensurePackages({ ...empty(), log })));
    expect(new Set(envs.map((env) => env.dir)).size).toBe(1);
    await ensurePackages({ ...empty(), log });
    expect(built()).toBe(1);
    expect(readdirSync(scratch)).toHaveLength(1);

    const env = await ensurePackages(empty());
    rmSync(join(env.dir, 'complete.json'));
    rmSync(env.python);
    await ensurePackages({ ...empty(), log });
    expect(built()).toBe(2);
    expect(execFileSync(env.python, ['-c', 'print(1)'], { encoding: 'utf8' })).toBe('1\n');
  });

  it('says that Python is missing', async () => {
    const missing = { ...empty(), python: join(scratch, 'no-python3') };
    await expect(ensurePackages(missing)).rejects.toMatchObject({ code: 'python-missing' });
  });

  it('tells an unreachable index from a package that does not exist', async () => {
    const packages = ['migrate-scheduler-has-no-such-package==1'];
    vi.stubEnv('PIP_NO_INDEX', '1');
    await expect(ensurePackages({ ...empty(), packages })).rejects.toMatchObject({ code: 'pip-failed' });
    vi.stubEnv('PIP_NO_INDEX', '0');
    vi.stubEnv('PIP_FIND_LINKS', '');
    vi.stubEnv('PIP_EXTRA_INDEX_URL', '');
    vi.stubEnv('PIP_INDEX_URL', 'http://127.0.0.1:9/simple');
    vi.stubEnv('PIP_RETRIES', '1');
    await expect(ensurePackages({ ...empty(), packages })).rejects.toMatchObject({
      code: 'pypi-unreachable',
    });
  });
});

describe('withBuildLock', () => {
  it('lets one in at a time', async () => {
    const lock = join(scratch, 'a.lock');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withBuildLock(lock, work)));
    expect([most, existsSync(lock)]).toEqual([1, false]);
  });

  it('takes over from an owner that died, and from nobody else', async () => {
    const lock = join(scratch, 'a.lock');
    const dead = execFileSync(process.execPath, ['-p', 'os.hostname() + " " + process.pid'], {
      encoding: 'utf8',
    });
    mkdirSync(lock);
    writeFileSync(join(lock, 'owner'), `${dead.trim()} x`);
    expect(await withBuildLock(lock, async () => 'mine', 2_000)).toBe('mine');
    mkdirSync(lock);
    writeFileSync(join(lock, 'owner'), `another-host 1 x`);
    await expect(withBuildLock(lock, async () => 'mine', 300)).rejects.toMatchObject({ code: 'venv-locked' });
    expect(existsSync(lock)).toBe(true);
  });
});
