import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPython } from '../../../src/world/engines/processes.js';
import { DEFAULT_PAIRS } from '../../../src/world/engines/versions.js';
import { PY_DIR } from '../../support/paths.js';
import { useRealParts } from '../../support/realParts.js';

const now = () => Math.floor(Date.now() / 1000);

describe.each(DEFAULT_PAIRS)('rq $rq with rq-scheduler $rqScheduler', (pair) => {
  const parts = useRealParts(pair);

  it('a worker with a scheduler runs a native job at its time, once', async () => {
    const at = now() + 2;
    const job = { call: 'native_enqueue_at', func: 'tasks.record', at, args: [1, 'x'], id: 'one' } as const;
    expect(await parts.seed([job])).toEqual([{ id: 'one', score: at }]);
    await parts.worker();
    const runs = await parts.waitForRuns(1);
    expect(runs).toMatchObject([{ id: 'one', func: 'record', args: [1, 'x'], queue: 'default' }]);
    expect(runs[0]?.at).toBeGreaterThanOrEqual(at);
    expect(await parts.client.zcard('rq:scheduled:default')).toBe(0);
  });

  it('a worker without a scheduler leaves scheduled jobs alone', async () => {
    await parts.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at: now() - 5, id: 'later' },
      { call: 'native_enqueue', func: 'tasks.record', id: 'at-once' },
    ]);
    await parts.worker(['default'], { withScheduler: false });
    expect((await parts.waitForRuns(1)).map((run) => run.id)).toEqual(['at-once']);
    expect(await parts.client.zrange('rq:scheduled:default', '0', '-1')).toEqual(['later']);
  });

  it('the real rqscheduler moves a due job of rq-scheduler to its queue', async () => {
    const soon = now() + 1;
    const seeded = await parts.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: soon, queue: 'mail', id: 'due', kwargs: { a: 1 } },
      { call: 'enqueue_in', func: 'tasks.record', in: 3600, id: 'far' },
    ]);
    expect(seeded[0]).toEqual({ id: 'due', score: soon });
    await parts.legacyScheduler();
    await parts.worker(['mail'], { withScheduler: false });
    expect(await parts.waitForRuns(1)).toMatchObject([{ id: 'due', kwargs: { a: 1 }, queue: 'mail' }]);
    expect(await parts.client.zrange('rq:scheduler:scheduled_jobs', '0', '-1')).toEqual(['far']);
  });

  it('seeds every option of rq-scheduler as rq-scheduler stores it', async () => {
    const at = now() + 1000;
    const seeded = await parts.seed([
      { call: 'schedule', func: 'tasks.record', at, interval: 60, repeat: 3, id: 'i', meta: { k: 'v' } },
      { call: 'cron', func: 'tasks.record', cron: '0 3 * * *', id: 'c', at_front: true, queue: 'low' },
      {
        call: 'enqueue_at',
        func: 'tasks.record',
        at,
        id: 'o',
        timeout: '1h',
        result_ttl: 7,
        description: '每日',
      },
    ]);
    expect(seeded.map((job) => job.id)).toEqual(['i', 'c', 'o']);
    const seen = await parts.inspect(['i', 'c', 'o', 'none'], ['default']);
    expect(seen.jobs).toMatchObject([
      { meta: { k: 'v', interval: 60, repeat: 3 }, resultTtl: -1 },
      { meta: { cron_string: '0 3 * * *' }, origin: 'low', atFront: true },
      { timeout: 3600, resultTtl: 7, description: '每日', meta: {} },
      { error: 'NoSuchJobError' },
    ]);
    expect(seen.queues).toEqual([{ name: 'default', scheduled: [], queued: [], finished: [], failed: [] }]);
  });

  it('inspects what RQ itself sees of a native job', async () => {
    const at = now() + 500;
    await parts.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at, args: [2], id: 'n', timeout: 90 },
    ]);
    expect(await parts.inspect(['n'], ['default'])).toMatchObject({
      jobs: [{ id: 'n', error: null, status: 'scheduled', func: 'tasks.record', args: [2], timeout: 90 }],
      queues: [{ scheduled: [{ id: 'n', at }] }],
      knownQueues: ['default'],
    });
  });

  it('a killed worker takes its scheduler and its work horse along', async () => {
    await parts.seed([{ call: 'native_enqueue', func: 'tasks.slow', args: [30], id: 'slow' }]);
    const worker = await parts.worker();
    await parts.waitForRuns(1);
    const connected = async () =>
      String(await parts.client.client('LIST'))
        .trim()
        .split('\n').length;
    expect(await connected()).toBeGreaterThan(1);
    expect((await worker.kill()).signal).toBe('SIGKILL');
    await expect.poll(connected, { timeout: 5_000 }).toBe(1);
  });

  it('a failing Python program shows its traceback', async () => {
    const program = {
      venv: parts.venv,
      script: join(PY_DIR, 'seed.py'),
      args: ['redis://127.0.0.1:1'],
      input: [{}],
    };
    await expect(runPython(program)).rejects.toMatchObject({
      code: 'process-failed',
      output: expect.stringContaining('KeyError'),
    });
  });
});
