import { describe, expect, it } from 'vitest';
import type { Fence, JobStep } from '../../src/redis/moves.js';
import {
  addJob,
  asInRunMode,
  BINARY_ID,
  begin,
  contents,
  FUTURE,
  jobKey,
  LEGACY,
  LISTED,
  move,
  rearm,
  rollBack,
  useRedis,
} from './support.js';

const redis = useRedis();
const RUN = 'migrate-scheduler:run:r1';
const SERIES = 'migrate-scheduler:series:s1';
const MIGRATED = 'migrate-scheduler:migrated_series';
const NATIVE = 'rq:scheduled:default';

/** The series of `a:b`, whose real job has another id. */
const toSeries = (over: Partial<Extract<JobStep, { op: 'rearm' }>> = {}): JobStep =>
  rearm('a:b', { newId: `s1-${FUTURE}`, realId: Buffer.from('s1'), seriesFields: SERIES_FIELDS, ...over });
const SERIES_FIELDS: [string, string][] = Object.entries({
  ...{ version: '2', job: 's1', listed_in: LISTED, state: 'active', queue: 'default' },
  ...{ slot: String(FUTURE), job_id: `s1-${FUTURE}`, remaining: '7', legacy_id: 'a:b' },
});

const toRename = (id: string, newId: string): JobStep => ({
  op: 'rename',
  id: Buffer.from(id),
  score: String(FUTURE),
  queue: 'default',
  defaultTimeout: 180,
  newId,
});

async function startRollback(fence: Fence) {
  await redis.port.beginRun(fence.run, { runId: 'r1', state: 'rolling-back', now: 2000, tool: 'test' });
}

async function rearmed(score = FUTURE): Promise<Fence> {
  await addJob(redis.raw, 'cron', score);
  const fence = await begin(redis.port);
  const first = `s1-${score}`;
  await redis.port.moveBatch(fence, [
    {
      op: 'rearm',
      id: Buffer.from('cron'),
      score: String(score),
      queue: 'default',
      newId: first,
      slot: String(score),
      jobFields: [['status', 'scheduled']],
      seriesId: 's1',
      realId: Buffer.from('cron'),
      seriesFields: [
        ['version', '2'],
        ['job', 'cron'],
        ['listed_in', LISTED],
        ['state', 'active'],
        ['slot', String(score)],
        ['job_id', first],
        ['remaining', '7'],
        ['queue', 'default'],
      ],
    },
  ]);
  return fence;
}

/** What rq_recurring does when the first occurrence starts. */
async function advance(slot: number): Promise<void> {
  await redis.raw.zrem(NATIVE, `s1-${FUTURE}`);
  await redis.raw.hset(SERIES, { slot: String(slot), job_id: `s1-${slot}`, remaining: '6' });
  await redis.raw.hset(`rq:job:s1-${slot}`, 'status', 'scheduled');
  await redis.raw.zadd(NATIVE, slot, `s1-${slot}`);
}

describe('rollback', () => {
  it('restores the database exactly: scores, statuses, timeouts, expiries, ids, ghosts, queues', async () => {
    const { raw, port } = redis;
    await addJob(raw, BINARY_ID, `${FUTURE}.25`, { meta: Buffer.from([128, 4, 255]) });
    await addJob(raw, 'statused', FUTURE, { status: 'scheduled', timeout: '' });
    await addJob(raw, 'finished', FUTURE, { status: 'finished', timeout: '60', origin: 'mail' });
    await addJob(raw, 'expiring', FUTURE, { status: '' });
    await raw.pexpire('rq:job:expiring', 90_000);
    await addJob(raw, 'a:b', FUTURE);
    await raw.xadd('rq:results:a:b', '1-1', 'type', '1');
    await raw.sadd('rq:job:a:b:dependents', 'child');
    await raw.zadd(LEGACY, FUTURE, 'ghost');
    await raw.sadd('rq:queues', 'rq:queue:mail');
    const before = await contents(raw);
    const fence = await begin(port);
    // Two batches: rq:queues has to outlive the newer one.
    const first = [
      move(BINARY_ID, `${FUTURE}.25`),
      move('statused', FUTURE),
      move('finished', FUTURE, 'mail'),
    ];
    const second: JobStep[] = [
      move('expiring', FUTURE),
      toRename('a:b', 'a-b'),
      { op: 'drop', id: Buffer.from('ghost'), score: String(FUTURE) },
    ];
    expect(await port.moveBatch(fence, first)).toEqual(['done', 'done', 'done']);
    expect(await port.moveBatch(fence, second)).toEqual(['done', 'done', 'done']);
    expect(await raw.exists(LEGACY)).toBe(0);

    const jobs = await rollBack(port, fence);
    expect(jobs.map((job) => job.result)).toEqual(Array(6).fill('restored'));
    expect(await contents(raw)).toEqual(before);
    expect(await raw.pttl('rq:job:expiring')).toBeLessThanOrEqual(90_000);
    expect(await port.finishRun(fence.run, 'r1', 9)).toBe('rolled-back');
    expect((await port.readRun('r1'))?.counts).toMatchObject({
      moved: 4,
      renamed: 1,
      dropped: 1,
      restored: 6,
    });
  });

  it('done twice, finds nothing left and counts nothing twice', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await rollBack(redis.port, fence);
    const after = await contents(redis.raw);
    expect(await rollBack(redis.port, fence)).toEqual([]);
    expect(await contents(redis.raw)).toEqual(after);
    expect(await redis.raw.hget(RUN, 'restored')).toBe('1');
  });

  it('needs a run that is being rolled back', async () => {
    const fence = await begin(redis.port);
    await expect(redis.port.rollbackBatch(fence.run, 'r1')).rejects.toThrow('NOTROLLING');
  });

  it('brings back neither what ran nor what was cancelled, and counts both', async () => {
    const { raw, port } = redis;
    const past = Math.floor(Date.now() / 1000) - 60;
    for (const id of ['queued', 'cancelled', 'deleted']) await addJob(raw, id, FUTURE);
    await addJob(raw, 'expired', past);
    const fence = await begin(port);
    await port.moveBatch(fence, [
      ...['queued', 'cancelled', 'deleted'].map((id) => move(id, FUTURE)),
      move('expired', past),
    ]);
    await raw.del(NATIVE, 'rq:job:deleted', 'rq:job:expired');
    await raw.hset('rq:job:queued', 'status', 'queued');
    const jobs = await rollBack(port, fence);
    expect(jobs.map((job) => `${Buffer.from(job.id)} ${job.result}`)).toEqual([
      'queued alreadyRun',
      'cancelled missing',
      'deleted missing',
      'expired alreadyRun',
    ]);
    expect(await raw.exists(LEGACY)).toBe(0);
    expect(await raw.hget('rq:job:queued', 'status')).toBe('queued');
    expect((await port.readRun('r1'))?.counts).toMatchObject({ restored: 0, alreadyRun: 2, missing: 2 });
  });

  it('follows a job that somebody rescheduled natively', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await redis.raw.zadd(NATIVE, FUTURE + 5, 'a');
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('rescheduled');
    expect(await redis.raw.zscore(LEGACY, 'a')).toBe(String(FUTURE + 5));
  });

  it('leaves a renamed job where it is when its old id is taken', async () => {
    await addJob(redis.raw, 'a:b', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [toRename('a:b', 'a-b')]);
    await redis.raw.hset('rq:job:a:b', 'data', 'another');
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('conflict');
    expect(await redis.raw.zscore(NATIVE, 'a-b')).toBe(String(FUTURE));
  });

  it('keeps hands off a job that an active scheduler may be enqueueing, and comes back for it', async () => {
    const { raw, port } = redis;
    const now = Math.floor(Date.now() / 1000);
    await addJob(raw, 'due', now - 1);
    await addJob(raw, 'later', FUTURE);
    // RQ's scheduler looks from 0 on: nobody has this one in hand.
    await addJob(raw, 'never', -5);
    const fence = await begin(port);
    await port.moveBatch(fence, [move('due', now - 1), move('later', FUTURE), move('never', -5)]);
    await raw.set('rq:scheduler-lock:default', '4711', 'EX', 61);
    await startRollback(fence);
    const first = await port.rollbackBatch(fence.run, 'r1');
    expect([first.pending, first.jobs.map((job) => job.result)]).toEqual([
      1,
      ['due', 'restored', 'restored'],
    ]);
    expect(await raw.zscore(NATIVE, 'due')).toBe(String(now - 1));

    // Only the open one is looked at again; the scheduler is gone now.
    await raw.del('rq:scheduler-lock:default');
    const second = await port.rollbackBatch(fence.run, 'r1');
    expect([second.pending, second.jobs.map((job) => job.result)]).toEqual([0, ['restored']]);
    expect((await port.rollbackBatch(fence.run, 'r1')).finished).toBe(true);
    expect(await raw.zcard(LEGACY)).toBe(3);
    expect(await raw.hget(RUN, 'restored')).toBe('3');
  });

  it('keeps what it had undone when a command fails in the middle', async () => {
    const { raw, port } = redis;
    await addJob(raw, 'a', FUTURE);
    await addJob(raw, 'b', FUTURE, { origin: 'odd' });
    const fence = await begin(port);
    await port.moveBatch(fence, [move('a', FUTURE), move('b', FUTURE, 'odd')]);
    await raw.rename('rq:scheduled:odd', 'kept');
    await raw.set('rq:scheduled:odd', 'x');
    await startRollback(fence);
    await expect(port.rollbackBatch(fence.run, 'r1')).rejects.toMatchObject({ code: 'redis-wrongtype' });
    await raw.rename('kept', 'rq:scheduled:odd');
    const again = await port.rollbackBatch(fence.run, 'r1');
    expect(again.jobs.map((job) => `${Buffer.from(job.id)} ${job.result}`)).toEqual(['b restored']);
    expect(await raw.hget(RUN, 'restored')).toBe('2');
  });

  it('does not remove a queue that is in use from rq:queues', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await redis.raw.rpush('rq:queue:default', 'x');
    await rollBack(redis.port, fence);
    expect(await redis.raw.smembers('rq:queues')).toEqual(['rq:queue:default']);
  });

  it('does not put back an expiry that has passed', async () => {
    await addJob(redis.raw, 'a', FUTURE);
    await redis.raw.pexpire('rq:job:a', 300);
    const fence = await begin(redis.port);
    await redis.port.moveBatch(fence, [move('a', FUTURE)]);
    await new Promise((resolve) => setTimeout(resolve, 350));
    await rollBack(redis.port, fence);
    expect(await redis.raw.pttl(jobKey('a'))).toBe(-1);
    expect(await redis.raw.zscore(LEGACY, 'a')).toBe(String(FUTURE));
  });
});

describe('rollback of a series in run mode', () => {
  it('restores everything when it did not run yet', async () => {
    await addJob(redis.raw, 'cron', FUTURE);
    const before = await contents(redis.raw);
    const fence = await rearmed();
    await asInRunMode(redis.raw, 's1', 'cron');
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('restored');
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.exists(SERIES, 'migrate-scheduler:series')).toBe(0);
  });

  it('touches a counted series only with the meta for its very count, and then all in one step', async () => {
    const { raw, port } = redis;
    const fence = await rearmed();
    await asInRunMode(redis.raw, 's1', 'cron');
    await raw.hset('rq:job:cron', 'meta', 'old');
    await advance(FUTURE + 60);
    const before = await contents(raw);
    await startRollback(fence);
    const first = await port.rollbackBatch(fence.run, 'r1');
    const series = { id: 's1', slot: String(FUTURE + 60), remaining: '6' };
    expect(first).toMatchObject({ pending: 1, jobs: [{ result: 'needs-meta', series }] });

    // It runs once more in between: what was prepared is for another count.
    const meta = Buffer.from('new');
    for (const other of [
      { ...series, remaining: '7' },
      { ...series, slot: '1' },
    ]) {
      const step = await port.rollbackBatch(fence.run, 'r1', [{ series: other, meta }]);
      expect(step.jobs[0]).toMatchObject({ result: 'needs-meta', series });
    }
    expect(await contents(raw)).toEqual(before);

    const done = await port.rollbackBatch(fence.run, 'r1', [{ series, meta }]);
    expect(done).toMatchObject({ pending: 0, jobs: [{ result: 'advanced', series }] });
    expect(await raw.hget('rq:job:cron', 'meta')).toBe('new');
    expect(await raw.zscore(LEGACY, 'cron')).toBe(series.slot);
    expect(await raw.exists(`rq:job:s1-${FUTURE + 60}`, SERIES, NATIVE)).toBe(0);
    // A late second call with other bytes changes nothing.
    await port.rollbackBatch(fence.run, 'r1', [{ series, meta: Buffer.from('later') }]);
    expect(await raw.hget('rq:job:cron', 'meta')).toBe('new');
    expect((await port.readRun('r1'))?.counts.restored).toBe(1);
  });

  it('leaves the meta alone where none could be written', async () => {
    const fence = await rearmed();
    await asInRunMode(redis.raw, 's1', 'cron');
    await redis.raw.hset('rq:job:cron', 'meta', 'old');
    await advance(FUTURE + 60);
    await startRollback(fence);
    const series = { id: 's1', slot: String(FUTURE + 60), remaining: '6' };
    const step = await redis.port.rollbackBatch(fence.run, 'r1', [{ series, meta: null }]);
    expect(step.jobs[0]?.result).toBe('advanced');
    expect(await redis.raw.hget('rq:job:cron', 'meta')).toBe('old');
  });
});

describe('rollback of a re-armed series', () => {
  it('restores everything when it did not run yet', async () => {
    await addJob(redis.raw, 'cron', FUTURE);
    const before = await contents(redis.raw);
    const fence = await rearmed();
    expect(await redis.raw.smembers(MIGRATED)).toEqual(['s1']);
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('restored');
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.exists(SERIES, 'migrate-scheduler:series', LISTED, MIGRATED)).toBe(0);
  });

  it('restores an endless series that advanced at its present slot', async () => {
    const fence = await rearmed();
    await advance(FUTURE + 60);
    await redis.raw.hset(SERIES, 'remaining', '');
    const [job] = await rollBack(redis.port, fence);
    expect(job).toMatchObject({ result: 'advanced', series: { slot: String(FUTURE + 60), remaining: '' } });
    expect(await redis.raw.zscore(LEGACY, 'cron')).toBe(String(FUTURE + 60));
    expect(await redis.raw.exists(`rq:job:s1-${FUTURE + 60}`, SERIES, NATIVE)).toBe(0);
  });

  it('brings a counted series back as its job says it is', async () => {
    const fence = await rearmed();
    await redis.raw.hset('rq:job:cron', { meta: 'counted down', status: 'finished' });
    await redis.raw.pexpire('rq:job:cron', 90_000);
    await advance(FUTURE + 60);
    const [job] = await rollBack(redis.port, fence);
    expect(job).toMatchObject({ result: 'advanced', series: { slot: String(FUTURE + 60), remaining: '6' } });
    expect(await redis.raw.hmget('rq:job:cron', 'meta', 'status')).toEqual(['counted down', 'finished']);
    expect(await redis.raw.pttl('rq:job:cron')).toBeGreaterThan(0);
    expect(await redis.raw.exists(SERIES, NATIVE, LISTED)).toBe(0);
  });

  it('leaves a run of the real job alone that is under way', async () => {
    const { raw } = redis;
    const fence = await rearmed();
    await advance(FUTURE + 60);
    await raw.hset('rq:job:cron', 'status', 'queued');
    await raw.rpush('rq:queue:default', 'cron');
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('advanced');
    expect(await raw.lrange('rq:queue:default', 0, -1)).toEqual(['cron']);
    expect(await raw.hget('rq:job:cron', 'status')).toBe('queued');
    expect(await raw.zscore(LEGACY, 'cron')).toBe(String(FUTURE + 60));
  });

  it('gives a run back no second time that a worker had enqueued before it failed to arm the next', async () => {
    const { raw } = redis;
    const fence = await rearmed();
    await raw.zrem(NATIVE, `s1-${FUTURE}`);
    await raw.hset(`rq:job:s1-${FUTURE}`, 'status', 'failed');
    await raw.hset(SERIES, { enqueued: String(FUTURE), kind: 'cron', interval: '' });
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('missing');
    expect(await raw.hget(SERIES, 'state')).toBe('active');
    expect(await raw.exists(LEGACY)).toBe(0);

    await redis.raw.flushall();
    const interval = await rearmed();
    await raw.zrem(NATIVE, `s1-${FUTURE}`);
    await raw.hset(`rq:job:s1-${FUTURE}`, 'status', 'failed');
    await raw.hset(SERIES, { enqueued: String(FUTURE), kind: 'interval', interval: '300' });
    expect((await rollBack(redis.port, interval))[0]?.result).toBe('advanced');
    expect(await raw.zscore(LEGACY, 'cron')).toBe(String(FUTURE + 300));
  });

  it('leaves a paused series as it is', async () => {
    const fence = await rearmed();
    await redis.raw.del(NATIVE, `rq:job:s1-${FUTURE}`);
    await redis.raw.hset(SERIES, { state: 'paused', slot: '', job_id: '' });
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('missing');
    expect(await redis.raw.hget(SERIES, 'state')).toBe('paused');
    expect(await redis.raw.exists(LEGACY)).toBe(0);
  });

  it('keeps the original hash while the series lives, and gives its expiry back', async () => {
    await addJob(redis.raw, 'cron', FUTURE);
    await redis.raw.pexpire('rq:job:cron', 90_000);
    const fence = await rearmed();
    expect(await redis.raw.pttl('rq:job:cron')).toBe(-1);
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('restored');
    expect(await redis.raw.pttl('rq:job:cron')).toBeGreaterThan(0);
  });

  it('lets a series go on whose original job was deleted', async () => {
    const fence = await rearmed();
    await redis.raw.del('rq:job:cron');
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('missing');
    expect(await redis.raw.exists(LEGACY)).toBe(0);
    expect(await redis.raw.zscore(NATIVE, `s1-${FUTURE}`)).toBe(String(FUTURE));
  });

  it('takes an occurrence back out of its queue, but not out of a worker', async () => {
    const { raw, port } = redis;
    const fence = await rearmed();
    const armed = `s1-${FUTURE}`;
    await raw.zrem(NATIVE, armed);
    await raw.hset(`rq:job:${armed}`, 'status', 'started');
    await startRollback(fence);
    expect((await port.rollbackBatch(fence.run, 'r1')).jobs[0]?.result).toBe('due');
    await raw.hset(`rq:job:${armed}`, 'status', 'queued');
    await raw.rpush('rq:queue:default', 'other', armed);
    expect((await port.rollbackBatch(fence.run, 'r1')).jobs[0]?.result).toBe('restored');
    expect(await raw.lrange('rq:queue:default', 0, -1)).toEqual(['other']);
    expect(await raw.zscore(LEGACY, 'cron')).toBe(String(FUTURE));
  });

  it('does not bring back a finished or cancelled series', async () => {
    const finished = await rearmed();
    await redis.raw.del(NATIVE);
    await redis.raw.hset(SERIES, { state: 'finished', slot: '', remaining: '0' });
    expect((await rollBack(redis.port, finished))[0]?.result).toBe('alreadyRun');
    expect(await redis.raw.exists(LEGACY, SERIES)).toBe(0);

    await redis.raw.flushall();
    const cancelled = await rearmed();
    await redis.raw.del(NATIVE);
    await redis.raw.hset(SERIES, 'state', 'cancelled');
    expect((await rollBack(redis.port, cancelled))[0]?.result).toBe('missing');
    expect(await redis.raw.exists(LEGACY)).toBe(0);
  });
});

describe('rollback of a series whose job was renamed', () => {
  const migrated = async () => {
    await addJob(redis.raw, 'a:b', FUTURE, { meta: 'm' });
    await redis.raw.xadd('rq:results:a:b', '1-1', 'type', '1');
    const before = await contents(redis.raw);
    const fence = await begin(redis.port);
    expect(await redis.port.moveBatch(fence, [toSeries()])).toEqual(['done']);
    expect(await redis.raw.exists('rq:job:a:b', 'rq:results:a:b')).toBe(0);
    return { before, fence };
  };

  it('restores everything when it did not run yet', async () => {
    const { before, fence } = await migrated();
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('restored');
    expect(await contents(redis.raw)).toEqual(before);
    expect(await redis.raw.exists(LISTED, SERIES)).toBe(0);
  });

  it.each(['queued', 'started'])('lets a run go on that is %s, under its id', async (status) => {
    const { fence } = await migrated();
    await advance(FUTURE + 60);
    await redis.raw.hset('rq:job:s1', { status, meta: 'counted down' });
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('advanced');
    expect(await redis.raw.hget('rq:job:s1', 'status')).toBe(status);
    expect(await redis.raw.hmget('rq:job:a:b', 'meta', 'status')).toEqual(['counted down', null]);
    expect(await redis.raw.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['a:b', String(FUTURE + 60)]);
  });

  it('keeps what a client has registered under the old id since', async () => {
    const { fence } = await migrated();
    await addJob(redis.raw, 'a:b', FUTURE + 9, { meta: 'newer' });
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('restored');
    expect(await redis.raw.hget('rq:job:a:b', 'meta')).toBe('newer');
    expect(await redis.raw.zscore(LEGACY, 'a:b')).toBe(String(FUTURE + 9));
    expect(await redis.raw.exists('rq:job:s1')).toBe(0);
  });

  it('leaves it where it is when its old id is that of another job at work', async () => {
    const { fence } = await migrated();
    await redis.raw.hset('rq:job:a:b', { status: 'queued', data: 'another' });
    expect((await rollBack(redis.port, fence))[0]?.result).toBe('conflict');
    expect(await redis.raw.zscore(NATIVE, `s1-${FUTURE}`)).toBe(String(FUTURE));
  });
});
