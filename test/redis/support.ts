import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import type { Fence, JobStep } from '../../src/redis/moves.js';
import type { RedisPort } from '../../src/redis/port.js';
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from '../../src/world/engines/redis-server.js';
import { TEST_CACHE } from '../support/paths.js';

/** What a Scheduler of rq_recurring lists. */
export const LISTED = 'migrate-scheduler:scheduled_jobs';
export const LEGACY = 'rq:scheduler:scheduled_jobs';
/** A day in 2035: never due during a test. */
export const FUTURE = 2_051_222_400;
/** Not UTF-8, with NUL, line ends, `:` and the bytes that length prefixes are made of. */
export const BINARY_ID = Buffer.from([0, 255, 10, 13, 58, 254, 128, 1, 2, 0x24, 0x2a]);

export interface Bench {
  readonly redis: PrivateRedis;
  /** A client of another program. */
  readonly raw: Redis;
  readonly port: RedisPort;
}

export const start = (options: Omit<PrivateRedisOptions, 'cacheDir'> = {}): Promise<PrivateRedis> =>
  startPrivateRedis({ cacheDir: TEST_CACHE, ...options });

/** A private Redis for the file, emptied before each test. */
export function useRedis(): Bench {
  let up: Bench | null = null;
  const get = () => {
    if (!up) throw new Error('useRedis: its beforeAll has not run');
    return up;
  };
  beforeAll(async () => {
    const redis = await start();
    up = { redis, raw: new Redis(redis.url), port: await connectRedis(redis.url) };
  });
  beforeEach(async () => {
    await get().raw.flushall();
  });
  afterAll(async () => {
    up?.raw.disconnect();
    up?.port.close();
    await up?.redis.stop();
  });
  return {
    get redis() {
      return get().redis;
    },
    get raw() {
      return get().raw;
    },
    get port() {
      return get().port;
    },
  };
}

/** Locks and a begun run, ready for moveBatch. */
export async function begin(port: RedisPort, runId = 'r1'): Promise<Fence> {
  const locked = await port.acquireRunLock({ runId, host: 'h', pid: 1, isAlive: () => false });
  if (!locked.ok) throw new Error('run lock held');
  const legacy = await port.acquireLegacyLock(locked.lock, { waitMs: 0 });
  if (!legacy.ok) throw new Error('legacy lock held');
  await port.beginRun(locked.lock, { runId, state: 'applying', now: 1000, tool: 'test' });
  return { runId, run: locked.lock, legacy: legacy.lock };
}

/** Rolls a run back completely; `due` jobs are an error here. */
export async function rollBack(port: RedisPort, fence: Fence) {
  await port.beginRun(fence.run, { runId: fence.runId, state: 'rolling-back', now: 2000, tool: 'test' });
  const jobs = [];
  for (let step = await port.rollbackBatch(fence.run, fence.runId); !step.finished; ) {
    jobs.push(...step.jobs);
    if (step.pending > 0) throw new Error('due');
    step = await port.rollbackBatch(fence.run, fence.runId);
  }
  return jobs;
}

type Hash = Record<string, string | Buffer>;

/** A legacy entry with a hash as rq-scheduler <= 0.13.1 writes it (no `status`). */
export async function addJob(raw: Redis, id: string | Buffer, score: string | number, fields: Hash = {}) {
  await raw.zadd(LEGACY, score, id);
  await raw.hset(jobKey(id), { origin: 'default', data: Buffer.from([0x78, 0x9c, 0, 255]), ...fields });
}

export const jobKey = (id: string | Buffer, suffix = ''): Buffer =>
  Buffer.concat([Buffer.from('rq:job:'), Buffer.from(id), Buffer.from(suffix)]);

export function move(id: string | Buffer, score: string | number, queue = 'default'): JobStep {
  return { op: 'move', id: Buffer.from(id), score: String(score), queue, defaultTimeout: 180 };
}

/** A recurring job that becomes series `s1`. */
export const rearm = (id: string, over: Partial<Extract<JobStep, { op: 'rearm' }>> = {}): JobStep => ({
  op: 'rearm',
  id: Buffer.from(id),
  score: String(FUTURE),
  queue: 'default',
  newId: `s1-${FUTURE}`,
  slot: String(FUTURE),
  jobFields: [
    ['status', 'scheduled'],
    ['data', Buffer.from([0, 255])],
  ],
  seriesId: 's1',
  realId: Buffer.from(id),
  seriesFields: [
    ['version', '2'],
    ['slot', String(FUTURE)],
    ['state', 'active'],
    ['job', id],
    ['listed_in', LISTED],
  ],
  ...over,
});

/** Makes of a run's series what releases left that had run mode only: no real job, nor its id in the journal. */
export async function asInRunMode(raw: Redis, series: string, original: string, runId = 'r1'): Promise<void> {
  const journal = `migrate-scheduler:journal:${runId}`;
  const rewrite = `
    for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+')) do
      local records = cmsgpack.unpack(entry[2][2])
      for _, record in ipairs(records) do record[6], record[12] = false, nil end
      redis.call('XADD', KEYS[1], '*', 'b', cmsgpack.pack(records))
      redis.call('XDEL', KEYS[1], entry[1])
    end`;
  await raw.eval(rewrite, 1, journal);
  await raw.hset(`migrate-scheduler:series:${series}`, 'version', '1');
  await raw.hdel(`migrate-scheduler:series:${series}`, 'job', 'listed_in');
  await raw.hdel(`rq:job:${original}`, 'status');
  await raw.del(LISTED);
}

/** Content of every key but the locks and this tool's own, by key; lists and streams as DUMP. */
export async function contents(raw: Redis): Promise<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const key of (await raw.keysBuffer('*')).sort(Buffer.compare)) {
    const name = key.toString('latin1');
    if (name.startsWith('migrate-scheduler:') || name === 'rq:scheduler_lock') continue;
    out[name] = { value: await content(raw, key), expires: (await raw.pttl(key)) >= 0 };
  }
  return out;
}

async function content(raw: Redis, key: Buffer): Promise<unknown> {
  const hex = (parts: readonly Buffer[]): string[] => parts.map((part) => part.toString('hex'));
  switch (await raw.type(key)) {
    case 'hash': {
      const fields = Object.entries(await raw.hgetallBuffer(key));
      return fields.map(([name, value]) => `${name}=${value.toString('hex')}`).sort();
    }
    case 'zset':
      return hex((await raw.callBuffer('ZRANGE', [key, '0', '-1', 'WITHSCORES'])) as Buffer[]);
    case 'set':
      return hex(await raw.smembersBuffer(key)).sort();
    default:
      return (await raw.dumpBuffer(key))?.toString('hex');
  }
}
