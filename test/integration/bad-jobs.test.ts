import { describe, expect, it } from 'vitest';
import { safeJobId } from '../../src/native/job-id.js';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { contents } from '../redis/support.js';
import {
  cli,
  cliJson,
  type PlanDocument,
  type RollbackDocument,
  type RunDocument,
  sampleBefore,
  sampleProject,
  tempFolder,
  tree,
} from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { copyJob, dumps, LEGACY, nativeKey, scores } from '../support/redisContents.js';

const now = () => Math.floor(Date.now() / 1000);

describe.each(DEFAULT_PAIRS)('entries that RQ cannot hold, rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);

  async function redisOnly() {
    const where = ['--project', await tempFolder(), '--redis-url', real.url];
    return { where, run: ['run', '--yes', '--only', 'redis', '--rq-version', '2.10.0', ...where] };
  }

  it('stay where they are, each with its reason; the others move; rollback restores what was dropped', async () => {
    const { where, run } = await redisOnly();
    const at = now() + 3600;
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'good' }]);
    const binary = Buffer.from([0xff, 0x00, 0x3a, 0x0a, 0x80]);
    await copyJob(real.client, 'good', [
      { id: 'corrupt', at: at + 1 },
      { id: 'no-data', at: at + 2 },
      { id: 'gone', at: at + 3 },
      { id: binary, at: at + 4 },
      { id: 'a:b', at: at + 5 },
      { id: 'bad-time', at: at + 6 },
      { id: 'not-a-hash', at: at + 7 },
    ]);
    await real.client.hset('rq:job:corrupt', 'data', Buffer.from('not a pickle'));
    await real.client.hdel('rq:job:no-data', 'data');
    await real.client.hset('rq:job:bad-time', 'created_at', 'yesterday');
    await real.client.del('rq:job:gone', 'rq:job:not-a-hash');
    await real.client.set('rq:job:not-a-hash', 'text');
    const before = await contents(real.client);

    const plan = await cliJson<PlanDocument>(0, [
      ...['dry-run', '--only', 'redis', '--rq-version', '2.10.0', ...where],
    ]);
    const refused = (reason: string) => ({ action: 'refuse', reasons: [reason] });
    const hex = `hex:${binary.toString('hex')}`;
    expect(
      Object.fromEntries(plan.jobs.items.map(({ id, action, reasons }) => [id, { action, reasons }])),
    ).toEqual({
      good: { action: 'move', reasons: [] },
      corrupt: refused('data-unreadable'),
      'no-data': refused('data-missing'),
      gone: { action: 'drop', reasons: ['job-hash-missing'] },
      [hex]: refused('id-not-utf8'),
      'a:b': refused('id-colon'),
      'bad-time': refused('created-at-invalid'),
      'not-a-hash': refused('hash-wrong-type'),
    });

    const result = await cliJson<RunDocument>(0, run);
    expect(result.jobs).toMatchObject({ moved: 1, dropped: 1, refused: 6, kept: 0, renamed: 0 });
    const codes = result.findings.map(({ code, jobId }) => `${code} ${jobId}`);
    expect(codes).toEqual(
      expect.arrayContaining(['job-hash-missing gone', `id-not-utf8 ${hex}`, 'data-unreadable corrupt']),
    );
    expect(await scores(real.client, nativeKey('default'))).toEqual({ good: at });
    const { 'rq:job:good': _good, ...others } = before;
    const after = await contents(real.client);
    for (const key of Object.keys(others).filter((name) => name.startsWith('rq:job:'))) {
      expect([key, after[key]]).toEqual([key, others[key]]);
    }
    expect(await real.client.zcard(LEGACY)).toBe(6);
    expect(await real.client.zscore(LEGACY, binary)).toBe(String(at + 4));

    const back = await cliJson<RollbackDocument>(0, ['rollback', '--yes', ...where]);
    expect(back.jobs.restored).toBe(2);
    expect(await contents(real.client)).toEqual(before);
  });

  it('--rename-ids moves them under a valid id that the worker runs; rollback renames back', async () => {
    const { where, run } = await redisOnly();
    const soon = now() + 1;
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: soon, id: 'plain', args: ['due'] }]);
    // As older versions of RQ let people name their jobs.
    await copyJob(real.client, 'plain', [
      { id: 'push:7', at: soon },
      { id: 'push:8', at: soon + 3600 },
    ]);
    await real.client.zrem(LEGACY, 'plain');
    const before = await contents(real.client);
    const [due, later] = [safeJobId(Buffer.from('push:7')), safeJobId(Buffer.from('push:8'))];

    const result = await cliJson<RunDocument>(0, [...run, '--rename-ids']);
    expect(result.jobs).toMatchObject({ moved: 0, renamed: 2, refused: 0 });
    expect(await scores(real.client, nativeKey('default'))).toEqual({ [due]: soon, [later]: soon + 3600 });
    expect(await real.client.exists('rq:job:push:7', 'rq:job:push:8')).toBe(0);
    const worker = await real.worker(['default']);
    const runs = await real.waitForRuns(1);
    expect(runs.map(({ id, args }) => [id, args])).toEqual([[due, ['due']]]);
    await worker.stop();

    const back = await cliJson<RollbackDocument>(0, ['rollback', '--yes', ...where]);
    expect(back.jobs).toEqual({ restored: 1, alreadyRun: 1, missing: 0 });
    expect((await contents(real.client))['rq:job:push:8']).toEqual(before['rq:job:push:8']);
    expect(await scores(real.client, LEGACY)).toEqual({ 'push:8': soon + 3600 });
    expect(await real.client.exists(`rq:job:${later}`)).toBe(0);
  });
});

describe('jobs that cannot move', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('block the removal of the scheduler that would still run them', async () => {
    const project = await sampleProject();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'a:b' }]);
    const before = await dumps(real.client);
    const args = ['--project', project, '--redis-url', real.url, '--rq-version', '2.10.0'];
    const plan = await cliJson<PlanDocument>(3, ['dry-run', ...args]);
    expect(plan.findings).toContainEqual(
      expect.objectContaining({ code: 'jobs-left-behind', severity: 'error' }),
    );
    expect((await cli(['run', '--yes', ...args])).code).toBe(3);
    expect(await dumps(real.client)).toEqual(before);
    expect(tree(project)).toEqual(sampleBefore());
    // On the project's own RQ the same id is fine.
    await cliJson(0, ['run', '--yes', ...args.slice(0, -2)]);
    expect(await real.client.zcard(LEGACY)).toBe(0);
  });
});
