import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import type { RedisPort } from '../../src/redis/port.js';
import { undoJobs } from '../../src/run/undo-jobs.js';
import { DEFAULT_PAIRS, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { begin, LEGACY } from '../redis/support.js';
import { useRealParts } from '../support/realParts.js';
import { contextFor, RUNTIME, rearmAll, turnIntoRunMode } from './support.js';

describe.each(DEFAULT_PAIRS)('rollback of a series that ran, rq $rq', (pair) => {
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

  /** Migrates what is seeded and lets a native worker make at least two runs. */
  async function migrateAndRun(port: RedisPort, mode: 'tick' | 'run' = 'tick'): Promise<number> {
    const fence = await begin(port);
    expect(await rearmAll(port, fence)).toEqual(['done']);
    if (mode === 'run') await turnIntoRunMode(real.client, 'poll');
    await port.finishRun(fence.run, 'r1', 1);
    await port.releaseLocks(fence.run, fence.legacy);
    const worker = await real.worker(['default'], { env: RUNTIME });
    await real.waitForRuns(2);
    await worker.stop();
    return (await real.runs()).length;
  }

  // What an earlier release made is turned into ticks by its next run; its job's own count is that of the migration.
  it.each(['tick', 'run'] as const)(
    'gives rq-scheduler exactly the runs that are left, in %s mode',
    async (mode) => {
      const total = 6;
      const at = Math.floor(Date.now() / 1000) + 1;
      await real.seed([
        { call: 'schedule', func: 'tasks.record', at, interval: 2, repeat: total, id: 'poll', args: ['eu'] },
      ]);
      const port = await open();
      const ran = await migrateAndRun(port, mode);
      expect(ran).toBeLessThan(total);
      const slot = Number(await real.client.hget('migrate-scheduler:series:poll', 'slot'));

      const { jobs, findings } = await undoJobs(contextFor(real.url).context, port, 'r1');
      expect({ jobs, findings }).toEqual({
        jobs: { restored: 1, alreadyRun: 0, missing: 0 },
        findings: [],
      });
      expect(await real.client.zscore(LEGACY, 'poll')).toBe(String(slot));
      expect((slot - at) % 2).toBe(0);
      const seen = await real.inspect(['poll']);
      expect(seen.jobs[0]).toMatchObject({ error: null, meta: { interval: 2, repeat: total - ran } });

      // No runtime module any more: only rq-scheduler can make these runs.
      await real.worker(['default'], { withScheduler: false });
      await real.legacyScheduler(1);
      await real.waitForRuns(total, 40_000);
      await delay(3500);
      const runs = await real.runs();
      expect(runs).toHaveLength(total);
      expect(runs.slice(ran).every((run) => run.id === 'poll' && run.args[0] === 'eu')).toBe(true);
      expect(await real.client.exists(LEGACY)).toBe(0);
    },
  );

  it.runIf(pair === NEWEST_PAIR)('loses and doubles no run while native workers are alive', async () => {
    const total = 5;
    const at = Math.floor(Date.now() / 1000) + 1;
    await real.seed([{ call: 'schedule', func: 'tasks.record', at, interval: 4, repeat: total, id: 'poll' }]);
    const port = await open();
    const fence = await begin(port);
    expect(await rearmAll(port, fence)).toEqual(['done']);
    await port.finishRun(fence.run, 'r1', 1);
    await port.releaseLocks(fence.run, fence.legacy);
    const workers = [await real.worker(['default'], { env: RUNTIME })];
    workers.push(await real.worker(['default'], { env: RUNTIME }));
    await real.waitForRuns(2);
    expect((await undoJobs(contextFor(real.url).context, port, 'r1')).jobs.restored).toBe(1);
    await Promise.all(workers.map((worker) => worker.stop()));
    await real.worker(['default'], { withScheduler: false });
    await real.legacyScheduler(1);
    await real.waitForRuns(total, 40_000);
    await delay(5000);
    expect(await real.runs()).toHaveLength(total);
  });

  it('says the right count where the meta cannot be rewritten, and brings the job back all the same', async () => {
    const at = Math.floor(Date.now() / 1000) + 1;
    await real.seed([{ call: 'schedule', func: 'tasks.record', at, interval: 1, repeat: 50, id: 'poll' }]);
    const port = await open();
    const ran = await migrateAndRun(port, 'run');
    const meta = Buffer.from('{"interval": 1, "repeat": 50.0}');
    await real.client.hset('rq:job:poll', 'meta', meta);
    const { jobs, findings } = await undoJobs(contextFor(real.url).context, port, 'r1');
    expect(jobs.restored).toBe(1);
    expect(findings).toMatchObject([{ code: 'rollback-count', args: { id: 'poll', remaining: 50 - ran } }]);
    expect(await real.client.hgetBuffer('rq:job:poll', 'meta')).toEqual(meta);
    expect(await real.client.zcard(LEGACY)).toBe(1);
  });

  it('does not bring a finished series back', async () => {
    const at = Math.floor(Date.now() / 1000) + 1;
    await real.seed([{ call: 'schedule', func: 'tasks.record', at, interval: 1, repeat: 2, id: 'poll' }]);
    const port = await open();
    expect(await migrateAndRun(port)).toBe(2);
    const { jobs } = await undoJobs(contextFor(real.url).context, port, 'r1');
    expect(jobs).toEqual({ restored: 0, alreadyRun: 1, missing: 0 });
    expect(await real.client.exists(LEGACY, 'migrate-scheduler:series')).toBe(0);
  });
});
