import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { type ManagedProcess, runToEnd } from '../../src/world/engines/managed.js';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { contents } from '../redis/support.js';
import { startCli } from '../support/cli.js';
import { copyJob, LEGACY, nativeKey, scores } from '../support/redisContents.js';
import { type Case, seedOf } from './cases.js';
import { openSide, type Side } from './side.js';

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const between = (low: number, high: number): number => low + Math.random() * (high - low);

describe('SIGKILL at random instants, of work horses and of workers with their scheduler', () => {
  const TOTAL = 30;
  const series: Case = {
    ...{ id: 'faults', name: 'faults', queue: 'many', func: 'sleep', offset: 0, interval: 2 },
    ...{ repeat: TOTAL, total: TOTAL, kwargs: { seconds: 0.6 } },
  };
  const hash = `migrate-scheduler:series:${series.id}`;

  /** A worker whose scheduler can begin at once, and the pid of that scheduler. */
  async function begin(side: Side) {
    // RQ keeps the lock of a killed scheduler for a minute; that minute is not waited for.
    await side.client.del('rq:scheduler-lock:many');
    const worker = await side.worker('many', true);
    let scheduler: number | undefined;
    while (scheduler === undefined && worker.running()) scheduler = (await childrenOf(worker))[0];
    return { worker, scheduler };
  }

  /**
   * Arms the series again where its occurrence was lost. One that a dead worker had in its hands RQ gives up after
   * minutes; here it is deleted after seconds, as by an administrator. Returns what was done.
   */
  async function help(side: Side): Promise<'' | 'repaired' | 'deleted'> {
    const done = await side.tool<{ series: unknown[] }>('repair');
    if (done.series.length > 0) return 'repaired';
    const [slot, jobId, state] = await side.client.hmget(hash, 'slot', 'job_id', 'state');
    if (state !== 'active' || !jobId || Number(slot) > Date.now() / 1000 - 6) return '';
    await side.client.del(`rq:job:${jobId}`);
    for (const key of ['rq:queue:many', 'rq:queue:many:intermediate']) await side.client.lrem(key, 0, jobId);
    await side.client.zrem(nativeKey('many'), jobId);
    return 'deleted';
  }

  it.concurrent.each(DEFAULT_PAIRS)('the count stays right: rq $rq', { retry: 0 }, async (pair) => {
    const side = await openSide(pair);
    const tally = { horses: 0, workers: 0, repaired: 0, deleted: 0 };
    try {
      await side.seed([seedOf(series, Math.ceil(Date.now() / 1000) + 4)]);
      await side.tool('run');
      let { worker, scheduler } = await begin(side);
      for (const end = Date.now() + 240_000; Date.now() < end; ) {
        await delay(between(200, 2200));
        if ((await side.client.hget(hash, 'state')) === 'finished') break;
        if (tally.horses > 2 * tally.workers) {
          await worker.kill();
          tally.workers++;
          ({ worker, scheduler } = await begin(side));
        } else if (await killHorse(worker, scheduler)) tally.horses++;
        const helped = await help(side);
        if (helped !== '') tally[helped]++;
      }
      await delay(2 * series.interval * 1000);
      const runs = await side.runs();
      const missing = TOTAL - runs.length;
      say(`rq ${pair.rq}: ${runs.length} of ${TOTAL} runs, killed and helped: ${JSON.stringify(tally)}`);
      expect(await side.client.hmget(hash, 'state', 'remaining')).toEqual(['finished', '0']);
      expect(new Set(runs.map(({ enqueued }) => enqueued)).size).toBe(runs.length);
      expect(tally.horses + tally.workers).toBeGreaterThan(5);
      // A kill between arming the next run and the function's first line takes that run, never another one.
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(missing).toBeLessThanOrEqual(2);
    } finally {
      await side.stop();
    }
  });
});

/** Pids of a process's children, oldest first; a worker's first one is its scheduler. */
async function childrenOf(managed: ManagedProcess): Promise<number[]> {
  const { stdout } = await runToEnd('pgrep', ['-P', `${managed.pid}`]);
  return stdout.split('\n').filter(Boolean).map(Number);
}

async function killHorse(worker: ManagedProcess, scheduler: number | undefined): Promise<boolean> {
  const horse = (await childrenOf(worker)).find((pid) => pid !== scheduler);
  if (horse === undefined) return false;
  try {
    return process.kill(horse, 'SIGKILL');
  } catch {
    return false;
  }
}

describe('kill -9 of `run` and `rollback` at random instants, recurring and one-shot jobs mixed', () => {
  const COPIES = 2000;
  const at = Math.floor(Date.now() / 1000) + 86_400;
  const KINDS = ['once', 'endless', 'counted', 'cron'] as const;
  const ALL = KINDS.length * (COPIES + 1);

  async function seedMixed(side: Side): Promise<void> {
    const common = { func: 'matrix_tasks.record', at, queue: 'many' };
    await side.seed([
      { call: 'enqueue_at', id: 'once', ...common },
      { call: 'schedule', id: 'endless', interval: 600, ...common },
      { call: 'schedule', id: 'counted', interval: 600, repeat: 7, ...common },
      { call: 'cron', id: 'cron', cron: '30 4 * * *', func: common.func, queue: 'many' },
    ]);
    const cronAt = Number(await side.client.zscore(LEGACY, 'cron'));
    for (const kind of KINDS) {
      const score = (i: number) => (kind === 'cron' ? cronAt : at + i);
      const copies = Array.from({ length: COPIES }, (_, i) => ({ id: `${kind}-${i}`, at: score(i) }));
      await copyJob(side.client, kind, copies);
    }
  }

  it('nothing is lost or doubled; run goes on to the end, and rollback brings all back', {
    retry: 0,
  }, async () => {
    const side = await openSide(GUIDE_PAIR);
    try {
      await seedMixed(side);
      const before = await contents(side.client);
      const all = await scores(side.client, LEGACY);
      expect(Object.keys(all)).toHaveLength(ALL);
      const rounds = { run: 0, rollback: 0 };
      for (const command of ['run', 'rollback'] as const) {
        for (let round = 0; round < 8; round++) {
          const moved = await side.client.zcard(LEGACY);
          const started = await startCli(side.toolArgs(command));
          const step = between(1, ALL / 16);
          while (started.running() && Math.abs((await side.client.zcard(LEGACY)) - moved) < step)
            await delay(1);
          await delay(between(0, 20));
          if ((await started.kill()).signal === 'SIGKILL') rounds[command]++;
          await delay(50);
          expect(await entries(side.client)).toEqual(all);
        }
        if ((await side.client.exists(command === 'run' ? LEGACY : nativeKey('many'))) > 0)
          await side.tool(command);
        expect(await entries(side.client)).toEqual(all);
        if (command === 'run') expect(await side.client.exists(LEGACY)).toBe(0);
      }
      say(`killed: ${JSON.stringify(rounds)} of ${ALL} jobs`);
      expect(Math.min(rounds.run, rounds.rollback)).toBeGreaterThan(2);
      expect(await contents(side.client)).toEqual(before);
    } finally {
      await side.stop();
    }
  });

  /**
   * Every legacy job by its id with the score at which it is waiting, on whichever side: a legacy entry, a native
   * one-shot, or the armed occurrence of an active series. Throws where a job waits twice or something else waits.
   */
  async function entries(client: Redis): Promise<Record<string, number>> {
    const waiting = await scores(client, LEGACY);
    const native = await scores(client, nativeKey('many'));
    const put = (id: string, score: number | undefined) => {
      if (id in waiting || score === undefined) throw new Error(`${id} waits twice, or nowhere`);
      waiting[id] = score;
    };
    const series = await client.smembers('migrate-scheduler:series');
    const pipeline = client.pipeline();
    for (const id of series) pipeline.hmget(`migrate-scheduler:series:${id}`, 'legacy_id', 'job_id', 'state');
    for (const [, reply] of (await pipeline.exec()) ?? []) {
      const [legacyId, jobId, state] = reply as string[];
      put(legacyId ?? '', state === 'active' ? native[jobId ?? ''] : undefined);
      delete native[jobId ?? ''];
    }
    for (const [id, score] of Object.entries(native)) put(id, score);
    return waiting;
  }
});
