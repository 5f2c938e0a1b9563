import { afterEach, describe, expect, it } from 'vitest';
import { parseSeries } from '../../src/native/series.js';
import { nextSlot } from '../../src/plan/rearm-series.js';
import { connectRedis } from '../../src/redis/client.js';
import type { RedisPort } from '../../src/redis/port.js';
import { repair } from '../../src/run/repair.js';
import { lookAtSeries } from '../../src/run/series.js';
import { status } from '../../src/run/status.js';
import { undoJobs } from '../../src/run/undo-jobs.js';
import { verify } from '../../src/run/verify.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { begin } from '../redis/support.js';
import { useRealParts } from '../support/realParts.js';
import { answer, contextFor, RUNTIME, rearmAll, seriesTools } from './support.js';

const SERIES = 'migrate-scheduler:series:';
const FAR = 3600;

describe.each(DEFAULT_PAIRS)('repair, rq $rq', (pair) => {
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

  const tools = <T = unknown>(input: Record<string, unknown>) => seriesTools<T>(real, input);
  const define = (...series: Record<string, unknown>[]) => tools({ do: 'define', series });
  const field = async (id: string, name: string) => (await real.client.hget(SERIES + id, name)) ?? '';
  const armedCheck = async () => {
    const { document } = await answer(verify, real.url);
    return (document.checks as { code: string; status: string; args: { examples: string[] } }[]).find(
      (check) => check.code === 'series-armed',
    );
  };

  it('arms a series again whose waiting job was deleted, and it runs on', async () => {
    await define({ func: 'tasks.record', interval: 1, repeat: 3, name: 'poll', args: ['eu'] });
    expect(await armedCheck()).toMatchObject({ status: 'pass', args: { count: 1 } });
    const lost = await field('poll', 'job_id');
    await real.client.del(`rq:job:${lost}`);
    expect(await armedCheck()).toMatchObject({ status: 'fail', args: { broken: 1, examples: ['poll'] } });
    expect((await answer(status, real.url)).document.series).toMatchObject([
      { id: 'poll', kind: 'interval', interval: 1, remaining: 3, state: 'active', armed: false },
    ]);

    const { code, document } = await answer(repair, real.url);
    expect(code).toBe(0);
    const jobId = await field('poll', 'job_id');
    expect(document).toMatchObject({
      schema: 'migrate-scheduler/repair@1',
      series: [
        { id: 'poll', reason: 'job-gone', lostJobId: lost, jobId, slot: Number(await field('poll', 'slot')) },
      ],
      findings: [],
    });
    expect(await armedCheck()).toMatchObject({ status: 'pass' });
    expect(await tools({ do: 'lost' })).toEqual([]);
    const [job] = (await real.inspect([jobId])).jobs;
    expect(job).toMatchObject({ error: null, status: 'scheduled', func: 'rq_recurring.tick', timeout: 180 });

    await real.worker(['default'], { env: RUNTIME });
    const runs = await real.waitForRuns(3);
    expect(runs.map((run) => run.args)).toEqual([['eu'], ['eu'], ['eu']]);
    expect(await field('poll', 'state')).toBe('finished');
  });

  it('sees what the runtime sees as lost, for each way to lose it, and arms at the same slot', async () => {
    const start = Math.floor(Date.now() / 1000) + FAR;
    const series = ['gone', 'emptied', 'flushed', 'cancelled', 'fine', 'waiting'].map((name) => ({
      func: 'tasks.record',
      interval: 600,
      start,
      name,
      queue: `q-${name}`,
    }));
    await define(...series, {
      func: 'tasks.record',
      expression: '*/7 * * * *',
      name: 'cron',
      tz: 'Asia/Shanghai',
    });
    const job = Object.fromEntries(
      await Promise.all(series.map(async ({ name }) => [name, await field(name, 'job_id')])),
    );
    await real.client.del(`rq:job:${job.gone}`);
    for (const name of ['emptied', 'flushed', 'waiting']) {
      await tools({ do: 'enqueue', queue: `q-${name}`, job: job[name] });
    }
    await tools({ do: 'empty', queue: 'q-emptied' });
    await real.client.del('rq:queue:q-flushed');
    await tools({ do: 'cancel-job', job: job.cancelled });
    await real.client.del(`rq:job:${await field('cron', 'job_id')}`);
    await real.client.hset(`${SERIES}cron`, 'slot', start - 2 * FAR);

    const port = await open();
    const looked = await lookAtSeries(port);
    const losses = Object.fromEntries(looked.map(({ series: { id }, loss }) => [id, loss]));
    expect(losses).toEqual({
      gone: 'job-gone',
      emptied: 'job-gone',
      flushed: 'not-on-queue',
      cancelled: 'job-ended',
      cron: 'job-gone',
      fine: null,
      waiting: null,
    });
    const lost = Object.keys(losses).filter((id) => losses[id] !== null);
    expect(await tools({ do: 'lost' })).toEqual(lost.sort());
    const now = await port.time();
    const slots = await tools<Record<string, number>>({ do: 'next-slots', now: start + 1000.5 });
    for (const one of looked) {
      const past = { ...one.series, slot: 0 };
      expect(nextSlot(past, start + 1000.5)).toEqual({ ok: true, slot: slots[one.series.id] });
    }

    const { document } = await answer(repair, real.url);
    const repaired = document.series as { id: string; jobId: string; slot: number }[];
    expect(repaired.map(({ id }) => id)).toEqual(lost.sort());
    for (const { id, jobId, slot } of repaired) {
      if (id !== 'cron') expect(slot).toBe(start);
      expect(await real.client.zscore(`rq:scheduled:${await field(id, 'queue')}`, jobId)).toBe(String(slot));
    }
    const cron = repaired.find(({ id }) => id === 'cron');
    expect(((cron?.slot ?? 0) % 3600) % 420).toBe(0);
    expect(cron?.slot).toBeGreaterThan(now);
    // The cancelled job is still remembered: another id. What was queued and lost is forgotten.
    expect(repaired.find(({ id }) => id === 'cancelled')?.jobId).toBe(`cancelled-${start}-2`);
    expect(await tools({ do: 'lost' })).toEqual([]);
    expect((await answer(repair, real.url)).document).toMatchObject({ runId: null, series: [] });
  });

  it('can be rolled back while the occurrence waits, and not after it ran', async () => {
    await define(
      { func: 'tasks.record', interval: FAR, name: 'waits' },
      { func: 'tasks.record', interval: 1, repeat: 5, name: 'runs' },
    );
    const before = await field('waits', 'job_id');
    for (const id of ['waits', 'runs']) await real.client.del(`rq:job:${await field(id, 'job_id')}`);
    const { document } = await answer(repair, real.url);
    const armed = await field('waits', 'job_id');
    const worker = await real.worker(['default'], { env: RUNTIME });
    await real.waitForRuns(1);
    await worker.stop();

    const port = await open();
    expect((await port.readRun(document.runId))?.counts.repaired).toBe(2);
    const { jobs } = await undoJobs(contextFor(real.url).context, port, document.runId);
    expect(jobs).toEqual({ restored: 1, alreadyRun: 1, missing: 0 });
    expect(await real.client.zscore('rq:scheduled:default', armed)).toBeNull();
    expect(await field('waits', 'job_id')).toBe(before);
    expect((await lookAtSeries(port)).find(({ series }) => series.id === 'waits')?.loss).toBe('job-gone');
    expect((await port.readRun(document.runId))?.state).toBe('rolled-back');
  });

  it('leaves to the runtime what it cannot know, and says so', async () => {
    await define(
      { func: 'tasks.record', interval: 60, name: 'own' },
      { func: 'tasks.record', expression: '0 0 1 1 *', name: 'over' },
    );
    for (const id of ['own', 'over']) await real.client.del(`rq:job:${await field(id, 'job_id')}`);
    await real.client.hset(`${SERIES}own`, 'serializer', 'app.Serializer');
    await real.client.hset(`${SERIES}over`, { cron: '0 0 1 1 * 2001', slot: '978307200' });
    const { code, document } = await answer(repair, real.url);
    expect(code).toBe(1);
    expect((document.findings as { code: string }[]).map((finding) => finding.code)).toEqual([
      'repair-serializer',
      'repair-finished',
    ]);
    expect(document.series).toMatchObject([{ id: 'over', jobId: null, slot: null }]);
    expect(await field('over', 'state')).toBe('finished');
  });

  it('arms a migrated series as the runtime does; its job keeps what it has', async () => {
    const at = Math.floor(Date.now() / 1000) - 30;
    const options = { timeout: 77, description: 'polls', result_ttl: 60, meta: { user: 'li' } };
    await real.seed([{ call: 'cron', func: 'tasks.record', cron: '* * * * *', id: 'poll', ...options }]);
    await real.client.zadd('rq:scheduler:scheduled_jobs', at, 'poll');
    const port = await open();
    const fence = await begin(port);
    expect(await rearmAll(port, fence)).toEqual(['done']);
    await port.finishRun(fence.run, 'r1', 1);
    await port.releaseLocks(fence.run, fence.legacy);
    const seen = async () => {
      const [job] = (await real.inspect([await field('poll', 'job_id')])).jobs;
      const { func, status, meta, description, timeout, resultTtl } = job ?? {};
      return { func, status, meta, description, timeout, resultTtl };
    };
    const ofJob = { timeout: 77, description: 'polls', resultTtl: 60 };
    const meta = { user: 'li', cron_string: '* * * * *' };
    // The runtime itself arms the second.
    const worker = await real.worker(['default'], { env: RUNTIME });
    await real.waitForRuns(1);
    await worker.stop();
    const byRuntime = await seen();
    expect(byRuntime).toMatchObject({
      func: 'rq_recurring.tick',
      description: 'polls',
      resultTtl: 0,
      meta: {},
    });
    const [job] = (await real.inspect(['poll'])).jobs;
    expect(job).toMatchObject({ error: null, func: 'tasks.record', status: 'finished', ...ofJob, meta });

    await real.client.del(`rq:job:${await field('poll', 'job_id')}`);
    expect((await answer(repair, real.url)).code).toBe(0);
    expect(await seen()).toEqual(byRuntime);
  });

  it('reads a series of defaults as the runtime writes it', async () => {
    await define({ func: 'tasks.record', interval: 60, name: 'one' });
    const port = await open();
    const [read] = await port.readSeries(['one'], { data: true });
    expect(parseSeries('one', read?.fields ?? new Map())).toMatchObject({
      kind: 'interval',
      interval: 60,
      remaining: null,
      queue: 'default',
      func: 'tasks.record',
      serializer: 'pickle',
    });
  });
});
