import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RunLock } from '../../src/redis/lock.js';
import type { EntryStep } from '../../src/redis/repairs.js';
import { dumps, nativeKey } from '../support/redisContents.js';
import { BINARY_ID, begin, contents, FUTURE, jobKey, rollBack, useRedis } from './support.js';

const RUN = { runId: 'r1', now: 1000, tool: 'test' };
const Q = nativeKey('q');
const sha = (value: string) => createHash('sha1').update(value).digest('hex');

describe('repairEntries', () => {
  const redis = useRedis();

  async function plant(id: string | Buffer, score = FUTURE, fields: Record<string, string> = { data: 'x' }) {
    await redis.raw.zadd(Q, score, id);
    await redis.raw.hset(jobKey(id), fields);
  }
  /** The lock of `begin`, with no run begun: a repair records its own. */
  async function lock(): Promise<RunLock> {
    const taken = await redis.port.acquireRunLock({ runId: 'r1', host: 'h', pid: 1, isAlive: () => false });
    if (!taken.ok) throw new Error('run lock held');
    return taken.lock;
  }
  const step = (id: string | Buffer, change: Partial<EntryStep> = {}): EntryStep => ({
    ...{ op: 'mend', queue: 'q', id: Buffer.from(id), score: String(FUTURE), type: 'hash', careful: true },
    ...{ newId: null, newScore: null, fields: [], ...change },
  });
  const setTtl = (was: string): EntryStep['fields'] => [{ name: 'ttl', was, act: 'set', value: '9' }];

  it('does all of it once, with its journal; a second call and a crash between change nothing', async () => {
    await plant('a:b', FUTURE, { data: 'x', created_at: 'bad' });
    await redis.raw.pexpire(jobKey('a:b'), 5_000_000);
    await redis.raw.set('rq:results:a:b', 'r');
    await plant(BINARY_ID);
    await redis.raw.zadd(Q, FUTURE, 'ghost', -3, 'early');
    await redis.raw.hset(jobKey('early'), { data: 'x' });
    const before = await dumps(redis.raw);
    const run = await lock();
    const steps = [
      step('a:b', { newId: 'a-b', fields: [{ name: 'created_at', was: sha('bad'), act: 'del' }] }),
      step(BINARY_ID, { op: 'quarantine' }),
      step('ghost', { op: 'remove', type: 'none' }),
      step('early', { score: '-3', newScore: '0', fields: setTtl('') }),
    ];
    expect(await redis.port.repairEntries(run, RUN, steps)).toEqual(['done', 'done', 'done', 'done']);
    expect(await redis.raw.hgetall(jobKey('a-b'))).toEqual({ data: 'x' });
    expect(await redis.raw.pttl(jobKey('a-b'))).toBeGreaterThan(4_000_000);
    expect(await redis.raw.get('rq:results:a-b')).toBe('r');
    expect(await redis.raw.zrange(Q, '0', '-1', 'WITHSCORES')).toEqual(['early', '0', 'a-b', String(FUTURE)]);
    expect(await redis.raw.zcard('migrate-scheduler:quarantine:r1')).toBe(1);
    expect(await redis.port.readRun('r1')).toMatchObject({
      state: 'applied',
      counts: { mended: 4 },
      batches: 1,
    });
    const after = await contents(redis.raw);
    expect(await redis.port.repairEntries(run, RUN, steps)).toEqual(['gone', 'gone', 'gone', 'changed']);
    expect(await contents(redis.raw)).toEqual(after);

    const fence = { runId: 'r1', run, legacy: { value: '' } };
    expect((await rollBack(redis.port, fence)).map(({ result }) => result)).toEqual(
      Array(4).fill('restored'),
    );
    const back = Object.entries(await dumps(redis.raw)).filter(
      ([key]) => !key.startsWith('migrate-scheduler:'),
    );
    expect(Object.fromEntries(back)).toEqual(before);
  });

  it('leaves alone what is not as it was read, what is due, what is taken, what others depend on', async () => {
    for (const id of ['score', 'field', 'type', 'taken', 'parent'])
      await plant(id, FUTURE, { data: 'x', ttl: '5' });
    await plant('due', 1);
    await redis.raw.set('rq:scheduler-lock:q', '1');
    await redis.raw.hset('rq:job:new', { data: 'y' });
    await redis.raw.sadd('rq:job:parent:dependents', 'child');
    const before = await contents(redis.raw);
    const steps = [
      step('score', { score: '5' }),
      step('field', { fields: setTtl(sha('6')) }),
      step('type', { op: 'quarantine', type: 'string' }),
      step('taken', { newId: 'new' }),
      step('parent', { newId: 'other' }),
      step('due', { score: '1', fields: setTtl('') }),
      step('nowhere'),
    ];
    expect(await redis.port.repairEntries(await lock(), RUN, steps)).toEqual([
      ...['changed', 'changed', 'changed', 'exists', 'dependents', 'due', 'gone'],
    ]);
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.port.readRun('r1')).toBeNull();
  });

  it('writes nothing under a lost lock, nor where the schedule is something else', async () => {
    await plant('a');
    const run = await lock();
    await redis.raw.set('migrate-scheduler:lock', 'another');
    await expect(redis.port.repairEntries(run, RUN, [step('a')])).rejects.toMatchObject({ which: 'run' });
    await redis.raw.set('migrate-scheduler:lock', run.value);
    await redis.raw.set(nativeKey('odd'), 'x');
    await expect(redis.port.repairEntries(run, RUN, [step('a', { queue: 'odd' })])).rejects.toMatchObject({
      ...{ code: 'redis-wrongtype', args: { key: nativeKey('odd') } },
    });
    expect(await redis.port.readRun('r1')).toBeNull();
  });

  it('does not take back what ran meanwhile, nor over a job of the old id', async () => {
    await plant('ran', 1000, { data: 'x', status: 'scheduled' });
    await plant('x:y');
    const run = await lock();
    const steps = [
      step('ran', { score: '1000', careful: false, fields: setTtl('') }),
      step('x:y', { newId: 'x-y' }),
    ];
    expect(await redis.port.repairEntries(run, RUN, steps)).toEqual(['done', 'done']);
    await redis.raw.zrem(Q, 'ran');
    await redis.raw.hset('rq:job:ran', 'status', 'finished');
    await redis.raw.hset('rq:job:x:y', { data: 'z' });
    const undone = await rollBack(redis.port, { runId: 'r1', run, legacy: { value: '' } });
    expect(undone.map(({ result }) => result)).toEqual(['alreadyRun', 'conflict']);
    expect(await redis.raw.hget('rq:job:ran', 'status')).toBe('finished');
    expect(await redis.raw.zscore(Q, 'x-y')).toBe(String(FUTURE));
  });

  it('does not take back what waits to run again, nor an entry whose id has a job by now', async () => {
    await plant('retried', 1000, { data: 'x', status: 'scheduled', retries_left: '1' });
    await redis.raw.zadd(Q, 1000, 'ghost');
    const run = await lock();
    const steps = [
      step('retried', { score: '1000', careful: false, fields: setTtl('') }),
      step('ghost', { op: 'remove', score: '1000', type: 'none', careful: false }),
    ];
    expect(await redis.port.repairEntries(run, RUN, steps)).toEqual(['done', 'done']);
    // It failed, and RQ's Retry put it back for later; the other id was given to a job that is in a queue.
    await redis.raw.hset('rq:job:retried', 'retries_left', '0');
    await redis.raw.zadd(Q, FUTURE, 'retried');
    await redis.raw.hset('rq:job:ghost', { data: 'z', status: 'queued' });
    const before = await contents(redis.raw);
    const undone = await rollBack(redis.port, { runId: 'r1', run, legacy: { value: '' } });
    expect(undone.map(({ result }) => result)).toEqual(['alreadyRun', 'conflict']);
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.keys('migrate-scheduler:before:*')).toEqual([]);
  });
});

describe('accountJournal', () => {
  const redis = useRedis();

  it('tells page by page where jobs are', async () => {
    const fence = await begin(redis.port);
    for (let i = 0; i < 3; i++) {
      await redis.raw.zadd('rq:scheduler:scheduled_jobs', FUTURE, `j${i}`);
      await redis.raw.hset(`rq:job:j${i}`, { origin: 'q', data: 'x' });
      const move = {
        op: 'move',
        id: Buffer.from(`j${i}`),
        score: String(FUTURE),
        queue: 'q',
        defaultTimeout: 180,
      } as const;
      expect(await redis.port.moveBatch(fence, [move])).toEqual(['done']);
    }
    await redis.raw.del('rq:job:j1');
    await redis.raw.zrem(Q, 'j2');
    await redis.raw.hset('rq:job:j2', 'status', 'queued');
    const states: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await redis.port.accountJournal('r1', after);
      states.push(...page.jobs.map(({ id, state }) => `${Buffer.from(id)} ${state}`));
      after = page.next;
      if (after === null) break;
    }
    expect(states).toEqual(['j0 scheduled', 'j1 ghost', 'j2 queued']);
    const jobs = ['j0', 'j1', 'j2'].map((id) => ({ queue: 'q', id: Buffer.from(id) }));
    expect((await redis.port.judgeJobs(jobs)).map(({ state }) => state)).toEqual([
      'scheduled',
      'ghost',
      'stray',
    ]);
    await redis.raw.zrem(nativeKey('q'), 'j1');
    expect((await redis.port.judgeJobs(jobs))[1]?.state).toBe('gone');
    await redis.raw.rpush('rq:queue:q', 'j2');
    expect((await redis.port.judgeJobs(jobs))[2]).toEqual({ state: 'queued', status: 'queued' });
    expect(await redis.port.queuedIds('q')).toEqual(new Set(['j2']));
  });
});
