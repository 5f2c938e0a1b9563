import { describe, expect, it } from 'vitest';
import type { Cursor, Entry } from '../../src/redis/entries.js';
import { addJob, BINARY_ID, LEGACY, useRedis } from './support.js';

const redis = useRedis();
const idOf = (entry: Entry): string => Buffer.from(entry.id).toString('latin1');

async function readAll(count: number, between: (page: number) => Promise<void> = async () => {}) {
  const seen: string[] = [];
  let cursor: Cursor | null = null;
  for (let number = 0; ; number++) {
    const page = await redis.port.pageLegacy(cursor, count);
    seen.push(...page.entries.map(idOf));
    if (page.next === null) return seen;
    cursor = page.next;
    await between(number);
  }
}

describe('pageLegacy', () => {
  it('returns every entry once, in order, also inside equal scores', async () => {
    const ids = Array.from({ length: 57 }, (_, i) => `job-${String(i).padStart(3, '0')}`);
    for (const [i, id] of ids.entries()) await redis.raw.zadd(LEGACY, i < 50 ? 1000 : 1000 + i, id);
    expect(await readAll(10)).toEqual(ids);
    expect(await readAll(57)).toEqual(ids);
  });

  it('skips nothing that stays while other clients remove and add entries', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `job-${String(i).padStart(3, '0')}`);
    for (const id of ids) await redis.raw.zadd(LEGACY, 1000, id);
    // After each page everything read so far goes away (a move), the last one read included,
    // and somebody adds an entry at the front.
    const seen = await readAll(7, async (number) => {
      await redis.raw.zrem(LEGACY, ...ids.slice(0, (number + 1) * 7));
      await redis.raw.zadd(LEGACY, 1000, `aaa-${number}`);
    });
    expect(seen).toEqual(ids);
  });

  it('finds its place between ids that differ in bytes that no locale orders', async () => {
    const ids = [
      Buffer.from([0]),
      Buffer.from('A'),
      Buffer.from('_'),
      Buffer.from('a'),
      Buffer.from([200, 1]),
      Buffer.from([255]),
    ];
    for (const id of ids) await redis.raw.zadd(LEGACY, 5, id);
    const seen = await readAll(1, async (number) => void (await redis.raw.zrem(LEGACY, ids[number] ?? '')));
    expect(seen).toEqual(ids.map((id) => id.toString('latin1')));
  });

  it('hands scores over exactly, fractions and infinities included', async () => {
    await redis.raw.zadd(
      LEGACY,
      '1795489200',
      'a',
      '1795489200.25',
      'b',
      '0.5',
      'c',
      'inf',
      'd',
      '-inf',
      'e',
    );
    const { entries } = await redis.port.pageLegacy(null);
    expect(entries.map((entry) => [idOf(entry), entry.score])).toEqual([
      ['e', '-inf'],
      ['c', '0.5'],
      ['a', '1795489200'],
      ['b', '1795489200.25'],
      ['d', 'inf'],
    ]);
    expect(await readAll(1)).toEqual(['e', 'c', 'a', 'b', 'd']);
  });

  it('knows an empty set from a key of another type', async () => {
    expect(await redis.port.pageLegacy(null)).toEqual({ entries: [], next: null });
    await redis.raw.set(LEGACY, 'x');
    await expect(redis.port.pageLegacy(null)).rejects.toMatchObject({
      code: 'redis-wrongtype',
      args: { key: LEGACY, type: 'string' },
    });
    await expect(redis.port.legacyCount()).rejects.toMatchObject({ code: 'redis-wrongtype' });
  });
});

describe('readJobs', () => {
  it('reads hashes as bytes, without results, and data only when asked', async () => {
    await addJob(redis.raw, BINARY_ID, 5, {
      result: 'big',
      exc_info: 'big',
      meta: Buffer.from([128, 4, 255]),
    });
    await redis.raw.hset('rq:job:nodata', 'origin', 'q');
    await redis.raw.pexpire('rq:job:nodata', 60_000);
    await redis.raw.set('rq:job:text', 'x');
    const entries = [BINARY_ID, 'nodata', 'text', 'ghost'].map((id) => ({ id: Buffer.from(id), score: '5' }));

    const [whole, nodata, text, ghost] = await redis.port.readJobs(entries, { data: true });
    expect(whole).toMatchObject({ type: 'hash', pttl: -1, dataLength: 4, score: '5' });
    expect([...(whole?.fields.keys() ?? [])].sort()).toEqual(['data', 'meta', 'origin']);
    expect(Buffer.from(whole?.fields.get('data') ?? []).toString('hex')).toBe('789c00ff');
    expect(Buffer.from(whole?.fields.get('meta') ?? []).toString('hex')).toBe('8004ff');
    expect(nodata?.dataLength).toBe(-1);
    expect(nodata?.pttl).toBeGreaterThan(50_000);
    expect([text?.type, text?.fields.size]).toEqual(['string', 0]);
    expect([ghost?.type, ghost?.pttl]).toEqual(['none', -2]);

    const [light] = await redis.port.readJobs(entries.slice(0, 1), { data: false });
    expect(light?.fields.has('data')).toBe(false);
    expect(light?.dataLength).toBe(4);
  });

  it('reads a job that ran before in the same way', async () => {
    await addJob(redis.raw, 'ran', 5, { ended_at: '2026', result: 'big', exc_info: 'big' });
    const entry = { id: Buffer.from('ran'), score: '5' };
    for (const data of [true, false]) {
      const [job] = await redis.port.readJobs([entry], { data });
      expect(job?.dataLength).toBe(4);
      const names = data ? ['data', 'ended_at', 'origin'] : ['ended_at', 'origin'];
      expect([...(job?.fields.keys() ?? [])].sort()).toEqual(names);
    }
  });

  it('keeps the order beyond one batch', async () => {
    const entries = Array.from({ length: 501 }, (_, i) => ({ id: Buffer.from(`j${i}`), score: String(i) }));
    for (const entry of entries) await redis.raw.hset(`rq:job:${entry.id}`, 'origin', `q${entry.score}`);
    const jobs = await redis.port.readJobs(entries, { data: false });
    expect(jobs.map((job) => String(job.fields.get('origin')))).toEqual(entries.map((e) => `q${e.score}`));
  });
});

describe('the overview', () => {
  it('finds legacy instances, new and old, with birth and death', async () => {
    await redis.raw.hset('rq:scheduler_instance:abc', 'birth', '1.5');
    await redis.raw.expire('rq:scheduler_instance:abc', 60);
    await redis.raw.hset('rq:scheduler', { birth: '2.5', death: '3.5' });
    await redis.raw.set('rq:scheduler_lock', '77.5', 'PX', 50_000);
    await redis.raw.zadd(LEGACY, 1, 'x');
    const state = await redis.port.legacyState(await redis.port.schedulerKeys());
    expect(state.lock?.value).toBe('77.5');
    expect(state.lock?.pttl).toBeGreaterThan(40_000);
    expect(state.instances).toMatchObject([
      { key: 'rq:scheduler', birth: '2.5', death: '3.5', pttl: -1 },
      { key: 'rq:scheduler_instance:abc', birth: '1.5', death: null },
    ]);
  });

  it('lists every queue that is registered, scheduled or locked, in a large key space', async () => {
    const pipeline = redis.raw.pipeline();
    for (let i = 0; i < 3000; i++) pipeline.set(`rq:job:${i}`, '');
    await pipeline.exec();
    await redis.raw.sadd('rq:queues', 'rq:queue:mail', 'rq:queue:a:b');
    await redis.raw.rpush('rq:queue:mail', 'x', 'y');
    await redis.raw.zadd('rq:scheduled:orphan', -5, 'never', 100, 'old', 200, 'mid', 300, 'new');
    await redis.raw.set('rq:scheduler-lock:mail', '4711', 'EX', 61);
    const queues = await redis.port.nativeQueues(await redis.port.schedulerKeys(), 200);
    expect(queues).toMatchObject([
      { name: 'a:b', scheduled: 0, first: null, overdue: 0, waiting: 0, lock: null },
      { name: 'mail', waiting: 2, lock: { value: '4711' } },
      { name: 'orphan', scheduled: 4, first: '100', overdue: 2, lock: null },
    ]);
    expect((await redis.port.schedulerLock('mail'))?.pttl).toBeGreaterThan(50_000);
    expect(await redis.port.schedulerLock('orphan')).toBeNull();
    const page = await redis.port.pageScheduled('orphan', null, 2);
    expect([page.entries.map(idOf), page.next?.score]).toEqual([['never', 'old'], '100']);
  });

  it('reads workers, expired ones included, and schedulers of RQ >= 2.10 only', async () => {
    await redis.raw.sadd('rq:workers', 'rq:worker:w1', 'rq:worker:gone');
    await redis.raw.hset('rq:worker:w1', { queues: 'mail,default', version: '1.15.1' });
    await redis.raw.hset('rq:scheduler:deadbeef', { name: 'deadbeef', last_heartbeat: 'x' });
    await redis.raw.set('rq:scheduler:notahash', 'x');
    await redis.raw.zadd(LEGACY, 1, 'x');
    expect((await redis.port.workers()).map((w) => [w.name, w.fields.get('version'), w.pttl])).toEqual([
      ['gone', undefined, -2],
      ['w1', '1.15.1', -1],
    ]);
    const schedulers = await redis.port.schedulers(await redis.port.schedulerKeys());
    expect(schedulers.map((scheduler) => scheduler.name)).toEqual(['deadbeef']);
  });

  it('tells the server and its time', async () => {
    expect(redis.port.server).toMatchObject({ mode: 'standalone', role: 'master', readonlyReplica: false });
    expect(Math.abs((await redis.port.time()) - Date.now() / 1000)).toBeLessThan(5);
  });
});
