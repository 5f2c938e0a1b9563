import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import {
  cli,
  cliJson,
  projectTree,
  type RunDocument,
  sampleAfter,
  sampleEdited,
  sampleProject,
  tempFolder,
  tree,
} from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, LEGACY, nativeKey, scores } from '../support/redisContents.js';

const now = () => Math.floor(Date.now() / 1000);

describe.each(DEFAULT_PAIRS)('run with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);

  it('moves files and jobs; the worker runs each once, in order and not before its time', async () => {
    const project = await sampleProject();
    const soon = now() + 8;
    const due = { first: soon, second: soon + 1, third: soon + 2 };
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: due.third, id: 'third', kwargs: { text: '三' } },
      { call: 'enqueue_at', func: 'tasks.record', at: due.first, id: 'first', args: [1, null], timeout: 60 },
      { call: 'enqueue_at', func: 'tasks.record', at: due.second, id: 'second', queue: 'push' },
      { call: 'enqueue_at', func: 'tasks.record', at: soon + 3600, id: 'later', meta: { user: 'li' } },
    ]);
    const args = ['run', '--yes', '--project', project, '--redis-url', real.url];
    const result = await cliJson<RunDocument>(0, args);
    expect(result).toMatchObject({
      schema: 'migrate-scheduler/run@1',
      runId: expect.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{7}$/),
      resumed: false,
      jobs: { moved: 4, renamed: 0, kept: 0, dropped: 0, refused: 0 },
    });
    expect(projectTree(project)).toEqual(sampleAfter());
    expect(result.files).toEqual(
      expect.arrayContaining(sampleEdited().map((path) => ({ path, action: 'edit' }))),
    );
    expect(result.files).toHaveLength(sampleEdited().length);
    expect(await scores(real.client, LEGACY)).toEqual({});
    expect(await scores(real.client, nativeKey('default'))).toEqual({
      first: due.first,
      third: due.third,
      later: soon + 3600,
    });
    const seen = await real.inspect(['first', 'second', 'third', 'later'], ['default', 'push']);
    expect(seen.jobs.map(({ id, status, timeout }) => [id, status, timeout])).toEqual([
      ['first', 'scheduled', 60],
      ['second', 'scheduled', 180],
      ['third', 'scheduled', 180],
      ['later', 'scheduled', 180],
    ]);

    await real.worker(['default', 'push']);
    const runs = await real.waitForRuns(3, 30_000);
    expect(runs.map(({ id }) => id)).toEqual(['first', 'second', 'third']);
    for (const run of runs) expect(run.at).toBeGreaterThanOrEqual(due[run.id as keyof typeof due]);
    expect(runs.map(({ args, kwargs, queue }) => [args, kwargs, queue])).toEqual([
      [[1, null], {}, 'default'],
      [[], {}, 'push'],
      [[], { text: '三' }, 'default'],
    ]);
    await delay(1500);
    expect(await real.runs()).toHaveLength(3);
  });

  it('changes nothing the second time', async () => {
    const project = await sampleProject();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one' }]);
    const args = ['run', '--yes', '--project', project, '--redis-url', real.url];
    await cliJson(0, args);
    const before = [tree(project), await dumps(real.client)];
    const again = await cliJson<RunDocument>(0, args);
    expect(again).toMatchObject({ runId: null, files: [], jobs: { moved: 0, dropped: 0, renamed: 0 } });
    // The text form neither, and it asks nobody: there is nothing to decide.
    expect((await cli(args.filter((arg) => arg !== '--yes'))).code).toBe(0);
    expect([tree(project), await dumps(real.client)]).toEqual(before);
  });

  it('no job runs twice while rqscheduler and a worker are alive during the move', async () => {
    const project = await tempFolder();
    await real.legacyScheduler(1);
    await real.worker(['default']);
    const start = now();
    // Due before, during and after the move.
    const jobs = Array.from({ length: 24 }, (_, i) => ({
      id: `job-${i}`,
      at: start + 1 + Math.floor(i / 3),
    }));
    await real.seed(
      jobs.map(({ id, at }) => ({ call: 'enqueue_at', func: 'tasks.record', at, id, args: [id] }) as const),
    );
    const result = await cliJson<RunDocument>(0, [
      ...['run', '--yes', '--only', 'redis', '--project', project, '--redis-url', real.url],
      ...['--rq-version', pair.rq],
    ]);
    expect(await real.client.zcard(LEGACY)).toBe(0);
    expect(result.jobs.moved).toBeGreaterThan(0);
    await real.waitForRuns(jobs.length, 40_000);
    // Two more passes of either scheduler.
    await delay(2500);
    const runs = await real.runs();
    expect(runs.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
    const due = new Map(jobs.map(({ id, at }) => [id, at]));
    for (const run of runs) expect(run.at).toBeGreaterThanOrEqual(due.get(run.id) ?? Number.NaN);
  });
});
