import { describe, expect, it } from 'vitest';
import type { JobStep } from '../../src/redis/moves.js';
import { addJob, begin, FUTURE, LEGACY, LISTED, rearm, rollBack, useRedis } from './support.js';

const redis = useRedis();

describe('a series registered again by the id of its job', () => {
  const SERIES = 'migrate-scheduler:series:s1';
  const NATIVE = 'rq:scheduled:default';
  const fields = (over: Record<string, string> = {}): [string, string][] =>
    Object.entries({
      ...{ kind: 'cron', interval: '', cron: '0 3 * * *', tz: 'UTC', dialect: 'crontab', remaining: '' },
      ...{ slot: String(FUTURE), job_id: `s1-${FUTURE}`, queue: 'default', data: 'call', legacy_id: 'x' },
      ...{ version: '2', job: 'x', listed_in: LISTED, state: 'active', ...over },
    });
  const seriesFields = (slot: number, over: Record<string, string>) =>
    fields({ slot: String(slot), job_id: `s1-${slot}`, ...over });
  const at = (slot: number, over: Record<string, string> = {}) =>
    rearm('x', {
      ...{
        score: String(slot),
        slot: String(slot),
        newId: `s1-${slot}`,
        seriesFields: seriesFields(slot, over),
      },
    });
  /** A run that made the series, and the client's entry that came since. */
  const again = async (first: JobStep, score: number) => {
    await addJob(redis.raw, 'x', first.score);
    const fence = await begin(redis.port);
    expect(await redis.port.moveBatch(fence, [first])).toEqual(['done']);
    await addJob(redis.raw, 'x', score);
    return fence;
  };

  it('goes on where it asks for the same; one rollback brings the job back once', async () => {
    const fence = await again(at(FUTURE), FUTURE);
    expect(await redis.port.moveBatch(fence, [at(FUTURE)])).toEqual(['known']);
    expect(await redis.raw.zrange(NATIVE, '0', '-1')).toEqual([`s1-${FUTURE}`]);
    expect(await redis.raw.exists(LEGACY)).toBe(0);
    // The client wrote it just before the run at that time, which has been since.
    await redis.raw.hset(SERIES, 'slot', FUTURE + 60, 'job_id', `s1-${FUTURE + 60}`);
    await redis.raw.zrem(NATIVE, `s1-${FUTURE}`);
    await redis.raw.zadd(NATIVE, FUTURE + 60, `s1-${FUTURE + 60}`);
    await redis.raw.hset(`rq:job:s1-${FUTURE + 60}`, 'status', 'scheduled');
    await addJob(redis.raw, 'x', FUTURE);
    expect(await redis.port.moveBatch(fence, [at(FUTURE)])).toEqual(['known']);
    expect((await redis.port.accountJournal('r1', null)).jobs[0]).toMatchObject({ state: 'armed' });
    expect((await rollBack(redis.port, fence)).map(({ result }) => result)).toEqual([
      ...['already', 'already', 'advanced'],
    ]);
    expect(await redis.raw.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['x', String(FUTURE + 60)]);
    expect(await redis.raw.exists(SERIES, NATIVE)).toBe(0);
  });

  it.each([
    ['another time', { kind: 'interval', interval: '60' }, { kind: 'interval', interval: '60' }, FUTURE + 5],
    ['another rule', {}, { cron: '0 4 * * *' }, FUTURE + 5],
    ['another call at the same time', {}, { data: 'other' }, FUTURE],
    ['a count', {}, { remaining: '3' }, FUTURE],
  ])('is replaced by %s; one rollback brings back the newer', async (_, before, after, slot) => {
    const fence = await again(at(FUTURE, before), slot);
    expect(await redis.port.moveBatch(fence, [at(slot, after)])).toEqual(['done']);
    expect(await redis.raw.zrange(NATIVE, '0', '-1', 'WITHSCORES')).toEqual([`s1-${slot}`, String(slot)]);
    expect(await redis.raw.hgetall(SERIES)).toEqual(Object.fromEntries(seriesFields(slot, after)));
    expect(await redis.raw.keys('rq:job:s1-*')).toEqual([`rq:job:s1-${slot}`]);
    expect(await redis.raw.zrange(LISTED, '0', '-1', 'WITHSCORES')).toEqual(['x', String(slot)]);
    await rollBack(redis.port, fence);
    expect(await redis.raw.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['x', String(slot)]);
    expect(await redis.raw.exists(SERIES, NATIVE, LISTED)).toBe(0);
  });

  it('has the newer call where its job was renamed', async () => {
    const renamed = (slot: number, over: Record<string, string> = {}) => {
      const step = at(slot, { job: 's1', ...over });
      return { ...step, realId: Buffer.from('s1') } as JobStep;
    };
    const fence = await again(renamed(FUTURE), FUTURE + 5);
    await redis.raw.hset('rq:job:s1', { status: 'started', worker_name: 'w' });
    await redis.raw.hset('rq:job:x', 'data', 'other');
    expect(await redis.port.moveBatch(fence, [renamed(FUTURE + 5, { data: 'other' })])).toEqual(['done']);
    expect(await redis.raw.hmget('rq:job:s1', 'data', 'status', 'worker_name')).toEqual([
      ...['other', 'started', 'w'],
    ]);
    expect(await redis.raw.exists('rq:job:x')).toBe(0);
    expect(await redis.raw.zrange(LISTED, '0', '-1', 'WITHSCORES')).toEqual(['s1', String(FUTURE + 5)]);
    await redis.raw.hset('rq:job:s1', 'status', 'finished');
    await rollBack(redis.port, fence);
    expect(await redis.raw.hget('rq:job:x', 'data')).toBe('other');
    expect(await redis.raw.exists('rq:job:s1', LISTED, SERIES)).toBe(0);
  });

  it('begins anew where it was over or lost, and waits for an occurrence under way', async () => {
    const fence = await again(at(FUTURE), FUTURE + 5);
    const busy = at(FUTURE + 5, { cron: '0 4 * * *' });
    await redis.raw.zadd(NATIVE, 1000, `s1-${FUTURE}`);
    expect(await redis.port.moveBatch(fence, [busy])).toEqual(['busy']);
    await redis.raw.zrem(NATIVE, `s1-${FUTURE}`);
    await redis.raw.hset(`rq:job:s1-${FUTURE}`, 'status', 'started');
    expect(await redis.port.moveBatch(fence, [busy])).toEqual(['busy']);
    await redis.raw.hset(`rq:job:s1-${FUTURE}`, 'status', 'failed');
    expect(await redis.port.moveBatch(fence, [busy])).toEqual(['done']);
    for (const state of ['finished', 'cancelled']) {
      await redis.raw.hset(SERIES, 'state', state);
      await redis.raw.del(NATIVE, `rq:job:s1-${FUTURE + 5}`);
      await addJob(redis.raw, 'x', FUTURE + 5);
      expect(await redis.port.moveBatch(fence, [busy])).toEqual(['done']);
      expect(await redis.raw.hget(SERIES, 'state')).toBe('active');
    }
  });

  it('leaves a series alone that rq_recurring has registered since', async () => {
    const fence = await again(at(FUTURE), FUTURE + 5);
    await redis.raw.hset(SERIES, 'name', 's1');
    const old = await redis.raw.dumpBuffer(SERIES);
    expect(await redis.port.moveBatch(fence, [at(FUTURE + 5, { cron: '0 4 * * *' })])).toEqual(['known']);
    expect(await redis.raw.dumpBuffer(SERIES)).toEqual(old);
    expect(await redis.raw.exists(LEGACY)).toBe(0);
  });

  it('leaves a paused series alone', async () => {
    const fence = await again(at(FUTURE), FUTURE + 5);
    await redis.raw.hset(SERIES, { state: 'paused', slot: '', job_id: '' });
    expect(await redis.port.moveBatch(fence, [at(FUTURE + 5, { cron: '0 4 * * *' })])).toEqual(['known']);
    expect(await redis.raw.hget(SERIES, 'state')).toBe('paused');
    expect(await redis.raw.exists(LEGACY)).toBe(0);
  });

  it.each([
    ['made', { legacy_id: '', name: '' }],
    ['taken over', { name: 's1' }],
  ])('keeps the call of a series that the application has %s, in its job too', async (_, over) => {
    const { raw } = redis;
    const fence = await again(at(FUTURE), FUTURE + 5);
    await raw.hset(SERIES, { ...over, data: 'new', meta: 'new meta', timeout: '' });
    await raw.hset('rq:job:x', { data: 'old', meta: 'old meta', timeout: '77', status: 'queued' });
    expect(await redis.port.moveBatch(fence, [at(FUTURE + 5, { cron: '0 4 * * *' })])).toEqual(['known']);
    expect(await raw.hmget('rq:job:x', 'data', 'meta', 'timeout', 'status')).toEqual([
      ...['new', 'new meta', '77', 'queued'],
    ]);
    // A count is the job's own.
    await raw.hset(SERIES, 'remaining', '3');
    await addJob(raw, 'x', FUTURE + 5, { data: 'old', meta: 'old meta' });
    expect(await redis.port.moveBatch(fence, [at(FUTURE + 5)])).toEqual(['known']);
    expect(await raw.hmget('rq:job:x', 'data', 'meta')).toEqual(['new', 'old meta']);
    expect(await raw.zcard(LISTED)).toBe(1);
  });
});
