import { readFileSync, watch as watchFolder } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { ManagedProcess } from '../../src/world/engines/managed.js';
import { GUIDE_PAIR, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { contents } from '../redis/support.js';
import {
  cli,
  cliJson,
  projectTree,
  type RollbackDocument,
  type RunDocument,
  sampleAfter,
  sampleBefore,
  sampleProject,
  startCli,
  tempFolder,
  until,
} from '../support/cli.js';
import { type RealParts, useRealParts } from '../support/realParts.js';
import { copyJob, dumps, LEGACY, nativeKey, scores } from '../support/redisContents.js';

const JOBS = 3000;
const at = Math.floor(Date.now() / 1000) + 86_400;
const NATIVE = nativeKey('default');

/** One job by the real rq-scheduler, then as many copies as make the move last. */
async function seedMany(real: RealParts): Promise<Record<string, number>> {
  await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'job-0' }]);
  const copies = Array.from({ length: JOBS - 1 }, (_, i) => ({ id: `job-${i + 1}`, at: at + (i % 100) }));
  await copyJob(real.client, 'job-0', copies);
  return scores(real.client, LEGACY);
}

/** Entries in the legacy and in the native schedule, counted at one moment. */
async function counts(client: Redis): Promise<readonly [number, number]> {
  const replies = await client.multi().zcard(LEGACY).zcard(NATIVE).exec();
  return [Number(replies?.[0]?.[1]), Number(replies?.[1]?.[1])];
}

/** Every job is in exactly one of the two schedules, with its score. */
async function expectAllThere(client: Redis, all: Record<string, number>): Promise<void> {
  const [legacy, native] = [await scores(client, LEGACY), await scores(client, NATIVE)];
  expect(Object.keys(legacy).length + Object.keys(native).length).toBe(JOBS);
  expect({ ...legacy, ...native }).toEqual(all);
}

/** Watches a run until that many jobs have moved or it has ended; at every look all jobs are there. */
async function watch(client: Redis, run: ManagedProcess, moved: number): Promise<void> {
  await until(async () => {
    const [legacy, native] = await counts(client);
    expect(legacy + native).toBe(JOBS);
    return native >= moved || !run.running();
  });
}

describe('kill -9 among the jobs', () => {
  const real = useRealParts(NEWEST_PAIR);

  it('again and again: nothing is lost or doubled, run goes on to the end', async () => {
    const all = await seedMany(real);
    const project = await sampleProject();
    const args = ['run', '--yes', '--project', project, '--redis-url', real.url];
    let killed = 0;
    for (let round = 0; round < 4; round++) {
      const [, before] = await counts(real.client);
      const threshold = before + 1 + Math.floor(Math.random() * (JOBS / 5));
      const run = await startCli(args);
      await watch(real.client, run, threshold);
      const { signal } = await run.kill();
      if (signal === 'SIGKILL') killed++;
      await expectAllThere(real.client, all);
    }
    expect(killed).toBeGreaterThan(0);
    const result = await cliJson<RunDocument>(0, args);
    expect(await scores(real.client, NATIVE)).toEqual(all);
    expect(await real.client.zcard(LEGACY)).toBe(0);
    expect(projectTree(project)).toEqual(sampleAfter());
    expect(result.resumed || result.runId === null).toBe(true);

    // One run did it all: one rollback undoes it all.
    const back = await cliJson<RollbackDocument>(0, [
      ...['rollback', '--yes', '--project', project, '--redis-url', real.url],
    ]);
    expect(back.jobs).toEqual({ restored: JOBS, alreadyRun: 0, missing: 0 });
    expect(await scores(real.client, LEGACY)).toEqual(all);
    expect(projectTree(project)).toEqual(sampleBefore());
  });
});

describe('kill -9', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('then rollback: Redis and files are as before', async () => {
    await seedMany(real);
    const before = await contents(real.client);
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', real.url];
    const run = await startCli(['run', '--yes', ...where]);
    await watch(real.client, run, 1 + Math.floor(Math.random() * (JOBS / 2)));
    expect((await run.kill()).signal).toBe('SIGKILL');

    const first = await startCli(['rollback', '--yes', ...where]);
    await until(async () => (await counts(real.client))[1] < JOBS / 4 || !first.running());
    await first.kill();
    // The rollback was killed too, perhaps: a second one ends it.
    expect([0, 3]).toContain((await cli(['rollback', '--yes', ...where])).code);
    expect(await contents(real.client)).toEqual(before);
    expect(projectTree(project)).toEqual(sampleBefore());
  });

  it('among the files: each is whole, none is left over, and run or rollback ends it', async () => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const before = await contents(real.client);
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', real.url];
    // At the first sight of a change in the folder, and at a random instant of the writing.
    for (const delayMs of [0, Math.random() * 60]) {
      const run = await startCli(['run', '--yes', ...where]);
      const watcher = watchFolder(project, (_event, name) => {
        if (name?.startsWith('.migrate')) return;
        watcher.close();
        setTimeout(() => void run.kill(), delayMs);
      });
      await run.exited;
      watcher.close();
      for (const [path, bytes] of Object.entries(sampleBefore())) {
        expect([bytes, sampleAfter()[path]]).toContain(projectTree(project)[path]);
      }
    }
    await cliJson(0, ['run', '--yes', ...where]);
    expect(projectTree(project)).toEqual(sampleAfter());
    expect(await scores(real.client, NATIVE)).toEqual({ one: at });
    await cliJson(0, ['rollback', '--yes', ...where]);
    expect(projectTree(project)).toEqual(sampleBefore());
    expect(await contents(real.client)).toEqual(before);
  });
});

describe('signals and lost connections', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('SIGINT among the jobs ends after a whole step with 130; run goes on under the same id', async () => {
    const all = await seedMany(real);
    const project = await tempFolder();
    const args = ['run', '--yes', '--only', 'redis', '--project', project, '--redis-url', real.url];
    const run = await startCli(args);
    await watch(real.client, run, 500);
    process.kill(run.pid, 'SIGINT');
    expect(await run.exited).toEqual({ code: 130, signal: null });
    expect(run.output()).not.toBe('');
    await expectAllThere(real.client, all);
    expect(await real.client.zcard(LEGACY)).toBeGreaterThan(0);
    // It has let go of both locks: nobody has to wait.
    expect(await real.client.exists('migrate-scheduler:lock', 'rq:scheduler_lock')).toBe(0);
    const runId = await real.client.get('migrate-scheduler:current');

    const result = await cliJson<RunDocument>(0, args);
    expect(result).toMatchObject({ runId, resumed: true });
    expect(await scores(real.client, NATIVE)).toEqual(all);
  });

  it('a connection lost among the jobs ends with 5; run goes on', async () => {
    const all = await seedMany(real);
    const args = [
      'run',
      '--yes',
      '--only',
      'redis',
      '--project',
      await tempFolder(),
      '--redis-url',
      real.url,
    ];
    const run = await startCli(args);
    await watch(real.client, run, 500);
    await real.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await run.exited).toEqual({ code: 5, signal: null });
    await expectAllThere(real.client, all);
    expect(await cliJson<RunDocument>(0, args)).toMatchObject({ resumed: true });
    expect(await scores(real.client, NATIVE)).toEqual(all);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s while rq-scheduler is in its pass ends with %i', async (signal, code) => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', real.url];
    // What a live scheduler writes for the time of a pass (SEMANTICS §7).
    await real.client.set('rq:scheduler_lock', `${Date.now() / 1000}`, 'EX', 70);
    const run = await startCli(['run', '--yes', ...where]);
    await until(async () => sampleAfter()['.env']?.endsWith(readFileSync(join(project, '.env'), 'latin1')));
    await run.waitFor(/rq-scheduler/);
    // Another run, of another folder, finds this one at work.
    const other = [
      'run',
      '--yes',
      '--only',
      'redis',
      '--project',
      await tempFolder(),
      '--redis-url',
      real.url,
    ];
    expect((await cli(other)).code).toBe(4);
    process.kill(run.pid, signal);
    expect(await run.exited).toEqual({ code, signal: null });
    expect(await scores(real.client, LEGACY)).toEqual({ one: at });
    expect(await real.client.exists('migrate-scheduler:lock')).toBe(0);

    await real.client.del('rq:scheduler_lock');
    expect(await cliJson<RunDocument>(0, ['run', '--yes', ...where])).toMatchObject({
      resumed: true,
      jobs: { moved: 1 },
    });
    expect(projectTree(project)).toEqual(sampleAfter());
    expect(await dumps(real.client)).not.toHaveProperty('rq:scheduler_lock');
  });
});
