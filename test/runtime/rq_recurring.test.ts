import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PrivateRedis, startPrivateRedis } from '../../src/world/engines/redis-server.js';
import { ALL_PAIRS, DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { TEST_CACHE } from '../support/paths.js';
import { runProgram, WIDE } from './py.js';

describe.each(WIDE ? ALL_PAIRS : DEFAULT_PAIRS)('rq_recurring on rq $rq', (pair) => {
  let redis: PrivateRedis;
  beforeAll(async () => {
    redis = await startPrivateRedis({ cacheDir: TEST_CACHE });
  });
  afterAll(() => redis.stop());

  it('keeps every property with real workers', { timeout: 180_000 }, async () => {
    const port = String(redis.port);
    const { code, stdout, stderr } = await runProgram(pair, 'test_runtime.py', {
      RQ_RECURRING_REDIS_PORT: port,
    });
    expect(stdout).toContain(` rq ${pair.rq}\n`);
    expect(`${stdout}${stderr}`).toMatch(/\nOK/);
    expect(code).toBe(0);
  });
});
