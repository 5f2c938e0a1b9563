import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS, GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { cli, cliJson, startCli, until, type VerifyDocument } from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, nativeKey } from '../support/redisContents.js';

const later = () => Math.floor(Date.now() / 1000) + 3600;

interface CanaryDocument extends VerifyDocument {
  readonly checks: readonly {
    readonly code: string;
    readonly status: string;
    readonly where: string | null;
    readonly args: Readonly<Record<string, unknown>>;
  }[];
}

const canaries = ({ checks }: CanaryDocument) => checks.filter(({ code }) => code === 'canary-ran');

/** What RQ itself writes when a worker runs any job: its own record, its scheduler's (RQ >= 2.10), the queue's name. */
const RQ_OWN = /^rq:(worker:\w+|scheduler:\w+|queues)$/;

/** Keys that differ between two looks at the whole database. */
function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
}

describe.each(DEFAULT_PAIRS)('verify --canary with rq $rq', (pair) => {
  const real = useRealParts(pair);
  const verify = (code: number, ...more: string[]) =>
    cliJson<CanaryDocument>(code, ['verify', '--canary', '--redis-url', real.url, ...more]);

  it('measures every queue that is served and leaves nothing behind', async () => {
    await real.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at: later(), id: 'one' },
      { call: 'native_enqueue_at', func: 'tasks.record', at: later(), id: 'two', queue: 'unserved' },
    ]);
    await real.worker(['default', 'empty']);
    await real.worker(['plain'], { withScheduler: false });
    const before = await dumps(real.client);
    const seen = await verify(1);
    expect(canaries(seen).map(({ where, status, args }) => [where, status, args.outcome])).toEqual([
      ['plain', 'skip', 'no-scheduler'],
      ['unserved', 'skip', 'no-worker'],
      ['default', 'pass', 'finished'],
      ['empty', 'pass', 'finished'],
    ]);
    for (const { args, status } of canaries(seen)) {
      if (status === 'skip') continue;
      expect(args.enqueued).toBeGreaterThanOrEqual(0);
      expect(args.started).toBeGreaterThanOrEqual(Number(args.enqueued));
    }
    expect(changed(before, await dumps(real.client)).filter((key) => !RQ_OWN.test(key))).toEqual([]);
  });

  it('speaks the serializer of the workers, and tells who cannot import rq_recurring', async () => {
    const worker = ['--serializer', 'rq.serializers.JSONSerializer'];
    await real.worker(['json'], { args: worker });
    await real.worker(['default']);
    await real.client.hset('migrate-scheduler:series:s', {
      state: 'active',
      queue: 'default',
      kind: 'interval',
    });
    await real.client.sadd('migrate-scheduler:series', 's');
    const before = await dumps(real.client);
    const seen = await verify(1);
    expect(canaries(seen).map(({ where, status, args }) => [where, status, args.serializer])).toEqual([
      ['default', 'pass', 'pickle'],
      ['json', 'pass', 'json'],
    ]);
    const importable = seen.checks.filter(({ code }) => code === 'recurring-importable');
    expect(importable).toMatchObject([{ where: 'default', status: 'fail', args: { outcome: 'failed' } }]);
    expect(changed(before, await dumps(real.client)).filter((key) => !RQ_OWN.test(key))).toEqual([]);
  });
});

describe('verify --canary that does not come to its end', () => {
  const real = useRealParts(GUIDE_PAIR);
  const args = () => ['verify', '--canary', '--redis-url', real.url];
  const scheduled = async () => (await real.client.zrange(nativeKey('default'), '0', '-1')).length;
  const KILLED = 'migrate-scheduler-canary-killed';

  /** A canary of a call that was killed, as kill -9 leaves it; a scheduler's lock, and a worker without one. */
  async function seed(): Promise<void> {
    await real.worker(['default'], { withScheduler: false });
    await real.client.set('rq:scheduler-lock:default', '1', 'EX', 600);
    await real.client.hset(`rq:job:${KILLED}`, { status: 'scheduled', origin: 'default' });
    await real.client.zadd(nativeKey('default'), later(), KILLED);
    await real.client.hset('migrate-scheduler:canaries', KILLED, 'default');
  }

  it('Ctrl-C removes what is scheduled, and what an earlier call left; kill -9 leaves a job that RQ can run', async () => {
    const clean = await dumps(real.client);
    expect(clean).toEqual({});
    await seed();
    const stopped = await startCli(args());
    await until(
      async () => (await real.client.exists(`rq:job:${KILLED}`)) === 0 && (await scheduled()) === 1,
    );
    // One call at a time.
    expect((await cli(args())).code).toBe(4);
    process.kill(stopped.pid, 'SIGINT');
    expect(await stopped.exited).toEqual({ code: 130, signal: null });
    expect(await real.client.keys('*canar*')).toEqual([]);
    expect(await scheduled()).toBe(0);

    const killed = await startCli(args());
    await until(async () => (await scheduled()) === 1);
    await killed.kill();
    const [id = ''] = await real.client.zrange(nativeKey('default'), '0', '-1');
    // It must not vanish before a scheduler takes it (SEMANTICS §3: a missing hash stops that of rq 1.5).
    expect(await real.client.ttl(`rq:job:${id}`)).toBe(-1);
    const seen = await cliJson<CanaryDocument>(1, args());
    expect(canaries(seen)).toMatchObject([
      { status: 'fail', args: { outcome: 'timeout-scheduled', enqueued: null } },
    ]);
    expect(await real.client.keys('*canar*')).toEqual([]);
    expect(await scheduled()).toBe(0);
  }, 120_000);
});
