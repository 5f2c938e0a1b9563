import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPythonText } from '../../src/world/engines/processes.js';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { contents } from '../redis/support.js';
import {
  cli,
  cliJson,
  projectTree,
  type RollbackDocument,
  type RunDocument,
  sampleBefore,
  sampleProject,
  tempFolder,
} from '../support/cli.js';
import { PY_DIR } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';
import { LEGACY, nativeKey, scores } from '../support/redisContents.js';

const now = () => Math.floor(Date.now() / 1000);

describe.each(DEFAULT_PAIRS)('rollback with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);

  it('brings files and jobs back as they were; a second one changes nothing', async () => {
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', real.url];
    const at = now() + 3600;
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'one', args: [1] },
      { call: 'enqueue_at', func: 'tasks.record', at: at + 1, id: 'two', queue: 'push', timeout: 60 },
      {
        call: 'enqueue_in',
        func: 'tasks.record',
        in: 7200,
        id: 'three',
        meta: { user: '李' },
        result_ttl: 9,
      },
    ]);
    // A job that would expire keeps that, too.
    await real.client.expire('rq:job:one', 80_000);
    const before = await contents(real.client);
    const { runId } = await cliJson<RunDocument>(0, ['run', '--yes', ...where]);
    expect(await real.client.zcard(LEGACY)).toBe(0);

    // Without a name, what came last goes first: a repair, too.
    await real.client.zadd(nativeKey('default'), at, 'ghost');
    const repaired = await cliJson<RunDocument>(0, ['repair', '--yes', ...where]);
    expect(await real.client.zscore(nativeKey('default'), 'ghost')).toBeNull();
    const undone = await cliJson<RollbackDocument>(0, ['rollback', '--yes', ...where]);
    expect(undone).toMatchObject({ runId: repaired.runId, jobs: { restored: 1 }, files: [] });
    expect(await real.client.zrem(nativeKey('default'), 'ghost')).toBe(1);

    const back = await cliJson<RollbackDocument>(0, ['rollback', `${runId}`, '--yes', ...where]);
    expect(back).toMatchObject({
      schema: 'migrate-scheduler/rollback@1',
      runId,
      jobs: { restored: 3, alreadyRun: 0, missing: 0 },
      findings: [],
    });
    expect(back.files.map(({ action, reason }) => [action, reason])).toEqual(
      back.files.map(() => ['restored', null]),
    );
    expect(await contents(real.client)).toEqual(before);
    expect(projectTree(project)).toEqual(sampleBefore());

    // By name it reports the same run again, without one there is no run left: nothing changes either way.
    await cliJson(0, ['rollback', `${runId}`, '--yes', ...where]);
    expect((await cli(['rollback', '--yes', ...where])).code).toBe(3);
    expect(await contents(real.client)).toEqual(before);
    expect(projectTree(project)).toEqual(sampleBefore());

    // The real rq-scheduler takes them up again, and a new migration is possible.
    await real.client.zadd(LEGACY, now() - 1, 'one');
    await real.legacyScheduler(1);
    await real.worker(['default'], { withScheduler: false });
    expect((await real.waitForRuns(1)).map(({ id, args }) => [id, args])).toEqual([['one', [1]]]);
    expect((await cliJson<RunDocument>(0, ['run', '--yes', ...where])).jobs.moved).toBe(2);
  });

  it('leaves alone what ran or was cancelled since, and counts it', async () => {
    const project = await tempFolder();
    const where = ['--project', project, '--redis-url', real.url];
    const at = now() + 3600;
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: now() - 2, id: 'ran' },
      { call: 'enqueue_at', func: 'tasks.fail', at: now() - 1, id: 'failed' },
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'cancelled' },
      { call: 'enqueue_at', func: 'tasks.record', at: at + 1, id: 'waiting' },
    ]);
    await cliJson(0, ['run', '--yes', '--only', 'redis', '--rq-version', pair.rq, ...where]);
    const worker = await real.worker(['default']);
    await real.waitForRuns(2);
    await worker.stop();
    const script = join(PY_DIR, 'cancel_job.py');
    await runPythonText({ venv: real.venv, script, args: [real.url], input: ['cancelled'] });

    const back = await cliJson<RollbackDocument>(0, ['rollback', '--yes', ...where]);
    expect(back.jobs).toEqual({ restored: 1, alreadyRun: 2, missing: 1 });
    expect(await scores(real.client, LEGACY)).toEqual({ waiting: at + 1 });
    expect(await scores(real.client, nativeKey('default'))).toEqual({});
    expect((await real.runs()).map(({ id }) => id).sort()).toEqual(['failed', 'ran']);
  });
});

describe('rollback of files', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('refuses one that was edited since, restores the others; --force overwrites it', async () => {
    const project = await sampleProject();
    const where = ['--project', project, '--redis-url', real.url];
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one' }]);
    await cliJson(0, ['run', '--yes', ...where]);
    appendFileSync(join(project, '.env'), '\nADDED_LATER=1\n');
    const edited = projectTree(project)['.env'];

    const back = await cliJson<RollbackDocument>(5, ['rollback', '--yes', ...where]);
    expect(back.files.filter(({ action }) => action === 'refused')).toEqual([
      { path: '.env', action: 'refused', reason: 'edited-since' },
    ]);
    expect(back.findings).toContainEqual(
      expect.objectContaining({ code: 'file-edited-since', path: '.env' }),
    );
    expect(back.jobs.restored).toBe(1);
    const { '.env': kept, ...others } = projectTree(project);
    const { '.env': original, ...expected } = sampleBefore();
    expect(others).toEqual(expected);
    expect(kept).toBe(edited);

    const forced = await cliJson<RollbackDocument>(0, ['rollback', '--yes', '--force', ...where]);
    expect(forced.files).toContainEqual({ path: '.env', action: 'restored', reason: null });
    expect(projectTree(project)['.env']).toBe(original);
  });

  it('wants a run that exists', async () => {
    const where = ['--project', await tempFolder(), '--redis-url', real.url];
    expect((await cli(['rollback', '--yes', ...where])).code).toBe(3);
    expect((await cli(['rollback', '20200101T000000Z-abcdef', '--yes', ...where])).code).toBe(64);
  });
});
