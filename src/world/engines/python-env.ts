import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withBuildLock } from './build-lock.js';
import { EngineError } from './engine-error.js';
import { runToEnd } from './managed.js';
import { COMPANIONS, type VersionPair } from './versions.js';

/** A virtual environment that is complete. */
export interface PythonEnv {
  readonly dir: string;
  /** Absolute path of its interpreter. */
  readonly python: string;
  /** Absolute path of one of its programs, e.g. `bin('rq')`. */
  bin(name: string): string;
}

export interface PackageEnvOptions {
  /** Folder that holds environments; made where absent. */
  readonly cacheDir: string;
  /** Readable part of the folder's name. */
  readonly name: string;
  /** What pip installs, as requirement specifiers. */
  readonly packages: readonly string[];
  /** Interpreter to build with, `python3` from PATH by default. */
  readonly python?: string;
  readonly log?: (line: string) => void;
}

export interface VenvOptions extends VersionPair {
  readonly cacheDir: string;
  /** Further requirement specifiers, e.g. `Flask`. */
  readonly extras?: readonly string[];
  readonly python?: string;
  readonly log?: (line: string) => void;
}

/** Written last: an environment without it is half made. */
const COMPLETE = 'complete.json';

/**
 * The virtual environment with this rq and rq-scheduler from PyPI, built once per `cacheDir` and found again
 * afterwards. Safe to call from several processes at the same time. Throws EngineError `python-missing`,
 * `pypi-unreachable`, `pip-failed` or `venv-locked`.
 */
export function ensureVenv(options: VenvOptions): Promise<PythonEnv> {
  const { rq, rqScheduler, extras = [], ...rest } = options;
  return ensurePackages({
    ...rest,
    name: `rq-${rq}-rq-scheduler-${rqScheduler}`,
    packages: [`rq==${rq}`, `rq-scheduler==${rqScheduler}`, ...COMPANIONS, ...extras],
  });
}

/** The virtual environment with these packages; see `ensureVenv`. */
export async function ensurePackages(options: PackageEnvOptions): Promise<PythonEnv> {
  const { cacheDir, name, packages, python = 'python3' } = options;
  const key = createHash('sha256')
    .update(JSON.stringify([python, packages]))
    .digest('hex')
    .slice(0, 8);
  const dir = join(cacheDir, `${name}-${key}`);
  const env: PythonEnv = {
    dir,
    python: join(dir, 'bin', 'python'),
    bin: (program) => join(dir, 'bin', program),
  };
  // existsSync follows the link: an environment whose base interpreter was removed is built again.
  const complete = () => existsSync(join(dir, COMPLETE)) && existsSync(env.python);
  if (complete()) return env;
  await mkdir(cacheDir, { recursive: true });
  await withBuildLock(`${dir}.lock`, async () => {
    if (!complete()) await build(env, python, options);
  });
  return env;
}

async function build(env: PythonEnv, python: string, options: PackageEnvOptions): Promise<void> {
  const { packages, log } = options;
  await rm(env.dir, { recursive: true, force: true });
  log?.(`creating a Python environment in ${env.dir}`);
  await createVenv(python, env.dir);
  log?.(`installing ${packages.join(' ')}`);
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--quiet', ...packages];
  const { code, stdout, stderr } = await runToEnd(env.python, pip);
  if (code !== 0) throw pipError(packages, stdout + stderr);
  await writeFile(join(env.dir, COMPLETE), `${JSON.stringify({ packages })}\n`);
}

async function createVenv(python: string, dir: string): Promise<void> {
  const version = ['-c', 'import sys; sys.exit(sys.version_info[0] != 3)'];
  const probe = await runToEnd(python, version).catch(() => null);
  if (probe?.code !== 0) {
    throw new EngineError('python-missing', `Python 3 is needed, and "${python}" is none`, probe?.stderr);
  }
  const { code, stdout, stderr } = await runToEnd(python, ['-m', 'venv', dir]);
  if (code === 0) return;
  const hint = '(Debian and Ubuntu keep it in a package of its own, python3-venv)';
  throw new EngineError('python-missing', `"${python} -m venv" does not work ${hint}`, stdout + stderr);
}

const UNREACHABLE =
  /NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|SSLError|Max retries exceeded|Network is unreachable|Connection (?:refused|reset|broken)/;

function pipError(packages: readonly string[], output: string): EngineError {
  const last = output.trim().split('\n').slice(-6).join('\n');
  if (UNREACHABLE.test(output)) {
    return new EngineError('pypi-unreachable', 'pip cannot reach its package index (PyPI)', last);
  }
  return new EngineError('pip-failed', `pip could not install ${packages.join(' ')}`, last);
}
