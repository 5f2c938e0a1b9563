import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { cliJson, type RunDocument, sampleProject, until, type VerifyDocument } from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, LEGACY, nativeKey } from '../support/redisContents.js';

const now = () => Math.floor(Date.now() / 1000);

type Check = VerifyDocument['checks'][number] & {
  readonly args: Readonly<Record<string, unknown>>;
  readonly jobId?: string;
  readonly path?: string;
  readonly line?: number;
};
const find = ({ checks }: VerifyDocument, code: string) => checks.find((one) => one.code === code) as Check;

describe.each(DEFAULT_PAIRS)('what runs have moved, with rq $rq', (pair) => {
  const real = useRealParts(pair);
  const verify = (code: number, ...more: string[]) =>
    cliJson<VerifyDocument>(code, ['verify', '--redis-url', real.url, '--only', 'redis', ...more]);
  const run = () =>
    cliJson<RunDocument>(0, [
      'run',
      '--yes',
      '--only',
      'redis',
      '--rq-version',
      pair.rq,
      '--redis-url',
      real.url,
    ]);

  it('is accounted for whatever became of it, and what is lost is named; nothing is written', async () => {
    const at = now() + 3600;
    const soon = now() - 5;
    await real.seed([
      ...['done', 'done-2'].map(
        (id) => ({ call: 'enqueue_at', func: 'tasks.record', at: soon, id }) as const,
      ),
      { call: 'enqueue_at', func: 'tasks.fail', at: soon, id: 'fails' },
      { call: 'enqueue_at', func: 'tasks.record', at: soon, id: 'expires', result_ttl: 0 },
      ...['waits', 'deleted', 'unlisted', 'unqueued', 'queued'].map(
        (id) => ({ call: 'enqueue_at', func: 'tasks.record', at, id, queue: 'later' }) as const,
      ),
      { call: 'schedule', func: 'tasks.record', at, interval: 600, id: 'series', queue: 'later' },
      { call: 'enqueue_at', func: 'tasks.slow', args: [60], at: soon, id: 'runs', queue: 'slow' },
    ]);
    await run();
    const workers = [await real.worker(['default']), await real.worker(['slow'])];
    await real.waitForRuns(5);
    await until(async () => (await real.client.exists('rq:job:expires')) === 0);

    // Lost in every way there is: its hash, its entry, its place in the queue; and one that is well in its queue.
    await real.client.del('rq:job:deleted');
    await real.client.zrem(nativeKey('later'), 'deleted', 'unlisted', 'unqueued', 'queued');
    for (const id of ['unqueued', 'queued']) await real.client.hset(`rq:job:${id}`, 'status', 'queued');
    await real.client.rpush('rq:queue:later', 'queued');
    // An old client goes on.
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at, id: 'new-1' }]);

    await real.client.call(
      'ACL',
      'SETUSER',
      'ro',
      'on',
      '>pw',
      '~*',
      '+@read',
      '+@connection',
      ...['+eval', '+evalsha', '+time', '+info'],
    );
    const url = real.url.replace('redis://', 'redis://ro:pw@');
    const before = await dumps(real.client);
    const seen = await cliJson<VerifyDocument>(1, ['verify', '--redis-url', url, '--only', 'redis']);
    const after = await dumps(real.client);
    // The workers go on beating meanwhile, also for the job at work; these keys are the only ones that move.
    for (const key of Object.keys(after)) {
      if (/^rq:(worker|scheduler-lock:|scheduler:[0-9a-f]{32}|wip|execution|job:runs)/.test(key))
        after[key] = before[key] ?? '';
    }
    expect(after).toEqual(before);

    const { args, status } = find(seen, 'jobs-accounted');
    expect(status).toBe('fail');
    const { examples, runs: _runs, ...counts } = args as { examples: string[]; runs: string[] };
    expect(counts).toEqual({
      total: 11,
      lost: 3,
      ...{ finished: 2, failed: 1, finishedOrExpired: 1, running: 1, scheduled: 1, queued: 1, series: 1 },
    });
    expect([...examples].sort()).toEqual(['deleted: gone', 'unlisted: stray', 'unqueued: not-queued']);
    expect(find(seen, 'no-new-legacy-entries')).toMatchObject({
      status: 'fail',
      args: { count: 1, functions: ['tasks.record (1)'], first: expect.any(Number) },
    });
    expect(find(seen, 'worker-versions')).toMatchObject({ status: 'pass', args: { versions: [pair.rq] } });

    // Mended: nothing is lost and nobody writes any more.
    await real.client.del(LEGACY);
    await real.client.hset('rq:job:deleted', await real.client.hgetallBuffer('rq:job:waits'));
    for (const id of ['deleted', 'unlisted', 'unqueued']) {
      await real.client.hset(`rq:job:${id}`, 'status', 'scheduled');
      await real.client.zadd(nativeKey('later'), at, id);
    }
    const mended = await verify(1);
    expect(find(mended, 'jobs-accounted')).toMatchObject({ status: 'pass', args: { lost: 0, scheduled: 4 } });
    expect(find(mended, 'scheduler-beats').status).toBe('fail');
    expect(find(mended, 'no-new-legacy-entries').status).toBe('pass');
    // One is at work for a minute: nobody waits for it.
    await Promise.all(workers.map((worker) => worker.kill()));
  });
});

describe('the files of a project', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('are checked with the queues of Redis: before the move they fail, afterwards they pass', async () => {
    const project = await sampleProject();
    const verify = (code: number, ...more: string[]) =>
      cliJson<VerifyDocument>(code, ['verify', '--redis-url', real.url, '--project', project, ...more]);
    const before = await verify(1, '--only', 'files');
    const failed = before.checks.filter(({ status }) => status === 'fail') as Check[];
    expect(new Set(failed.map(({ code }) => code))).toEqual(
      new Set(['files-scheduler-gone', 'files-dependency-gone']),
    );
    expect(failed.find(({ path }) => path === 'requirements.txt')?.line).toBeGreaterThan(0);

    await cliJson(0, ['run', '--yes', '--only', 'files', '--project', project]);
    await real.seed([{ call: 'native_enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one' }]);
    await real.worker(['default']);
    const after = await verify(0);
    expect(find(after, 'files-scheduler-gone').status).toBe('pass');
    expect(find(after, 'files-queue-covered')).toMatchObject({ where: 'default' });
  });
});
