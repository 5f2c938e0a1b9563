import { describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import { LockLost, RedisProblem } from '../../src/redis/problem.js';
import { useRedis } from './support.js';

const redis = useRedis();
const CANARY = {
  id: 'canary-1',
  queue: 'q',
  fields: [['status', 'scheduled'] as const, ['data', 'x'] as const],
};
const take = (runId: string, alive = true) =>
  redis.port.acquireCanaryLock({ runId, host: 'here', pid: 1, isAlive: () => alive });

async function lockOf(runId: string, alive = true) {
  const result = await take(runId, alive);
  if (!result.ok) throw new Error('the lock is taken');
  return result.lock;
}

describe('a scheduled canary', () => {
  it('waits without an expiry, is withdrawn before it is deleted, and leaves no key', async () => {
    const lock = await lockOf('a');
    await redis.port.scheduleCanary(lock, CANARY, 2e9);
    await redis.port.scheduleCanary(lock, CANARY, 3e9);
    expect(await redis.raw.zscore('rq:scheduled:q', 'canary-1')).toBe('2000000000');
    expect(await redis.raw.ttl('rq:job:canary-1')).toBe(-1);
    expect(await redis.port.leftCanaries()).toEqual([{ id: 'canary-1', queue: 'q' }]);
    const { now, states } = await redis.port.lookAtCanaries(lock, ['canary-1', 'other']);
    expect(Math.abs(now - (await redis.port.time()))).toBeLessThan(5);
    expect(states.map(({ status }) => status)).toEqual(['scheduled', null]);

    expect(await redis.port.removeCanary(lock, CANARY)).toBe('withdrawn');
    expect(await redis.raw.zcard('rq:scheduled:q')).toBe(0);
    expect(await redis.raw.exists('rq:job:canary-1')).toBe(1);
    // A scheduler that had read it enqueues it meanwhile.
    await redis.raw.rpush('rq:queue:q', 'canary-1');
    expect(await redis.port.removeCanary(lock, CANARY)).toBe('removed');
    await redis.port.releaseCanaryLock(lock);
    expect(await redis.raw.keys('*')).toEqual([]);
  });

  it('is left to the worker that runs it', async () => {
    const lock = await lockOf('a');
    await redis.port.scheduleCanary(lock, CANARY, 2e9);
    await redis.raw.hset('rq:job:canary-1', 'status', 'started');
    expect(await redis.port.removeCanary(lock, CANARY)).toBe('started');
    expect(await redis.raw.hget('rq:job:canary-1', 'data')).toBe('x');
  });

  it('is fenced: who lost the lock writes nothing more', async () => {
    const old = await lockOf('a');
    await redis.port.scheduleCanary(old, CANARY, 2e9);
    expect(await take('b')).toMatchObject({ ok: false, holder: { runId: 'a', pid: 1 } });
    const lock = await lockOf('b', false);
    const other = { ...CANARY, id: 'canary-2' };
    await expect(redis.port.scheduleCanary(old, other, 2e9)).rejects.toThrow(LockLost);
    await expect(redis.port.lookAtCanaries(old, ['canary-1'])).rejects.toThrow(LockLost);
    await expect(redis.port.removeCanary(old, CANARY)).rejects.toThrow(LockLost);
    await redis.port.releaseCanaryLock(old);
    expect(await redis.port.removeCanary(lock, CANARY)).toBe('withdrawn');
  });

  it('is not scheduled where it could not be removed again', async () => {
    await redis.raw.acl('SETUSER', 'limited', 'on', '>pw', '~*', '+@all', '-zrem');
    const port = await connectRedis(`redis://limited:pw@127.0.0.1:${redis.redis.port}`);
    try {
      const lock = await lockOf('a');
      await expect(port.scheduleCanary(lock, CANARY, 2e9)).rejects.toThrow(RedisProblem);
      await redis.port.releaseCanaryLock(lock);
      expect(await redis.raw.keys('*')).toEqual([]);
    } finally {
      port.close();
    }
  });
});
