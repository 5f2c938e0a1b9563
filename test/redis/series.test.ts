import { describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import type { RepairStep } from '../../src/redis/series.js';
import { FUTURE, useRedis } from './support.js';

const redis = useRedis();
const SERIES = 'migrate-scheduler:series';
const RUN = { runId: 'r9', now: 1000, tool: 'test' };

async function addSeries(id: string, fields: Record<string, string> = {}): Promise<void> {
  await redis.raw.sadd(SERIES, id);
  await redis.raw.hset(`${SERIES}:${id}`, {
    state: 'active',
    queue: 'default',
    slot: '500',
    job_id: `${id}-500`,
    data: 'x',
    ...fields,
  });
}

async function addJob(id: string, status: string): Promise<void> {
  await redis.raw.hset(`rq:job:${id}`, 'status', status);
}

const step = (id: string, over: Partial<RepairStep> = {}): RepairStep => ({
  id,
  jobId: `${id}-500`,
  slot: '500',
  nextSlot: String(FUTURE),
  jobFields: [['status', 'scheduled']],
  ...over,
});

async function lock() {
  const got = await redis.port.acquireRunLock({ runId: 'r9', host: 'h', pid: 1, isAlive: () => false });
  if (!got.ok) throw new Error('held');
  return got.lock;
}

const lossOf = async (id: string, port = redis.port) =>
  (await port.readSeries([id], { data: false }))[0]?.loss;

describe('series as read', () => {
  it('reads ids page by page, and says nothing of those whose hash has expired', async () => {
    const ids = Array.from({ length: 1200 }, (_, i) => `s${String(i).padStart(4, '0')}`);
    await redis.raw.sadd(SERIES, ...ids);
    expect(await redis.port.seriesIds()).toEqual(ids);
    const read = await redis.port.readSeries(ids.slice(0, 600), { data: false });
    expect(read).toHaveLength(600);
    expect(read.every(({ fields, loss }) => fields.size === 0 && loss === null)).toBe(true);
  });

  it('leaves data out unless asked for', async () => {
    await addSeries('a');
    const names = async (data: boolean) => [
      ...((await redis.port.readSeries(['a'], { data }))[0]?.fields.keys() ?? []),
    ];
    expect(await names(false)).not.toContain('data');
    expect(await names(true)).toContain('data');
  });

  it('knows where an occurrence may be', async () => {
    const { raw } = redis;
    await addSeries('a');
    expect(await lossOf('a')).toBe('job-gone');
    // In the registry alone it cannot run.
    await raw.zadd('rq:scheduled:default', 500, 'a-500');
    expect(await lossOf('a')).toBe('job-gone');
    await addJob('a-500', 'scheduled');
    expect(await lossOf('a')).toBeNull();
    await raw.del('rq:scheduled:default');
    expect(await lossOf('a')).toBe('job-ended');
    for (const status of ['started', 'deferred', 'rate_limited', 'ready_to_enqueue']) {
      await addJob('a-500', status);
      expect(await lossOf('a')).toBeNull();
    }
    await addJob('a-500', 'queued');
    expect(await lossOf('a')).toBe('not-on-queue');
    await raw.rpush('rq:queue:default:intermediate', 'a-500');
    expect(await lossOf('a')).toBeNull();
    await raw.hset(`${SERIES}:a`, 'state', 'finished');
    await raw.flushall();
    await addSeries('a', { state: 'cancelled' });
    expect(await lossOf('a')).toBeNull();
  });

  it('finds a queued job without LPOS too (Redis before 6.0.6)', async () => {
    const { raw, redis: server } = redis;
    await raw.call('ACL', 'SETUSER', 'old', 'on', '>pw', '~*', '&*', '+@all', '-lpos');
    const port = await connectRedis(server.url.replace('redis://', 'redis://old:pw@'));
    try {
      await addSeries('a');
      await addJob('a-500', 'queued');
      await raw.rpush('rq:queue:default', ...Array.from({ length: 2500 }, (_, i) => `x${i}`));
      expect(await lossOf('a', port)).toBe('not-on-queue');
      await raw.rpush('rq:queue:default', 'a-500');
      expect(await lossOf('a', port)).toBeNull();
    } finally {
      port.close();
      await raw.call('ACL', 'DELUSER', 'old');
    }
  });
});

describe('repairSeries', () => {
  it('arms once, records its run, and knows the queue', async () => {
    const { raw, port } = redis;
    await addSeries('a');
    await addJob('a-500', 'failed');
    const held = await lock();
    expect(await port.repairSeries(held, RUN, [step('a')])).toEqual([{ done: true, jobId: `a-${FUTURE}` }]);
    expect(await raw.zscore('rq:scheduled:default', `a-${FUTURE}`)).toBe(String(FUTURE));
    expect(await raw.hmget(`${SERIES}:a`, 'slot', 'job_id')).toEqual([String(FUTURE), `a-${FUTURE}`]);
    expect(await raw.smembers('rq:queues')).toEqual(['rq:queue:default']);
    // It failed: people may want to see why.
    expect(await raw.exists('rq:job:a-500')).toBe(1);
    expect(await port.readRun('r9')).toMatchObject({ state: 'applied', counts: { repaired: 1 }, batches: 1 });
    expect(await port.currentRun()).toBeNull();

    const again = step('a', { jobId: `a-${FUTURE}`, slot: String(FUTURE) });
    expect(await port.repairSeries(held, RUN, [step('a'), again])).toEqual([
      { done: false },
      { done: false },
    ]);
    expect((await port.readRun('r9'))?.batches).toBe(1);
  });

  it.each(['migrate-scheduler:scheduled_jobs', 'app:scheduled'])('gives it its time in %s', async (set) => {
    await addSeries('a', { version: '2', job: 'real', listed_in: set });
    await addSeries('over', { version: '2', job: 'other', listed_in: set });
    await addSeries('every', { version: '2', job: 'own', listed_in: '' });
    await redis.raw.zadd(set, 500, 'real', 500, 'other');
    const steps = [step('a'), step('over', { nextSlot: null, jobFields: [] }), step('every')];
    expect(await redis.port.repairSeries(await lock(), RUN, steps)).toMatchObject(
      steps.map(() => ({ done: true })),
    );
    expect(await redis.raw.zrange(set, '0', '-1', 'WITHSCORES')).toEqual(['real', String(FUTURE)]);
  });

  it('counts the run that was enqueued before arming failed; a rollback takes that back', async () => {
    const { raw, port } = redis;
    await addSeries('a', { version: '2', job: 'real', listed_in: '', enqueued: '500', remaining: '4' });
    await addSeries('b', { version: '2', job: 'b', listed_in: '', enqueued: '400', remaining: '4' });
    const held = await lock();
    await port.repairSeries(held, RUN, [step('a'), step('b')]);
    const remaining = async () => [
      await raw.hget(`${SERIES}:a`, 'remaining'),
      await raw.hget(`${SERIES}:b`, 'remaining'),
    ];
    expect(await remaining()).toEqual(['3', '4']);
    await port.beginRun(held, { runId: 'r9', state: 'rolling-back', now: 2000, tool: 'test' });
    const { jobs } = await port.rollbackBatch(held, 'r9');
    expect(jobs.map(({ result }) => result)).toEqual(['unarmed', 'unarmed']);
    expect(await remaining()).toEqual(['4', '4']);
  });

  it('leaves alone what is no longer as it was read', async () => {
    await addSeries('ran', { slot: '600' });
    await addSeries('cancelled', { state: 'cancelled' });
    const held = await lock();
    const steps = [step('ran'), step('cancelled'), step('unknown')];
    expect(await redis.port.repairSeries(held, RUN, steps)).toEqual(steps.map(() => ({ done: false })));
    expect(await redis.raw.exists('rq:scheduled:default', 'migrate-scheduler:run:r9')).toBe(0);
  });

  it('takes a free id, and forgets a lost job that only waited', async () => {
    await addSeries('a');
    await addJob('a-500', 'queued');
    await addJob(`a-${FUTURE}`, 'canceled');
    expect(await redis.port.repairSeries(await lock(), RUN, [step('a')])).toEqual([
      { done: true, jobId: `a-${FUTURE}-2` },
    ]);
    expect(await redis.raw.exists('rq:job:a-500')).toBe(0);
  });

  it('writes nothing without the lock', async () => {
    await addSeries('a');
    const held = await lock();
    await redis.raw.set('migrate-scheduler:lock', 'another');
    await expect(redis.port.repairSeries(held, RUN, [step('a')])).rejects.toMatchObject({ which: 'run' });
    expect(await redis.raw.exists('rq:scheduled:default', 'migrate-scheduler:run:r9')).toBe(0);
  });
});
