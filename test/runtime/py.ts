import { runToEnd } from '../../src/world/engines/managed.js';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { startPrivateRedis } from '../../src/world/engines/redis-server.js';
import { ALL_PAIRS, DEFAULT_PAIRS, type VersionPair } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

/** MIGRATE_SCHEDULER_WIDE=1: every RQ, and frequent cron expressions over 400 days too. Takes many minutes. */
export const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';

/** What the tests of the Python distribution run on: also the last RQ 2. */
export const RECURRING_PAIRS: readonly VersionPair[] = WIDE
  ? [...ALL_PAIRS.filter(({ rq }) => rq !== '2.12.0'), { rq: '2.12.0', rqScheduler: '0.14.0' }]
  : DEFAULT_PAIRS;

/** The Python distribution, and the programs that test it. */
export const DISTRIBUTION = `${ROOT}python/`;

/** croniter beside RQ: old ones where RQ does not ask for the newest. */
const CRONITER: Readonly<Record<string, string>> = {
  '1.15.1': 'croniter==2.0.1',
  '2.6.1': 'croniter==6.0.0',
};

/** Path of the interpreter of `pair`'s environment, with croniter and `extras` in it. */
export async function interpreterOf(pair: VersionPair, extras: readonly string[] = []): Promise<string> {
  const wanted = [CRONITER[pair.rq] ?? 'croniter', ...extras];
  return (await ensureVenv({ cacheDir: TEST_CACHE, ...pair, extras: wanted })).python;
}

/**
 * Runs one of the Python test programs to its end, beside a Redis of its own. `env` may name another copy of the
 * package (RQ_RECURRING_PATH).
 */
export async function runProgram(
  python: string,
  program: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const redis = await startPrivateRedis({ cacheDir: TEST_CACHE });
  try {
    const [name = '', ...args] = program;
    const { code, stdout, stderr } = await runToEnd(
      python,
      ['-B', '-W', 'ignore', `${DISTRIBUTION}tests/${name}`, ...args],
      { env: { ...process.env, RQ_RECURRING_REDIS_PORT: String(redis.port), ...env } },
    );
    return { code, output: `${stdout}${stderr}` };
  } finally {
    await redis.stop();
  }
}
