import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { unfinishedRun } from '../../src/run/run-state.js';
import { startManaged } from '../../src/world/engines/managed.js';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { GUIDE_PAIR, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { cutover } from '../matrix/cutover.js';
import { contents } from '../redis/support.js';
import { cli, startCli, tempFolder, until } from '../support/cli.js';
import { PY_DIR, ROOT, TEST_CACHE } from '../support/paths.js';
import { type RealParts, useRealParts } from '../support/realParts.js';
import { copyJob, LEGACY, nativeKey, scores } from '../support/redisContents.js';

const NATIVE = nativeKey('default');
const LOCK = 'rq:scheduler_lock';
const FAR = Math.floor(Date.now() / 1000) + 86_400;

const documentsOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

describe('everything alive', () => {
  it('every job that clients add meanwhile runs exactly once', async () => {
    const venv = await ensureVenv({ cacheDir: TEST_CACHE, ...NEWEST_PAIR });
    const result = await cutover({
      ...{ old: venv, native: venv, rqVersion: NEWEST_PAIR.rq },
      ...{ clients: 3, seconds: 8, rate: 12, horizon: 4, migrateAfter: 1, quiet: 2 },
    });
    const { wrong, exitCode, documents } = result;
    expect(wrong).toEqual([]);
    expect(result.jobs).toBeGreaterThan(200);
    expect(result.moved.following).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(documents.at(-2)).toMatchObject({ event: 'end', reason: 'quiet' });
    expect(documents.at(-1)).toMatchObject({ schema: 'migrate-scheduler/verify@1', ok: true });
  });
});

/** `run --follow` on a Redis without a project. */
async function following(real: RealParts, more: readonly string[] = []) {
  const project = await tempFolder();
  const where = ['--yes', '--project', project, '--redis-url', real.url, '--format', 'json'];
  const run = await startCli(['run', '--only', 'redis', '--follow', ...more, ...where]);
  await run.waitFor(/"event":"begin"/);
  return { run, where, project };
}

describe('run --follow', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('moves what appears, says once what stays, and ends with the checks', async () => {
    // As a scheduler leaves it that is killed between enqueueing a job and taking its entry out.
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: FAR - 90_000, id: 'ran' }]);
    await real.client.hset('rq:job:ran', { status: 'finished', enqueued_at: new Date().toISOString() });
    const { run } = await following(real);
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'later' },
      { call: 'schedule', func: 'tasks.record', at: FAR, interval: 60, id: 'often' },
      { call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'a:b', queue: 'other' },
    ]);
    await until(async () => (await real.client.zcard(NATIVE)) === 2);
    expect(await scores(real.client, LEGACY)).toEqual({ 'a:b': FAR, ran: FAR - 90_000 });
    // A client gives a job a new time, as it always did: by its id.
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: FAR + 60, id: 'later' }]);
    await until(async () => (await real.client.zscore(NATIVE, 'later')) === String(FAR + 60));
    // An old process starts again and registers its recurring jobs by their ids, as all do at each start.
    const nightly = { call: 'cron', func: 'tasks.record', cron: '*/7 * * * *', id: 'nightly' } as const;
    for (let start = 0; start < 2; start++) {
      await real.seed([
        nightly,
        { call: 'schedule', func: 'tasks.record', at: FAR, interval: 60, id: 'often' },
      ]);
      await until(async () => (await real.client.zcard(LEGACY)) === 2);
      expect(await real.client.zcard(NATIVE)).toBe(3);
    }
    // Another cancels all that it finds and registers the same without an id.
    const { id: _, ...unnamed } = nightly;
    await real.seed([unnamed]);
    await until(async () => (await real.client.zcard(LEGACY)) === 2);
    expect(await real.client.zcard(NATIVE)).toBe(3);
    // A live scheduler finds its lock taken all the time.
    expect(await real.client.get(LOCK)).toMatch(/^migrate-scheduler:/);
    process.kill(run.pid, 'SIGINT');
    // The checks fail: an entry is left, and no worker is there.
    expect(await run.exited).toEqual({ code: 1, signal: null });
    const documents = documentsOf(run.output());
    expect(documents.filter((one) => one.event === 'stays')).toHaveLength(1);
    expect(documents.filter((one) => one.event === 'known')).toHaveLength(1);
    expect(documents.at(-2)).toMatchObject({ event: 'end', reason: 'signal', left: 2 });
    // A new time by the same id is a new wish, the same cron rule is not.
    expect(documents.at(-2)).toMatchObject({ jobs: { moved: 2, rearmed: 4 } });
    expect(documents.at(-1)).toMatchObject({ schema: 'migrate-scheduler/verify@1', ok: false });
    expect(await real.client.exists('migrate-scheduler:lock', LOCK)).toBe(0);
  });

  it('lets rq-scheduler make its passes for what stays with it', async () => {
    const soon = Math.floor(Date.now() / 1000) + 2;
    await real.seed([{ call: 'schedule', func: 'tasks.record', at: soon, interval: 1, id: 'kept' }]);
    await real.legacyScheduler();
    const { run } = await following(real, ['--recurring', 'keep']);
    await until(async () => (await real.client.llen('rq:queue:default')) >= 2);
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'later' }]);
    await until(async () => (await real.client.zscore(NATIVE, 'later')) !== null);
    await until(async () => (await real.client.llen('rq:queue:default')) >= 4);
    expect(run.running()).toBe(true);
    // rq-scheduler takes an entry out before it puts it back with its next time.
    await until(async () => (await real.client.zscore(LEGACY, 'kept')) !== null);
    expect(await scores(real.client, NATIVE)).toEqual({ later: FAR });
  });

  it.skipIf(!process.env.MIGRATE_SCHEDULER_WIDE)(
    'is quiet although rq-scheduler gives what stays with it new times',
    async () => {
      const soon = Math.floor(Date.now() / 1000) + 1;
      await real.seed([{ call: 'schedule', func: 'tasks.record', at: soon, interval: 1, id: 'kept' }]);
      await real.legacyScheduler();
      const { run } = await following(real, ['--recurring', 'keep', '--until-quiet', '5', '--for', '25']);
      await run.exited;
      expect(documentsOf(run.output()).at(-2)).toMatchObject({ event: 'end', reason: 'quiet', left: 1 });
      expect(await real.client.llen('rq:queue:default')).toBeGreaterThan(2);
    },
  );

  it.skipIf(!process.env.MIGRATE_SCHEDULER_WIDE)(
    'a recurring job waits until the workers of its queue can run it; others do not wait for it',
    async () => {
      const old = await real.worker();
      const { run } = await following(real);
      await real.seed([
        { call: 'schedule', func: 'tasks.record', at: FAR, interval: 60, id: 'often' },
        { call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'later' },
      ]);
      await run.waitFor(/series-wait-for-module/);
      expect(await scores(real.client, NATIVE)).toEqual({ later: FAR });
      expect(await scores(real.client, LEGACY)).toEqual({ often: FAR });
      await old.stop();
      await real.worker(['default'], { env: { PYTHONPATH: `${ROOT}python/src` } });
      await until(async () => (await real.client.zcard(NATIVE)) === 2, 40_000);
      expect(await real.client.exists(LEGACY)).toBe(0);
    },
  );

  it('killed: run goes on under its id, and one rollback brings back what it had followed', async () => {
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'first' },
      { call: 'enqueue_at', func: 'tasks.record', at: FAR + 1, id: 'second' },
    ]);
    const before = await contents(real.client);
    await real.client.zrem(LEGACY, 'second');
    const { run, where, project } = await following(real);
    await real.client.zadd(LEGACY, FAR + 1, 'second');
    await until(async () => (await real.client.zcard(NATIVE)) === 2);
    // A rollback meanwhile, and a second one who follows, find the lock taken, and leave no trace in the record.
    expect((await cli(['rollback', ...where])).code).toBe(4);
    expect((await cli(['run', '--only', 'redis', '--for', '0', ...where])).code).toBe(4);
    expect(unfinishedRun(project)?.state.phase).toBe('applying');
    await run.kill();
    const again = await startCli(['run', '--only', 'redis', '--for', '0', ...where]);
    await again.exited;
    const [document] = documentsOf(again.output());
    expect(document).toMatchObject({ resumed: true, jobs: { moved: 0 } });
    expect((await cli(['rollback', String(document?.runId), ...where])).code).toBe(0);
    expect(await contents(real.client)).toEqual(before);
  });

  it('needs Redis', async () => {
    expect((await cli(['run', '--follow', '--only', 'files', '--project', await tempFolder()])).code).toBe(
      64,
    );
  });
});

describe("rq-scheduler's lock lost on the way", () => {
  const real = useRealParts(NEWEST_PAIR);

  it('a pass that outlives its lock is waited for, also when it deletes ours at its end', async () => {
    const due = Math.floor(Date.now() / 1000) - 60;
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: due, id: 'due-0' }]);
    const ids = Array.from({ length: 60 }, (_, i) => `due-${i}`);
    await copyJob(
      real.client,
      'due-0',
      ids.map((id) => ({ id, at: due })),
    );
    const pass = real.track(
      await startManaged(real.venv.python, [`${PY_DIR}/long_pass.py`, real.url, '0.05'], { name: 'pass' }),
    );
    await pass.waitFor(/begun/);
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: due, id: 'added' }]);
    const project = await tempFolder();
    const run = await cli(['run', '--only', 'redis', '--yes', '--project', project, '--redis-url', real.url]);
    expect(run.code).toBe(0);
    await pass.waitFor(/ended/);
    // What the pass had read it has enqueued; the tool has moved the rest, and nothing twice.
    expect((await real.client.lrange('rq:queue:default', 0, -1)).sort()).toEqual([...ids].sort());
    expect(await scores(real.client, NATIVE)).toEqual({ added: due });
    expect(await real.client.exists(LEGACY)).toBe(0);
  });

  it('is waited for and taken again; nothing moves while a scheduler has it', async () => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'job-0' }]);
    const copies = Array.from({ length: 999 }, (_, i) => ({ id: `job-${i + 1}`, at: FAR + (i % 100) }));
    await copyJob(real.client, 'job-0', copies);
    const all = await scores(real.client, LEGACY);
    const project = await tempFolder();
    const run = await startCli([
      ...['run', '--only', 'redis', '--yes', '--verbose', '--project', project, '--redis-url', real.url],
    ]);
    let losses = 0;
    while (run.running()) {
      await delay(10);
      const ours = (await real.client.get(LOCK))?.startsWith('migrate-scheduler:');
      if (!ours || (await real.client.zcard(NATIVE)) === 0) continue;
      // As an old scheduler does: it deletes the lock, whoever's it is; another one begins a pass.
      await real.client
        .multi()
        .del(LOCK)
        .set(LOCK, `${Date.now() / 1000}`, 'PX', 300)
        .exec();
      const moved = await real.client.zcard(NATIVE);
      await delay(150);
      expect(await real.client.zcard(NATIVE)).toBe(moved);
      losses++;
    }
    expect(await run.exited).toEqual({ code: 0, signal: null });
    expect(losses).toBeGreaterThan(0);
    expect(await scores(real.client, NATIVE)).toEqual(all);
    // What is left is the last scheduler's own.
    expect((await real.client.get(LOCK)) ?? '').not.toContain('migrate-scheduler');
  });
});
