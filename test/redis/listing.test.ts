import { describe, expect, it } from 'vitest';
import type { JobStep } from '../../src/redis/moves.js';
import { addJob, begin, FUTURE, LEGACY, LISTED, move, rearm, rollBack, useRedis } from './support.js';

const redis = useRedis();
const WEEK_MS = 7 * 86_400_000;

const listed = () => redis.raw.zrange(LISTED, '0', '-1', 'WITHSCORES');

const rename = (id: string, newId: string): JobStep =>
  ({ ...move(id, FUTURE), op: 'rename', newId }) as JobStep;

describe('what a Scheduler of rq_recurring lists', () => {
  it('is what was moved, by the ids and times that it has now; nothing of it after a rollback', async () => {
    const { raw, port } = redis;
    for (const id of ['once', 'a:b', 'cron', 'kept']) await addJob(raw, id, FUTURE);
    await raw.zadd(LEGACY, FUTURE, 'ghost');
    await raw.zadd(LISTED, FUTURE + 5, 'of the application');
    const fence = await begin(port);
    const steps: JobStep[] = [
      move('once', FUTURE),
      rename('a:b', 'a-b'),
      rearm('cron'),
      { op: 'drop', id: Buffer.from('ghost'), score: String(FUTURE) },
      { op: 'retire', id: Buffer.from('kept'), score: String(FUTURE), queue: 'default' },
    ];
    expect(await port.moveBatch(fence, steps)).toEqual(Array(5).fill('done'));
    const all = ['a-b', 'cron', 'once'].flatMap((id) => [id, String(FUTURE)]);
    expect(await listed()).toEqual([...all, 'of the application', String(FUTURE + 5)]);
    expect(await port.moveBatch(fence, steps)).toEqual(Array(5).fill('gone'));
    expect(await listed()).toHaveLength(8);

    await addJob(raw, 'once', FUTURE + 9);
    const again = { ...move('once', FUTURE + 9), op: 'reschedule' } as JobStep;
    expect(await port.moveBatch(fence, [again])).toEqual(['done']);
    expect(await raw.zscore(LISTED, 'once')).toBe(String(FUTURE + 9));

    await rollBack(port, fence);
    expect(await listed()).toEqual(['of the application', String(FUTURE + 5)]);
  });

  it('goes a week after the last time in it, and never sooner than it would have', async () => {
    const { raw, port } = redis;
    await addJob(raw, 'later', FUTURE);
    await addJob(raw, 'sooner', FUTURE - 60);
    await addJob(raw, 'overdue', 1000);
    const fence = await begin(port);
    const expiry = async () => Date.now() + (await raw.pttl(LISTED));
    await port.moveBatch(fence, [move('overdue', 1000)]);
    expect(await raw.pttl(LISTED)).toBeGreaterThan(WEEK_MS - 10_000);
    await port.moveBatch(fence, [move('later', FUTURE)]);
    const last = await expiry();
    expect(Math.abs(last - (FUTURE * 1000 + WEEK_MS))).toBeLessThan(10_000);
    await port.moveBatch(fence, [move('sooner', FUTURE - 60)]);
    expect(Math.abs((await expiry()) - last)).toBeLessThan(10_000);
  });

  it('stays where the application keeps it', async () => {
    const { raw, port } = redis;
    await raw.zadd(LISTED, FUTURE, 'of the application');
    await addJob(raw, 'a', FUTURE);
    await port.moveBatch(await begin(port), [move('a', FUTURE)]);
    expect(await raw.pttl(LISTED)).toBe(-1);
  });

  it.each(['inf', '1e300'])('takes a score of %s', async (score) => {
    const { raw, port } = redis;
    await addJob(raw, 'a', score);
    expect(
      await port.moveBatch(await begin(port), [move('a', (await raw.zscore(LEGACY, 'a')) ?? '')]),
    ).toEqual(['done']);
    expect(await raw.zcard(LISTED)).toBe(1);
  });

  it('is named when its key holds something else; nothing is moved then', async () => {
    const { raw, port } = redis;
    await raw.set(LISTED, 'x');
    await addJob(raw, 'a', FUTURE);
    const fence = await begin(port);
    await expect(port.moveBatch(fence, [move('a', FUTURE)])).rejects.toMatchObject({
      code: 'redis-wrongtype',
      args: { key: LISTED },
    });
    expect(await raw.zscore(LEGACY, 'a')).toBe(String(FUTURE));
  });
});

describe('the real job of a series', () => {
  it('gets a status where it has none, no expiry, and keeps every other byte', async () => {
    const { raw, port } = redis;
    const fields = { meta: Buffer.from([128, 4, 255]), result_ttl: '-1', timeout: '' };
    await addJob(raw, 'cron', FUTURE, fields);
    await raw.pexpire('rq:job:cron', 90_000);
    const before = await raw.hgetallBuffer('rq:job:cron');
    expect(await port.moveBatch(await begin(port), [rearm('cron')])).toEqual(['done']);
    expect(await raw.hgetallBuffer('rq:job:cron')).toEqual({ ...before, status: Buffer.from('scheduled') });
    expect(await raw.pttl('rq:job:cron')).toBe(-1);
  });

  it('is renamed where RQ cannot hold its id, but not while a worker has it, and not over another job', async () => {
    const { raw, port } = redis;
    await addJob(raw, 'a:b', FUTURE, { status: 'started', data: 'd' });
    const step = rearm('a:b', { realId: Buffer.from('s1') });
    const fence = await begin(port);
    expect(await port.moveBatch(fence, [step])).toEqual(['busy']);
    await raw.hset('rq:job:a:b', 'status', 'finished');
    await raw.hset('rq:job:s1', 'data', 'another');
    expect(await port.moveBatch(fence, [step])).toEqual(['exists']);
    await raw.del('rq:job:s1');
    expect(await port.moveBatch(fence, [step])).toEqual(['done']);
    expect(await raw.hmget('rq:job:s1', 'data', 'status')).toEqual(['d', 'finished']);
    expect(await raw.exists('rq:job:a:b')).toBe(0);
    expect(await raw.zrange(LISTED, '0', '-1')).toEqual(['s1']);
  });
});
