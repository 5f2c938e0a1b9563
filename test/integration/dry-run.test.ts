import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import {
  cli,
  cliJson,
  type PlanDocument,
  projectTree,
  sampleAfter,
  sampleBefore,
  sampleEdited,
  sampleProject,
  tempFolder,
  tree,
} from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, LEGACY } from '../support/redisContents.js';

const at = Math.floor(Date.now() / 1000) + 3600;

describe.each(DEFAULT_PAIRS)('dry-run with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);

  it('shows every job and edit as documented and writes nothing at all', async () => {
    const project = await sampleProject();
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'one', args: [1] },
      { call: 'enqueue_in', func: 'tasks.slow', in: 7200, id: 'two', queue: 'push', timeout: 60 },
      { call: 'schedule', func: 'tasks.record', at: at + 60, interval: 60, repeat: 3, id: 'every' },
      { call: 'cron', func: 'tasks.record', cron: '0 3 * * *', id: 'nightly' },
      { call: 'enqueue_at', func: 'tasks.record', at: at + 5, id: 'ghost' },
    ]);
    // rq-scheduler's own listing would delete this entry.
    await real.client.del('rq:job:ghost');
    const before = await dumps(real.client);

    const out = join(await tempFolder(), 'plan.json');
    const args = ['dry-run', '--project', project, '--redis-url', real.url, '--out', out];
    const done = await cli([...args, '--format', 'json']);
    const plan = JSON.parse(done.stdout) as PlanDocument;

    expect(plan).toMatchObject({
      schema: 'migrate-scheduler/plan@1',
      target: { rq: '1.15.1', source: 'dependencies' },
      jobs: { total: 5, byKind: { oneshot: 2, interval: 1, cron: 1 } },
    });
    const times = plan.jobs.items.map(({ scheduledAt }) => scheduledAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const items = Object.fromEntries(plan.jobs.items.map((item) => [item.id, item]));
    expect(items.one).toEqual({
      id: 'one',
      newId: null,
      queue: 'default',
      kind: 'oneshot',
      scheduledAt: at,
      func: 'tasks.record',
      action: 'move',
      reasons: [],
    });
    expect(items.two).toMatchObject({ queue: 'push', func: 'tasks.slow', action: 'move' });
    expect(items.ghost).toMatchObject({ kind: null, action: 'drop', reasons: ['job-hash-missing'] });
    expect([items.every?.kind, items.nightly?.kind]).toEqual(['interval', 'cron']);
    for (const item of [items.every, items.nightly]) expect(['keep', 'rearm']).toContain(item?.action);

    // With recurring jobs a run may add files of its own; what the sample itself needs is always there.
    expect(plan.files.map(({ path }) => path)).toEqual(expect.arrayContaining(sampleEdited()));
    // An empty new file has no lines to show.
    for (const { diff, path } of plan.files)
      expect(diff).toMatch(path.endsWith('/py.typed') ? /^new file mode /m : /^@@ /m);
    expect(plan.containers).toContainEqual({ path: 'docker-compose.yml', before: 4, after: 3 });
    expect(plan.containers).toContainEqual({ path: 'docker-compose.prod.yml', before: 5, after: 4 });
    // The sample's worker has its scheduler; its queues come from another module of the code.
    expect(plan.coverage).toContainEqual(
      expect.objectContaining({ queue: 'push', covered: 'unknown', workers: expect.any(Array) }),
    );
    expect(plan.coverage.flatMap(({ workers }) => workers.map(({ scheduler }) => scheduler))).not.toContain(
      'off',
    );

    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({
      ...plan,
      findings: expect.any(Array),
      createdAt: expect.any(Number),
    });
    expect(statSync(out).mode & 0o077).toBe(0);
    // The text form reads in the same way.
    expect((await cli(['dry-run', '--project', project, '--redis-url', real.url, '--all'])).code).toBe(
      done.code,
    );
    expect(await dumps(real.client)).toEqual(before);
    expect(await real.client.zscore(LEGACY, 'ghost')).not.toBeNull();
    expect(tree(project)).toEqual(sampleBefore());
  });

  it('exits 2 with --detailed-exitcode exactly as long as there is something to do', async () => {
    const project = await sampleProject();
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'one' }]);
    const args = ['--project', project, '--redis-url', real.url];
    expect((await cli(['dry-run', ...args])).code).toBe(0);
    expect((await cli(['dry-run', ...args, '--detailed-exitcode'])).code).toBe(2);
    await cliJson(0, ['run', ...args, '--yes']);
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...args, '--detailed-exitcode']);
    expect(plan).toMatchObject({ jobs: { total: 0 }, files: [] });
  });
});

describe('dry-run --only files', () => {
  const unreachable = 'redis://127.0.0.1:1/0';

  it('never asks Redis', async () => {
    const project = await sampleProject();
    const plan = await cliJson<PlanDocument>(2, [
      ...['dry-run', '--only', 'files', '--project', project],
      ...['--redis-url', unreachable, '--detailed-exitcode'],
    ]);
    expect(plan).toMatchObject({ redis: null, covers: ['files'], jobs: { total: 0 } });
    expect(plan.files.length).toBeGreaterThan(0);
    expect(tree(project)).toEqual(sampleBefore());
  });

  it('is what run --only files does', async () => {
    const project = await sampleProject();
    await cliJson(0, ['run', '--yes', '--only', 'files', '--project', project, '--redis-url', unreachable]);
    expect(projectTree(project)).toEqual(sampleAfter());
  });
});
