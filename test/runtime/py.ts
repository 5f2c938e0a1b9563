import { runToEnd } from '../../src/world/engines/managed.js';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import type { VersionPair } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

/** MIGRATE_SCHEDULER_WIDE=1: every RQ, and frequent cron expressions over 400 days too. Takes many minutes. */
export const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';

/** croniter beside RQ: old ones where RQ does not ask for the newest. */
const CRONITER: Readonly<Record<string, string>> = {
  '1.15.1': 'croniter==2.0.1',
  '2.6.1': 'croniter==6.0.0',
};

/** Runs one of the Python test programs of `py/` to its end, in the environment of `pair`. */
export async function runProgram(pair: VersionPair, program: string, env: NodeJS.ProcessEnv = {}) {
  const extras = [CRONITER[pair.rq] ?? 'croniter'];
  const venv = await ensureVenv({ cacheDir: TEST_CACHE, ...pair, extras });
  return runToEnd(venv.python, ['-B', `${ROOT}test/runtime/py/${program}`], {
    env: { ...process.env, ...env },
  });
}
