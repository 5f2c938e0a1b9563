import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUIDE_PAIR } from '../../src/world/engines/versions.js';
import {
  cli,
  cliJson,
  type PlanDocument,
  projectTree,
  type RunDocument,
  sampleAfter,
  sampleProject,
  tempFolder,
  tree,
} from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { copyJob, dumps, LEGACY, nativeKey, scores } from '../support/redisContents.js';

const at = Math.floor(Date.now() / 1000) + 3600;

describe('run --plan', () => {
  const real = useRealParts(GUIDE_PAIR);

  async function planned() {
    const project = await sampleProject();
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'one' },
      { call: 'enqueue_at', func: 'tasks.record', at: at + 1, id: 'two', queue: 'push' },
    ]);
    const out = join(await tempFolder(), 'plan.json');
    const where = ['--project', project, '--redis-url', real.url];
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...where, '--out', out]);
    return { project, out, plan, args: ['run', '--yes', ...where, '--plan', out] };
  }

  it('applies exactly what was saved', async () => {
    const { project, plan, args } = await planned();
    const result = await cliJson<RunDocument>(0, args);
    expect(result.jobs).toMatchObject({ moved: 2 });
    expect(result.files).toEqual(plan.files.map(({ path, action }) => ({ path, action })));
    expect(projectTree(project)).toEqual(sampleAfter());
    const moved = {
      ...(await scores(real.client, nativeKey('default'))),
      ...(await scores(real.client, nativeKey('push'))),
    };
    expect(moved).toEqual(
      Object.fromEntries(plan.jobs.items.map(({ id, scheduledAt }) => [id, scheduledAt])),
    );
  });

  it('accepts a plan that somebody reformatted, and refuses what is none', async () => {
    const { out, args } = await planned();
    const saved = readFileSync(out, 'utf8');
    writeFileSync(out, '{"schema":"migrate-scheduler/plan@1"}');
    const before = await dumps(real.client);
    expect((await cli(args)).code).toBe(64);
    expect(await dumps(real.client)).toEqual(before);
    writeFileSync(out, JSON.stringify(JSON.parse(saved), null, 2));
    await cliJson(0, args);
    expect(await real.client.zcard(LEGACY)).toBe(0);
  });

  it('is refused when a file or a job is not as it was; nothing is changed then', async () => {
    const { project, args } = await planned();
    const file = join(project, 'requirements.txt');
    const text = readFileSync(file);
    const differences: Record<string, { make(): unknown; undo(): unknown }> = {
      'file changed': {
        make: () => appendFileSync(file, '# reviewed\n'),
        undo: () => writeFileSync(file, text),
      },
      'new job': {
        make: () => copyJob(real.client, 'one', [{ id: 'three', at }]),
        undo: () => real.client.multi().del('rq:job:three').zrem(LEGACY, 'three').exec(),
      },
      'job gone': {
        make: () => real.client.zrem(LEGACY, 'one'),
        undo: () => real.client.zadd(LEGACY, at, 'one'),
      },
      'other time': {
        make: () => real.client.zadd(LEGACY, at + 7, 'one'),
        undo: () => real.client.zadd(LEGACY, at, 'one'),
      },
      'hash gone': {
        make: () => real.client.rename('rq:job:one', 'aside'),
        undo: () => real.client.rename('aside', 'rq:job:one'),
      },
    };
    for (const [name, { make, undo }] of Object.entries(differences)) {
      await make();
      const before = [tree(project), await dumps(real.client)];
      expect([name, (await cli(args)).code]).toEqual([name, 3]);
      expect([tree(project), await dumps(real.client)]).toEqual(before);
      await undo();
    }
    // As it was again: the same plan fits.
    await cliJson(0, args);
    expect(projectTree(project)).toEqual(sampleAfter());
  });
});
