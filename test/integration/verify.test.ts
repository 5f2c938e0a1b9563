import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { cli, cliJson, startCli, tempFolder, type VerifyDocument } from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, LEGACY, nativeKey } from '../support/redisContents.js';

const now = () => Math.floor(Date.now() / 1000);

/** Codes of the checks with a status, in order. */
const withStatus = ({ checks }: VerifyDocument, status: string) =>
  checks.filter((check) => check.status === status).map(({ code }) => code);

describe.each(DEFAULT_PAIRS)('verify with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);
  const verify = (code: number, ...more: string[]) =>
    cliJson<VerifyDocument>(code, ['verify', '--only', 'redis', '--redis-url', real.url, ...more]);

  it('names each thing that is wrong, and passes when all is right', async () => {
    const at = now() + 3600;
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'left' },
      { call: 'native_enqueue_at', func: 'tasks.record', at, id: 'fine' },
      { call: 'native_enqueue_at', func: 'tasks.record', at, id: 'ghost' },
      { call: 'native_enqueue_at', func: 'tasks.record', at, id: 'late' },
    ]);
    await real.client.del('rq:job:ghost');
    await real.client.zadd(nativeKey('default'), now() - 60, 'late');
    const scheduler = await real.legacyScheduler(1);
    const all = await verify(1);
    expect(all).toMatchObject({ schema: 'migrate-scheduler/verify@1', ok: false });
    expect(withStatus(all, 'fail').sort()).toEqual(
      [
        ...['jobs-present', 'legacy-empty', 'legacy-scheduler-gone'],
        ...['not-overdue', 'scheduler-beats', 'worker-listening'],
      ].sort(),
    );
    expect(all.checks.filter(({ where }) => where === 'default').map(({ code }) => code)).toEqual([
      ...['worker-listening', 'scheduler-beats', 'not-overdue', 'jobs-present', 'entries-fit'],
    ]);
    await scheduler.stop();

    // The legacy side is mended, the entries are; a worker listens, but it has no scheduler.
    await real.client.del(LEGACY);
    await real.client.zrem(nativeKey('default'), 'ghost', 'late');
    const plain = await real.worker(['default'], { withScheduler: false });
    expect(withStatus(await verify(1), 'fail')).toEqual(['scheduler-beats']);
    await plain.stop();

    const worker = await real.worker(['default']);
    const good = await verify(0);
    expect(good.ok).toBe(true);
    expect(new Set(good.checks.map(({ status }) => status))).toEqual(new Set(['pass']));

    // A killed container: the lock is still there for a minute, and nobody refreshes it.
    await worker.kill();
    const dead = await verify(1);
    expect(withStatus(dead, 'pass')).not.toContain('scheduler-beats');
    expect(withStatus(dead, 'fail')).toContain('scheduler-beats');
  });
});

describe('verify', () => {
  const real = useRealParts(GUIDE_PAIR);

  it('passes where nothing is scheduled, writes nothing, and wants a worker of the right queue', async () => {
    const empty = await cliJson<VerifyDocument>(0, ['verify', '--only', 'redis', '--redis-url', real.url]);
    expect(withStatus(empty, 'skip')).toEqual(['nothing-scheduled']);
    await real.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one', queue: 'mail' },
      { call: 'native_enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'ghost', queue: 'mail' },
    ]);
    await real.client.del('rq:job:ghost');
    const before = await dumps(real.client);
    const file = join(await tempFolder(), 'verify.xml');
    const junit = await cli(['verify', '--redis-url', real.url, '--format', 'junit', '--out', file]);
    expect([junit.code, junit.stdout.includes('<')]).toEqual([1, false]);
    expect(await readFile(file, 'utf8')).toContain('<failure ');
    expect(await dumps(real.client)).toEqual(before);
    await real.worker(['default']);
    const seen = await cliJson<VerifyDocument>(1, ['verify', '--redis-url', real.url]);
    expect(withStatus(seen, 'fail')).toEqual(['worker-listening', 'scheduler-beats', 'jobs-present']);
  });

  it('--wait goes on until a worker has come up', async () => {
    await real.seed([{ call: 'native_enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one' }]);
    const waiting = await startCli(['verify', '--redis-url', real.url, '--wait', '60', '--interval', '0.2']);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(waiting.running()).toBe(true);
    await real.worker(['default']);
    expect(await waiting.exited).toEqual({ code: 0, signal: null });
  });

  it('refuses an interval without a wait, and a file that cannot be written', async () => {
    const calls = [
      ['--interval', '5'],
      ['--out', join(await tempFolder(), 'no', 'such', 'folder')],
    ].map((more) => cli(['verify', '--redis-url', real.url, ...more]));
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual([64, 64]);
  });

  it('SIGINT ends --wait with 130', async () => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: now() + 3600, id: 'one' }]);
    const waiting = await startCli(['verify', '--redis-url', real.url, '--wait', '60']);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    process.kill(waiting.pid, 'SIGINT');
    expect(await waiting.exited).toEqual({ code: 130, signal: null });
  });
});

interface StatusDocument {
  readonly schema: string;
  readonly now: number;
  readonly legacy: {
    readonly scheduled: number;
    readonly next: number | null;
    readonly schedulers: readonly { readonly alive: boolean }[];
  };
  readonly native: { readonly queues: readonly { readonly name: string }[] };
  readonly workers: readonly unknown[];
  readonly schedulers: readonly { readonly queues: readonly string[]; readonly lastHeartbeat: number }[];
}

describe.each(DEFAULT_PAIRS)('status with rq $rq and rq-scheduler $rqScheduler', (pair) => {
  const real = useRealParts(pair);
  const status = () => cliJson<StatusDocument>(0, ['status', '--redis-url', real.url]);

  it('says what is scheduled where and who is there', async () => {
    expect(await status()).toMatchObject({
      schema: 'migrate-scheduler/status@1',
      now: expect.any(Number),
      legacy: { scheduled: 0, next: null, lock: null, schedulers: [] },
      native: { queues: [] },
      workers: [],
      schedulers: [],
    });
    const at = now() + 3600;
    const scheduler = await real.legacyScheduler(1);
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: at + 1, id: 'old-2' },
      { call: 'enqueue_at', func: 'tasks.record', at, id: 'old-1' },
      { call: 'native_enqueue_at', func: 'tasks.record', at: at + 2, id: 'new-1' },
      { call: 'native_enqueue_at', func: 'tasks.record', at: at - 9999, id: 'overdue', queue: 'mail' },
      { call: 'native_enqueue', func: 'tasks.record', id: 'queued', queue: 'mail' },
    ]);
    const worker = await real.worker(['default', 'low']);
    const seen = await status();
    expect(Math.abs(seen.now - Date.now() / 1000)).toBeLessThan(60);
    expect(seen.legacy).toMatchObject({ scheduled: 2, next: at, schedulers: [{ alive: true }] });
    const queues = Object.fromEntries(seen.native.queues.map((queue) => [queue.name, queue]));
    expect(queues.default).toMatchObject({ scheduled: 1, next: at + 2, overdue: 0, queued: 0 });
    expect(queues.default).toHaveProperty('scheduler.value');
    expect(queues.mail).toMatchObject({
      ...{ scheduled: 1, next: at - 9999, overdue: 1, queued: 1, scheduler: null },
    });
    expect(seen.workers).toEqual([
      {
        name: expect.any(String),
        queues: ['default', 'low'],
        version: pair.rq,
        hostname: expect.any(String),
        pid: worker.pid,
        state: 'idle',
        alive: true,
      },
    ]);
    // From 2.10 a scheduler has a record of its own (SEMANTICS §7).
    if (pair.rq === '1.15.1') expect(seen.schedulers).toEqual([]);
    else expect(seen.schedulers).toMatchObject([{ queues: expect.arrayContaining(['default', 'low']) }]);

    await scheduler.stop();
    await worker.stop();
    const after = await status();
    expect(after.legacy.schedulers.filter(({ alive }) => alive)).toEqual([]);
    expect(after.workers).toEqual([]);
  });
});
