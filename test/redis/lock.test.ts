import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RunLock } from '../../src/redis/lock.js';
import { LockLost } from '../../src/redis/problem.js';
import { useRedis } from './support.js';

const redis = useRedis();
const LOCK = 'migrate-scheduler:lock';
const LEGACY_LOCK = 'rq:scheduler_lock';

async function take(runId: string, host = 'here', alive = false): Promise<RunLock> {
  const result = await redis.port.acquireRunLock({ runId, host, pid: 42, isAlive: () => alive });
  if (!result.ok) throw new Error('held');
  return result.lock;
}

describe('the run lock', () => {
  it('is held by one run; the other learns by whom', async () => {
    const first = await take('r1');
    const asked: unknown[] = [];
    const second = await redis.port.acquireRunLock({
      runId: 'r2',
      host: 'here',
      pid: 43,
      isAlive: (host, pid) => {
        asked.push([host, pid]);
        return true;
      },
    });
    expect(second).toEqual({ ok: false, holder: { runId: 'r1', token: first.token, host: 'here', pid: 42 } });
    expect(asked).toEqual([['here', 42]]);
    expect(await redis.raw.get(LOCK)).toBe(first.value);
    expect(await redis.raw.pttl(LOCK)).toBeGreaterThan(20_000);
  });

  it('is taken over from a dead process of the same host, never of another host', async () => {
    const first = await take('r1', 'there');
    const other = await redis.port.acquireRunLock({
      runId: 'r2',
      host: 'here',
      pid: 1,
      isAlive: () => false,
    });
    expect(other.ok).toBe(false);
    const same = await redis.port.acquireRunLock({
      runId: 'r3',
      host: 'there',
      pid: 1,
      isAlive: () => false,
    });
    expect(same).toMatchObject({ ok: true, tookOver: { runId: 'r1' } });
    if (same.ok) expect(same.lock.token).toBeGreaterThan(first.token);
  });

  it('is not taken when somebody else was faster', async () => {
    await take('r1');
    const late = await redis.port.acquireRunLock({
      runId: 'r2',
      host: 'here',
      pid: 1,
      isAlive: async () => {
        await redis.raw.set(LOCK, JSON.stringify({ runId: 'r9', token: 99, host: 'x', pid: 9 }));
        return false;
      },
    });
    expect(late).toMatchObject({ ok: false, holder: { runId: 'r9' } });
  });

  it('is released by its owner only', async () => {
    const first = await take('r1');
    const second = await take('r2');
    await redis.port.releaseLocks(first, null);
    expect(await redis.raw.get(LOCK)).toBe(second.value);
    await redis.port.releaseLocks(second, null);
    expect(await redis.raw.exists(LOCK)).toBe(0);
  });
});

describe('the legacy lock', () => {
  it('waits until the pass of a live scheduler ends', async () => {
    const run = await take('r1');
    await redis.raw.set(LEGACY_LOCK, '1764000000.5', 'PX', 500);
    const waits: string[] = [];
    const result = await redis.port.acquireLegacyLock(run, {
      waitMs: 5000,
      onWait: (value) => waits.push(value),
    });
    expect(result).toEqual({ ok: true, lock: { value: `migrate-scheduler:${run.token}` } });
    expect(waits).toEqual(['1764000000.5']);
    expect(await redis.raw.get(LEGACY_LOCK)).toBe(`migrate-scheduler:${run.token}`);
    expect(await redis.raw.pttl(LEGACY_LOCK)).toBeGreaterThan(50_000);
  });

  it('gives up after the wait and leaves the scheduler its lock', async () => {
    const run = await take('r1');
    await redis.raw.set(LEGACY_LOCK, '1764000000.5', 'PX', 30_000);
    const result = await redis.port.acquireLegacyLock(run, { waitMs: 300 });
    expect(result).toMatchObject({ ok: false, value: '1764000000.5' });
    expect(await redis.raw.get(LEGACY_LOCK)).toBe('1764000000.5');
  });

  it('takes over what a dead run left, only with the run lock in hand', async () => {
    const run = await take('r1');
    await redis.raw.set(LEGACY_LOCK, 'migrate-scheduler:0', 'PX', 30_000);
    expect((await redis.port.acquireLegacyLock(run, { waitMs: 0 })).ok).toBe(true);
    await take('r2');
    await expect(redis.port.acquireLegacyLock(run, { waitMs: 0 })).rejects.toBeInstanceOf(LockLost);
  });

  it('is released by value: a scheduler that took it meanwhile keeps it', async () => {
    const run = await take('r1');
    const legacy = await redis.port.acquireLegacyLock(run, { waitMs: 0 });
    if (!legacy.ok) throw new Error('held');
    await redis.raw.set(LEGACY_LOCK, '1764000000.5');
    await redis.port.releaseLocks(run, legacy.lock);
    expect(await redis.raw.get(LEGACY_LOCK)).toBe('1764000000.5');
  });
});

describe('LockKeeper', () => {
  it('renews both, retakes a legacy lock that an old scheduler deleted, and notices a loss', async () => {
    const run = await take('r1');
    const legacy = await redis.port.acquireLegacyLock(run, { waitMs: 0 });
    if (!legacy.ok) throw new Error('held');
    const keeper = redis.port.keepLocks(run, legacy.lock, 50);
    await redis.raw.pexpire(LOCK, 5_000);
    await redis.raw.del(LEGACY_LOCK);
    await delay(250);
    expect(keeper.lost).toBeNull();
    expect(await redis.raw.pttl(LOCK)).toBeGreaterThan(20_000);
    expect(await redis.raw.get(LEGACY_LOCK)).toBe(legacy.lock.value);

    await redis.raw.set(LEGACY_LOCK, '1764000000.5');
    await delay(250);
    expect(keeper.lost).toMatchObject({ which: 'legacy' });
    await keeper.stop();
  });

  it('renews nothing after stop', async () => {
    const run = await take('r1');
    const keeper = redis.port.keepLocks(run, null, 30);
    await keeper.stop();
    await redis.raw.pexpire(LOCK, 5_000);
    await delay(120);
    expect(await redis.raw.pttl(LOCK)).toBeLessThan(5_001);
  });
});
