import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { cli, cliJson, type RunDocument, tempFolder } from '../support/cli.js';
import { ROOT } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';
import { LEGACY, scores } from '../support/redisContents.js';

const soon = () => Math.floor(Date.now() / 1000) + 3600;

describe.each(DEFAULT_PAIRS)('before recurring jobs move, with rq $rq', (pair) => {
  const real = useRealParts(pair);
  const run = async (...more: string[]) => [
    'run',
    '--yes',
    '--only',
    'redis',
    '--project',
    await tempFolder(),
    '--redis-url',
    real.url,
    ...more,
  ];

  async function seed(): Promise<void> {
    await real.seed([
      { call: 'schedule', func: 'tasks.record', at: soon(), id: 'series', interval: 60 },
      { call: 'enqueue_at', func: 'tasks.record', at: soon(), id: 'single' },
    ]);
  }

  /** Keys that a canary could have left: its job, and its entries in the queue and its registries. */
  async function canaries(): Promise<string[]> {
    const left = await real.client.keys('*canary*');
    for (const key of ['rq:finished:default', 'rq:failed:default']) {
      left.push(...(await real.client.zrange(key, '0', '-1')));
    }
    return left;
  }

  it('a live worker that cannot import the module stops the run with nothing moved', async () => {
    await seed();
    await real.worker(['default']);
    const before = await scores(real.client, LEGACY);
    const refused = await cli(await run());
    expect(refused.code).toBe(5);
    expect(refused.stderr).toContain('rq_recurring');
    expect(await scores(real.client, LEGACY)).toEqual(before);
    expect(await canaries()).toEqual([]);
  });

  it('a live worker whose module is of an earlier release, without ticks, is one that cannot', async () => {
    await seed();
    const old = await tempFolder();
    await writeFile(join(old, 'rq_recurring.py'), "def ping():\n    return '1.0.0'\n");
    await real.worker(['default'], { env: { PYTHONPATH: old } });
    expect((await cli(await run())).code).toBe(5);
    expect(await real.client.zcard(LEGACY)).toBe(2);
  });

  it('a live worker that can is no obstacle, and the check leaves no trace', async () => {
    await seed();
    await real.worker(['default'], { env: { PYTHONPATH: `${ROOT}python/src` } });
    const done = await cliJson<RunDocument>(0, await run());
    expect(done.jobs).toMatchObject({ moved: 1, rearmed: 1 });
    expect(await canaries()).toEqual([]);
  });

  it('is left out when asked, and needs no live worker', async () => {
    await seed();
    await real.worker(['default']);
    expect((await cliJson<RunDocument>(0, await run('--skip-import-check'))).jobs.rearmed).toBe(1);
    await real.client.flushall();
    await seed();
    expect((await cliJson<RunDocument>(0, await run())).jobs.rearmed).toBe(1);
  });
});
