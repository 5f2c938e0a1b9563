import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import type { Fence } from '../../src/redis/moves.js';
import type { RedisPort } from '../../src/redis/port.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { useRealParts } from '../support/realParts.js';
import { begin, contents, FUTURE, LEGACY, move, rollBack } from './support.js';

/** Jobs that real rq-scheduler wrote, moved under a live rqscheduler, run by a real worker. */
describe.each(DEFAULT_PAIRS)('with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);
  const opened: RedisPort[] = [];
  const open = async () => {
    const port = await connectRedis(real.url);
    opened.push(port);
    return port;
  };
  afterEach(() => {
    for (const port of opened.splice(0)) port.close();
  });

  async function moveAll(port: RedisPort, fence: Fence) {
    const { entries } = await port.pageLegacy(null);
    const jobs = await port.readJobs(entries, { data: false });
    const steps = jobs.map((job) => {
      const queue = Buffer.from(job.fields.get('origin') ?? []).toString();
      return move(Buffer.from(job.id), job.score, queue);
    });
    return port.moveBatch(fence, steps);
  }

  it('moves what RQ then sees as scheduled, and restores it byte for byte', async () => {
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE, id: 'one', args: [1] },
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE + 1, id: 'two', queue: 'mail', timeout: 60 },
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE + 2, id: 'three', meta: { user: 'x' } },
    ]);
    const before = await contents(real.client);
    const port = await open();
    const fence = await begin(port);
    expect(await moveAll(port, fence)).toEqual(['done', 'done', 'done']);

    const seen = await real.inspect(['one', 'two', 'three'], ['default', 'mail']);
    expect(seen.jobs.map((job) => [job.id, job.error, job.status, job.timeout])).toEqual([
      ['one', null, 'scheduled', 180],
      ['two', null, 'scheduled', 60],
      ['three', null, 'scheduled', 180],
    ]);
    expect(seen.queues.map((queue) => queue.scheduled)).toEqual([
      [
        { id: 'one', at: FUTURE },
        { id: 'three', at: FUTURE + 2 },
      ],
      [{ id: 'two', at: FUTURE + 1 }],
    ]);
    expect([...seen.knownQueues].sort()).toEqual(['default', 'mail']);

    expect((await rollBack(port, fence)).map((job) => job.result)).toEqual(Array(3).fill('restored'));
    expect(await contents(real.client)).toEqual(before);
  });

  it('keeps a live rqscheduler out while it holds the lock; the worker runs each job once', async () => {
    const scheduler = await real.legacyScheduler(1);
    const port = await open();
    const locked = await port.acquireRunLock({ runId: 'r1', host: 'h', pid: 1, isAlive: () => false });
    if (!locked.ok) throw new Error('held');
    const legacy = await port.acquireLegacyLock(locked.lock, { waitMs: 15_000 });
    if (!legacy.ok) throw new Error('held');
    const fence = { runId: 'r1', run: locked.lock, legacy: legacy.lock };
    await port.beginRun(locked.lock, { runId: 'r1', state: 'applying', now: 1, tool: 't' });

    const now = Math.floor(Date.now() / 1000);
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: now - 5, id: 'due' }]);
    await delay(2500);
    // Two passes later it is still there: the scheduler skipped them.
    expect(await real.client.zscore(LEGACY, 'due')).toBe(String(now - 5));
    const state = await port.legacyState(await port.schedulerKeys());
    expect(state.instances.filter((instance) => instance.death === null)).toHaveLength(1);

    expect(await moveAll(port, fence)).toEqual(['done']);
    await port.releaseLocks(fence.run, fence.legacy);
    await real.worker(['default']);
    expect(await real.waitForRuns(1)).toHaveLength(1);
    await delay(1500);
    expect((await real.runs()).map((run) => run.id)).toEqual(['due']);
    const queues = await port.nativeQueues(await port.schedulerKeys(), now);
    expect(queues).toMatchObject([{ name: 'default', scheduled: 0, overdue: 0 }]);
    expect(queues[0]?.lock?.pttl).toBeGreaterThan(50_000);
    expect((await port.workers())[0]?.fields.get('version')).toBe(pair.rq);
    await scheduler.stop();
  });
});
