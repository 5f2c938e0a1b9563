import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { type PrivateRedis, startPrivateRedis } from '../../src/world/engines/redis-server.js';
import { ALL_PAIRS, DEFAULT_PAIRS, NEWEST_PAIR, type VersionPair } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

/** MIGRATE_SCHEDULER_WIDE=1: every RQ, and frequent cron expressions over 400 days too. Takes many minutes. */
const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const PAIRS = WIDE ? ALL_PAIRS : DEFAULT_PAIRS;

/** croniter beside each RQ: one old enough to have come with it, and newer ones where RQ brings its own. */
const CRONITER: Readonly<Record<string, string>> = {
  '1.15.1': 'croniter==2.0.1',
  '2.6.1': 'croniter==6.0.0',
};

async function python(pair: VersionPair, program: string, env: NodeJS.ProcessEnv = {}) {
  const extras = [CRONITER[pair.rq] ?? 'croniter'];
  const venv = await ensureVenv({ cacheDir: TEST_CACHE, ...pair, extras });
  return runToEnd(venv.python, ['-B', `${ROOT}test/runtime/py/${program}`], {
    env: { ...process.env, ...env },
  });
}

describe.concurrent.each(PAIRS)('rq_recurring on rq $rq', (pair) => {
  let redis: PrivateRedis;
  beforeAll(async () => {
    redis = await startPrivateRedis({ cacheDir: TEST_CACHE });
  });
  afterAll(() => redis.stop());

  it('keeps every property with real workers', { timeout: 180_000 }, async () => {
    const port = String(redis.port);
    const { code, stdout, stderr } = await python(pair, 'test_runtime.py', { RQ_RECURRING_REDIS_PORT: port });
    expect(`${stdout}${stderr}`).toMatch(new RegExp(`rq ${pair.rq.replaceAll('.', '\\.')}\\b[^]*\\nOK`));
    expect(code).toBe(0);
  });
});

describe.each(WIDE ? PAIRS : [NEWEST_PAIR])('cron times beside rq $rq', (pair) => {
  it('equal those of crontab and croniter', { timeout: 900_000 }, async () => {
    const { code, stdout, stderr } = await python(pair, 'test_cron.py');
    expect(`${stdout}${stderr}`).toMatch(/croniter: \d+ fire times equal[^]*\nOK/);
    expect(code).toBe(0);
  });
});
