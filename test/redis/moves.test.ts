import { describe, expect, it } from 'vitest';
import type { JobStep } from '../../src/redis/moves.js';
import { LockLost } from '../../src/redis/problem.js';
import {
  addJob,
  BINARY_ID,
  begin,
  contents,
  FUTURE,
  jobKey,
  LEGACY,
  move,
  rearm,
  rollBack,
  useRedis,
} from './support.js';

const redis = useRedis();
const RUN = 'migrate-scheduler:run:r1';
const JOURNAL = 'migrate-scheduler:journal:r1';

const rename = (id: string, newId: string): JobStep => ({
  op: 'rename',
  id: Buffer.from(id),
  score: String(FUTURE),
  queue: 'default',
  defaultTimeout: 180,
  newId,
});
const drop = (id: string | Buffer): JobStep => ({ op: 'drop', id: Buffer.from(id), score: String(FUTURE) });

describe('reschedule', () => {
  const again = (id: string, score: number): JobStep => ({
    ...{ op: 'reschedule', id: Buffer.from(id), score: String(score), queue: 'default', defaultTimeout: 180 },
  });

  it('gives a moved job the time that a client gave it since; a rollback brings it back with that', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await addJob(redis.raw, 'a', FUTURE + 60);
    expect(await redis.port.moveBatch(fence, [move('a', FUTURE + 60)])).toEqual(['exists']);
    expect(await redis.port.moveBatch(fence, [again('a', FUTURE + 60)])).toEqual(['done']);
    expect(await redis.raw.zscore('rq:scheduled:default', 'a')).toBe(String(FUTURE + 60));
    expect(await redis.raw.exists(LEGACY)).toBe(0);
    expect(await redis.raw.hget(RUN, 'moved')).toBe('1');

    expect((await rollBack(redis.port, fence)).map(({ result }) => result)).toEqual(['restored', 'already']);
    expect(await redis.raw.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['a', String(FUTURE + 60)]);
    expect(await redis.raw.exists('rq:scheduled:default')).toBe(0);
    expect(await redis.raw.hget(RUN, 'restored')).toBe('1');
  });

  it("leaves alone what RQ's scheduler may be enqueueing", async () => {
    await addJob(redis.raw, 'a', FUTURE);
    await redis.raw.zadd('rq:scheduled:default', 1_000_000, 'a');
    expect(await redis.port.moveBatch(await begin(redis.port), [again('a', FUTURE)])).toEqual(['busy']);
    expect(await redis.raw.zscore(LEGACY, 'a')).toBe(String(FUTURE));
  });
});

describe('move', () => {
  it('writes what RQ itself writes when it schedules, and keeps the rest of the hash', async () => {
    await addJob(redis.raw, BINARY_ID, `${FUTURE}.5`, { meta: Buffer.from([128, 4, 0]) });
    await redis.raw.pexpire(jobKey(BINARY_ID), 90_000);
    const fence = await begin(redis.port);
    expect(await redis.port.moveBatch(fence, [move(BINARY_ID, `${FUTURE}.5`)])).toEqual(['done']);

    expect(await redis.raw.exists(LEGACY)).toBe(0);
    expect(await redis.raw.zscore('rq:scheduled:default', BINARY_ID)).toBe(`${FUTURE}.5`);
    expect(await redis.raw.smembers('rq:queues')).toEqual(['rq:queue:default']);
    expect(await redis.raw.pttl(jobKey(BINARY_ID))).toBe(-1);
    const hash = await redis.raw.hgetallBuffer(jobKey(BINARY_ID));
    expect(Object.keys(hash).sort()).toEqual(['data', 'meta', 'origin', 'status', 'timeout']);
    expect(String(hash.status)).toBe('scheduled');
    expect(String(hash.timeout)).toBe('180');
    expect(hash.meta?.toString('hex')).toBe('800400');
    expect(await redis.raw.hget(RUN, 'moved')).toBe('1');
  });

  it('keeps a timeout that the job has', async () => {
    await addJob(redis.raw, 'a', FUTURE, { timeout: '3600' });
    await addJob(redis.raw, 'b', FUTURE, { timeout: '' });
    await redis.port.moveBatch(await begin(redis.port), [move('a', FUTURE), move('b', FUTURE)]);
    expect(await redis.raw.hget('rq:job:a', 'timeout')).toBe('3600');
    expect(await redis.raw.hget('rq:job:b', 'timeout')).toBe('180');
  });

  it('done twice, changes and journals nothing the second time', async () => {
    for (const id of ['a', 'b']) await addJob(redis.raw, id, FUTURE);
    const fence = await begin(redis.port);
    const steps = [move('a', FUTURE), move('b', FUTURE)];
    expect(await redis.port.moveBatch(fence, steps)).toEqual(['done', 'done']);
    const after = await contents(redis.raw);
    expect(await redis.port.moveBatch(fence, steps)).toEqual(['gone', 'gone']);
    expect(await contents(redis.raw)).toEqual(after);
    expect(await redis.raw.xlen(JOURNAL)).toBe(1);
    expect(await redis.raw.hget(RUN, 'moved')).toBe('2');
  });

  it('counts an entry named twice in one call once', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const steps = [move('a', FUTURE), move('a', FUTURE)];
    expect(await redis.port.moveBatch(await begin(redis.port), steps)).toEqual(['done', 'gone']);
  });

  it('leaves alone what differs from the plan, is busy or would collide', async () => {
    await addJob(redis.raw, 'rescored', FUTURE + 1);
    await addJob(redis.raw, 'requeued', FUTURE, { origin: 'other' });
    await redis.raw.zadd(LEGACY, FUTURE, 'hashless', FUTURE, 'nothash');
    await redis.raw.set('rq:job:nothash', 'x');
    for (const status of ['queued', 'started', 'deferred'])
      await addJob(redis.raw, status, FUTURE, { status });
    await addJob(redis.raw, 'native', FUTURE);
    await redis.raw.zadd('rq:scheduled:default', 5, 'native');
    const before = await contents(redis.raw);
    const ids = [
      'rescored',
      'requeued',
      'hashless',
      'nothash',
      'queued',
      'started',
      'deferred',
      'native',
      'never',
    ];
    const results = await redis.port.moveBatch(
      await begin(redis.port),
      ids.map((id) => move(id, FUTURE)),
    );
    const changed = ['changed', 'changed', 'changed', 'changed'];
    expect(results).toEqual([...changed, 'busy', 'busy', 'busy', 'exists', 'gone']);
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.exists(JOURNAL)).toBe(0);
  });

  it('moves finished and failed jobs: rq-scheduler would run them again too', async () => {
    await addJob(redis.raw, 'a', FUTURE, { status: 'finished' });
    expect(await redis.port.moveBatch(await begin(redis.port), [move('a', FUTURE)])).toEqual(['done']);
  });

  it('names the key of a wrong type before anything is written', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    await addJob(redis.raw, 'b', FUTURE, { origin: 'odd' });
    await redis.raw.set('rq:scheduled:odd', 'x');
    const before = await contents(redis.raw);
    const moving = redis.port.moveBatch(await begin(redis.port), [
      move('a', FUTURE),
      move('b', FUTURE, 'odd'),
    ]);
    await expect(moving).rejects.toMatchObject({
      code: 'redis-wrongtype',
      args: { key: 'rq:scheduled:odd' },
    });
    expect(await contents(redis.raw)).toEqual(before);
  });

  it.each([LEGACY, 'rq:queues'])('names %s when that has the wrong type', async (key) => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.raw.set(key, 'x');
    const problem = { code: 'redis-wrongtype', args: { key } };
    await expect(redis.port.moveBatch(fence, [move('a', FUTURE)])).rejects.toMatchObject(problem);
    await expect(begin(redis.port, 'r1')).rejects.toMatchObject(problem);
  });

  it('accepts a full batch over several queues and refuses a larger one', async () => {
    const steps: JobStep[] = [];
    for (let i = 0; i < 250; i++) {
      await addJob(redis.raw, `j${i}`, FUTURE + i, { origin: `q${i % 3}` });
      steps.push(move(`j${i}`, FUTURE + i, `q${i % 3}`));
    }
    const fence = await begin(redis.port);
    expect(new Set(await redis.port.moveBatch(fence, steps))).toEqual(new Set(['done']));
    expect(await redis.raw.zcard('rq:scheduled:q0')).toBe(84);
    expect(await redis.raw.scard('rq:queues')).toBe(3);
    await expect(redis.port.moveBatch(fence, [...steps, move('x', 1)])).rejects.toBeInstanceOf(RangeError);
  });
});

describe('fencing', () => {
  it('refuses when another run took the lock', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const old = await begin(redis.port);
    await redis.port.acquireRunLock({ runId: 'r2', host: 'h', pid: 2, isAlive: () => false });
    const before = await contents(redis.raw);
    await expect(redis.port.moveBatch(old, [move('a', FUTURE)])).rejects.toMatchObject({ which: 'run' });
    await expect(redis.port.finishRun(old.run, 'r1', 5)).rejects.toBeInstanceOf(LockLost);
    await expect(redis.port.rollbackBatch(old.run, 'r1')).rejects.toBeInstanceOf(LockLost);
    expect(await contents(redis.raw)).toEqual(before);
  });

  it('refuses when the run lock expired', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.raw.del('migrate-scheduler:lock');
    await expect(redis.port.moveBatch(fence, [move('a', FUTURE)])).rejects.toBeInstanceOf(LockLost);
  });

  it('refuses while a legacy scheduler is in its pass, and retakes a lock that was deleted', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.raw.set('rq:scheduler_lock', '1764000000.5');
    await expect(redis.port.moveBatch(fence, [move('a', FUTURE)])).rejects.toMatchObject({ which: 'legacy' });
    expect(await redis.raw.zscore(LEGACY, 'a')).toBe(String(FUTURE));
    await redis.raw.del('rq:scheduler_lock');
    expect(await redis.port.moveBatch(fence, [move('a', FUTURE)])).toEqual(['done']);
    expect(await redis.raw.get('rq:scheduler_lock')).toBe(fence.legacy.value);
    expect(await redis.raw.pttl('migrate-scheduler:lock')).toBeGreaterThan(20_000);
  });
});

describe('rename', () => {
  it('takes the hash, results, dependents and dependencies along', async () => {
    await addJob(redis.raw, 'a:b', FUTURE);
    await redis.raw.xadd('rq:results:a:b', '*', 'type', '1');
    await redis.raw.sadd('rq:job:a:b:dependents', 'child');
    await redis.raw.sadd('rq:job::a:b:dependencies', 'parent');
    expect(await redis.port.moveBatch(await begin(redis.port), [rename('a:b', 'a-b')])).toEqual(['done']);
    const keys = (await redis.raw.keys('rq:*')).filter((key) => key !== 'rq:scheduler_lock');
    expect(keys.sort()).toEqual([
      'rq:job::a-b:dependencies',
      'rq:job:a-b',
      'rq:job:a-b:dependents',
      'rq:queues',
      'rq:results:a-b',
      'rq:scheduled:default',
    ]);
    expect(await redis.raw.zrange('rq:scheduled:default', '0', '-1')).toEqual(['a-b']);
    expect(await redis.raw.hget(RUN, 'renamed')).toBe('1');
  });

  it.each(['rq:job:a-b', 'rq:results:a-b', 'rq:job:a-b:dependents'])('stops at %s', async (key) => {
    await addJob(redis.raw, 'a:b', FUTURE);
    await redis.raw.set(key, 'x');
    expect(await redis.port.moveBatch(await begin(redis.port), [rename('a:b', 'a-b')])).toEqual(['exists']);
    expect(await redis.raw.exists('rq:job:a:b')).toBe(1);
  });

  it('gives one new id to one job only', async () => {
    await addJob(redis.raw, 'a:b', FUTURE);
    await addJob(redis.raw, 'a;b', FUTURE);
    const steps = [rename('a:b', 'a-b'), rename('a;b', 'a-b')];
    expect(await redis.port.moveBatch(await begin(redis.port), steps)).toEqual(['done', 'exists']);
  });
});

describe('drop', () => {
  it('removes only entries whose hash is gone', async () => {
    await redis.raw.zadd(LEGACY, FUTURE, BINARY_ID);
    await addJob(redis.raw, 'back', FUTURE);
    const steps = [drop(BINARY_ID), drop('back')];
    expect(await redis.port.moveBatch(await begin(redis.port), steps)).toEqual(['done', 'changed']);
    expect(await redis.raw.zrange(LEGACY, '0', '-1')).toEqual(['back']);
    expect(await redis.raw.hget(RUN, 'dropped')).toBe('1');
  });
});

describe('rearm', () => {
  it('creates the occurrence and its series and leaves the original hash as it is', async () => {
    await addJob(redis.raw, 'cron', FUTURE, { status: 'started' });
    const original = await redis.raw.dumpBuffer('rq:job:cron');
    expect(await redis.port.moveBatch(await begin(redis.port), [rearm('cron')])).toEqual(['done']);
    expect(await redis.raw.dumpBuffer('rq:job:cron')).toEqual(original);
    expect((await redis.raw.hgetallBuffer(`rq:job:s1-${FUTURE}`)).data?.toString('hex')).toBe('00ff');
    expect(await redis.raw.zscore('rq:scheduled:default', `s1-${FUTURE}`)).toBe(String(FUTURE));
    expect(await redis.raw.smembers('migrate-scheduler:series')).toEqual(['s1']);
    expect(await redis.raw.hget('migrate-scheduler:series:s1', 'state')).toBe('active');
    expect(await redis.raw.exists(LEGACY)).toBe(0);
    expect(await redis.raw.hget(RUN, 'rearmed')).toBe('1');
  });

  it('touches nothing when the occurrence or the series exists', async () => {
    await addJob(redis.raw, 'cron', FUTURE);
    await addJob(redis.raw, 'other', FUTURE);
    const fence = await begin(redis.port);
    await redis.raw.hset(`rq:job:s1-${FUTURE}`, 'x', 'y');
    expect(await redis.port.moveBatch(fence, [rearm('cron')])).toEqual(['exists']);
    await redis.raw.del(`rq:job:s1-${FUTURE}`);
    await redis.raw.hset('migrate-scheduler:series:s1', 'x', 'y');
    expect(await redis.port.moveBatch(fence, [rearm('cron')])).toEqual(['exists']);
    await redis.raw.del('migrate-scheduler:series:s1');
    const steps = [rearm('cron'), rearm('other', { newId: 's1-2' })];
    expect(await redis.port.moveBatch(fence, steps)).toEqual(['done', 'exists']);
    expect(await redis.raw.zrange(LEGACY, '0', '-1')).toEqual(['other']);
  });
});

describe('a job that gets another queue', () => {
  it('is taken out of the one it stands in; one rollback brings it back once', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await addJob(redis.raw, 'a', FUTURE + 9, { origin: 'other' });
    const step = move('a', FUTURE + 9, 'other');
    expect(await redis.port.moveBatch(fence, [step])).toEqual(['exists']);
    expect(await redis.port.moveBatch(fence, [{ ...step, op: 'reschedule' } as JobStep])).toEqual(['done']);
    expect(await redis.raw.exists('rq:scheduled:default', LEGACY)).toBe(0);
    expect(await redis.raw.zrange('rq:scheduled:other', '0', '-1', 'WITHSCORES')).toEqual([
      ...['a', String(FUTURE + 9)],
    ]);
    await rollBack(redis.port, fence);
    expect(await redis.raw.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['a', String(FUTURE + 9)]);
    expect(await redis.raw.exists('rq:scheduled:other')).toBe(0);
  });
});

describe('the record of a run', () => {
  it('knows the unfinished run, resumes it, and ends it once', async () => {
    const fence = await begin(redis.port);
    const request = { runId: 'r1', state: 'applying', now: 9, tool: 't' } as const;
    expect(await redis.port.currentRun()).toBe('r1');
    expect(await redis.port.beginRun(fence.run, request)).toEqual({ result: 'resumed' });
    const other = await redis.port.beginRun(fence.run, { ...request, runId: 'r2' });
    expect(other).toEqual({ result: 'unfinished', runId: 'r1' });

    expect(await redis.port.finishRun(fence.run, 'r1', 3000)).toBe('applied');
    expect(await redis.port.finishRun(fence.run, 'r1', 3001)).toBe('applied');
    expect(await redis.port.finishRun(fence.run, 'r9', 3001)).toBeNull();
    expect(await redis.port.currentRun()).toBeNull();
    expect(await redis.port.beginRun(fence.run, request)).toEqual({ result: 'state', state: 'applied' });
    expect(await redis.port.readRun('r1')).toMatchObject({ state: 'applied', createdAt: 1000, batches: 0 });
    expect(await redis.port.readRun('r9')).toBeNull();

    await redis.port.beginRun(fence.run, { ...request, runId: 'r2', now: 5000 });
    expect(await redis.port.listRuns()).toEqual(['r2', 'r1']);
    const unknown = await redis.port.beginRun(fence.run, { ...request, runId: 'r2', state: 'rolling-back' });
    expect(unknown).toEqual({ result: 'begun' });
  });

  it('refuses to roll back what it never saw', async () => {
    const fence = await begin(redis.port);
    await redis.port.finishRun(fence.run, 'r1', 3000);
    const request = { runId: 'r7', state: 'rolling-back', now: 9, tool: 't' } as const;
    expect(await redis.port.beginRun(fence.run, request)).toEqual({ result: 'unknown' });
  });

  it('leaves nothing behind from trying the writes', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    await redis.raw.sadd('rq:queues', 'rq:queue:default');
    const before = await contents(redis.raw);
    await begin(redis.port);
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.exists('migrate-scheduler:probe')).toBe(0);
  });
});
