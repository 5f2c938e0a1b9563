import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { seriesIdFor } from '../../src/native/job-id.js';
import { connectRedis } from '../../src/redis/client.js';
import type { JobStep } from '../../src/redis/moves.js';
import type { RedisPort } from '../../src/redis/port.js';
import { lookAtJournal, settleJournal } from '../../src/run/observe-journal.js';
import { undoJobs } from '../../src/run/undo-jobs.js';
import { runPython } from '../../src/world/engines/processes.js';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { begin, FUTURE, LEGACY, LISTED, move } from '../redis/support.js';
import { PY_DIR } from '../support/paths.js';
import { type SeedJob, useRealParts } from '../support/realParts.js';
import { contextFor, RUNTIME, rearmAll } from './support.js';

interface Listed {
  readonly id: string;
  readonly at: number;
  readonly meta: Readonly<Record<string, unknown>>;
  readonly args: readonly unknown[];
}

describe.each(DEFAULT_PAIRS)('an application with rq_recurring.Scheduler, rq $rq', (pair) => {
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

  const scheduler = <T = Listed[]>(input: Record<string, unknown>) =>
    runPython<T>({
      ...{ venv: real.venv, script: `${PY_DIR}/scheduler_tools.py`, args: [real.url], input },
      ...{ env: RUNTIME, cwd: PY_DIR },
    });
  const times = async () => (await scheduler({ do: 'list' })).map(({ id, at }) => [id, at]);
  /** What the application registers, its import swapped. */
  const register = (...jobs: SeedJob[]) => real.seed(jobs, { SCHEDULER_MODULE: 'rq_recurring', ...RUNTIME });

  /** What is in rq-scheduler's schedule, moved as `run` does. */
  async function migrate(port: RedisPort, runId = 'r1'): Promise<string[]> {
    const fence = await begin(port, runId);
    const series = await rearmAll(port, fence);
    const { entries } = await port.pageLegacy(null);
    const steps = entries.map(({ id, score }): JobStep => {
      const one = move(Buffer.from(id), score);
      return Buffer.from(id).includes(':') ? ({ ...one, op: 'rename', newId: 'renamed' } as JobStep) : one;
    });
    const results = [...series, ...(await port.moveBatch(fence, steps))];
    await port.finishRun(fence.run, runId, 1);
    await port.releaseLocks(fence.run, fence.legacy);
    return results;
  }
  const rollBack = async (port: RedisPort, runId = 'r1') =>
    (await undoJobs(contextFor(real.url).context, port, runId)).jobs;

  it('finds what was moved, as it was, and again after a rollback', async () => {
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE, id: 'once', args: [1], meta: { user: 'li' } },
      { call: 'schedule', func: 'tasks.record', at: FUTURE + 2, id: 'often', interval: 60, repeat: 5 },
      { call: 'cron', func: 'tasks.record', cron: '* * * * *', id: 'nightly', description: 'at night' },
    ]);
    // A newer RQ makes no such jobs.
    const odd: SeedJob[] =
      pair === GUIDE_PAIR
        ? [
            { call: 'enqueue_at', func: 'tasks.record', at: FUTURE + 1, id: 'a:b' },
            { call: 'schedule', func: 'tasks.record', at: FUTURE + 3, id: 'every:1', interval: 60 },
          ]
        : [];
    await real.seed(odd);
    const newIds = new Map([
      ['a:b', 'renamed'],
      ['every:1', seriesIdFor(Buffer.from('every:1'))],
    ]);
    const before = await scheduler({ do: 'list' });
    const port = await open();
    expect(await migrate(port)).toEqual(Array(3 + odd.length).fill('done'));
    const after = await scheduler({ do: 'list' });
    const known = before.map((job) => ({
      ...job,
      id: newIds.get(job.id) ?? job.id,
      status: 'scheduled',
    }));
    expect(after).toEqual(known);
    expect(await rollBack(port)).toEqual({ restored: 3 + odd.length, alreadyRun: 0, missing: 0 });
    expect(await scheduler({ do: 'list' })).toEqual(before);
    expect(await real.client.exists(LISTED)).toBe(0);
  });

  it('sees its own job run, count down and end', async () => {
    const at = Math.floor(Date.now() / 1000) + 1;
    await real.seed([
      { call: 'schedule', func: 'tasks.record', at, id: 'poll', interval: 2, repeat: 3, args: ['eu'] },
    ]);
    await migrate(await open());
    await real.worker(['default'], { env: RUNTIME });
    await real.waitForRuns(2);
    const [listed] = await scheduler({ do: 'list' });
    if (listed) expect(listed).toMatchObject({ id: 'poll', args: ['eu'] });
    const runs = await real.waitForRuns(3);
    await delay(2500);
    expect(runs.map(({ id, args }) => [id, args])).toEqual(Array(3).fill(['poll', ['eu']]));
    expect(await real.runs()).toHaveLength(3);
    expect(await scheduler({ do: 'list' })).toEqual([]);
    const [job] = (await real.inspect(['poll'], ['default'])).jobs;
    expect(job).toMatchObject({ status: 'finished', meta: { interval: 2, repeat: 0 } });
    // Of the ticks nothing is left.
    expect((await real.client.keys('rq:*poll-*')).sort()).toEqual([]);
  });

  it('ends and moves what was moved; that is neither lost nor brought back', async () => {
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE, id: 'once' },
      { call: 'enqueue_at', func: 'tasks.record', at: FUTURE, id: 'later' },
      { call: 'schedule', func: 'tasks.record', at: FUTURE, id: 'often', interval: 60 },
      { call: 'schedule', func: 'tasks.record', at: FUTURE, id: 'over', interval: 60 },
    ]);
    const port = await open();
    await migrate(port);
    for (const id of ['once', 'over']) await scheduler({ do: 'cancel', id });
    for (const id of ['later', 'often']) await scheduler({ do: 'move', id, at: FUTURE + 9 });
    expect(await times()).toEqual([
      ['later', FUTURE + 9],
      ['often', FUTURE + 9],
    ]);
    const look = await lookAtJournal(port, await port.time());
    const seen = look && (await settleJournal(port, look, new Set()));
    expect(seen?.counts).toEqual({ lost: 0, scheduled: 1, canceled: 1, series: 1, seriesEnded: 1 });
    expect(await rollBack(port)).toEqual({ restored: 2, alreadyRun: 0, missing: 2 });
    expect(await real.client.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual([
      ...['later', `${FUTURE + 9}`, 'often', `${FUTURE + 9}`],
    ]);
  });

  it('has its own registration kept when an old client registers the same again, before and after a run', async () => {
    const old = {
      call: 'schedule',
      func: 'tasks.record',
      at: FUTURE,
      id: 'poll',
      interval: 60,
      args: ['old'],
    } as const;
    await real.seed([old]);
    await register({ ...old, at: FUTURE + 5, interval: 90, args: ['new'], timeout: 77 });
    // Registering under the id has taken the old entry away.
    expect(await real.client.exists(LEGACY)).toBe(0);
    const port = await open();
    for (const runId of ['r1', 'r2']) {
      await real.seed([old]);
      expect(await migrate(port, runId)).toEqual(['known']);
      expect(await real.client.exists(LEGACY)).toBe(0);
      expect(await times()).toEqual([['poll', FUTURE + 5]]);
      const [job] = (await real.inspect(['poll'])).jobs;
      expect(job).toMatchObject({ args: ['new'], timeout: 77, meta: { interval: 90 } });
      expect(await real.client.zcard('rq:scheduled:default')).toBe(1);
    }
    // What is rolled back is what the run did: both are there again.
    expect(await rollBack(port, 'r2')).toMatchObject({ restored: 1 });
    expect(await real.client.zscore(LEGACY, 'poll')).toBe(String(FUTURE));
    expect(await real.client.hget('migrate-scheduler:series:poll', 'state')).toBe('active');
  });

  it('takes a migrated job over by its id, and gives it back with what is left', async () => {
    const at = FUTURE;
    const spec = { call: 'schedule', func: 'tasks.record', at, id: 'poll', interval: 60 } as const;
    await real.seed([spec]);
    const port = await open();
    await migrate(port);
    await register({ ...spec, at: at + 30, args: ['new'] });
    expect(await times()).toEqual([['poll', at + 30]]);
    expect(await real.client.zcard('rq:scheduled:default')).toBe(1);
    expect(await rollBack(port)).toEqual({ restored: 1, alreadyRun: 0, missing: 0 });
    expect(await real.client.zrange(LEGACY, '0', '-1', 'WITHSCORES')).toEqual(['poll', String(at + 30)]);
    expect(await real.client.exists('rq:scheduled:default', 'migrate-scheduler:series', LISTED)).toBe(0);
  });
});
