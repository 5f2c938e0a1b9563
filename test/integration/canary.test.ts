import { describe, expect, it } from 'vitest';
import { ALL_PAIRS, DEFAULT_PAIRS, GUIDE_PAIR, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { cliJson, startCli, until, type VerifyDocument } from '../support/cli.js';
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

/**
 * What RQ itself writes when a worker runs any job: its own record, its scheduler's (RQ >= 2.10), the queue's name. And
 * the locks of a worker's first maintenance, which may end after it is ready.
 */
const RQ_OWN = /^rq:(worker:\w+|scheduler:\w+|queues|clean_\w+(:\w+)?)$/;

/** Keys that differ between two looks at the whole database. */
function changed(before: Record<string, string>, after: Record<string, string>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
}

const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';

describe.each(WIDE ? ALL_PAIRS : DEFAULT_PAIRS)('verify --canary with rq $rq', (pair) => {
  const real = useRealParts(pair);
  const verify = (code: number, ...more: string[]) =>
    cliJson<CanaryDocument>(code, ['verify', '--canary', '--redis-url', real.url, ...more]);

  it('measures every queue that is served, in its serializer, and leaves nothing behind', async () => {
    await real.seed([
      { call: 'native_enqueue_at', func: 'tasks.record', at: later(), id: 'one' },
      { call: 'native_enqueue_at', func: 'tasks.record', at: later(), id: 'two', queue: 'unserved' },
    ]);
    await real.client.hset('migrate-scheduler:series:s', { state: 'active', queue: 'default' });
    await real.client.sadd('migrate-scheduler:series', 's');
    // One pair is enough to see that workers which cannot read pickles are asked in JSON.
    const json = WIDE || pair === NEWEST_PAIR;
    await Promise.all([
      real.worker(['default', 'empty']),
      real.worker(['plain'], { withScheduler: false }),
      ...(json ? [real.worker(['text'], { args: ['--serializer', 'rq.serializers.JSONSerializer'] })] : []),
    ]);
    const locks = ['default', 'empty', ...(json ? ['text'] : [])].map(
      (queue) => `rq:scheduler-lock:${queue}`,
    );
    await until(async () => (await real.client.exists(...locks)) === locks.length);
    const before = await dumps(real.client);
    const seen = await verify(1);
    const outcome = canaries(seen).map(({ where, status, args }) => [
      where,
      status,
      args.outcome,
      args.serializer,
    ]);
    expect(outcome).toEqual([
      ['default', 'pass', 'finished', 'pickle'],
      ['empty', 'pass', 'finished', 'pickle'],
      ['plain', 'skip', 'no-scheduler', undefined],
      ...(json ? [['text', 'pass', 'finished', 'json']] : []),
      ['unserved', 'skip', 'no-worker', undefined],
    ]);
    for (const { args, status } of canaries(seen)) {
      if (status === 'skip') continue;
      expect(args.enqueued).toBeGreaterThanOrEqual(0);
      expect(args.started).toBeGreaterThanOrEqual(Number(args.enqueued));
    }
    // Its workers run without the module on their path.
    const importable = seen.checks.filter(({ code }) => code === 'recurring-importable');
    expect(importable).toMatchObject([{ where: 'default', status: 'fail', args: { outcome: 'failed' } }]);
    expect(changed(before, await dumps(real.client)).filter((key) => !RQ_OWN.test(key))).toEqual([]);
  });
});

describe('verify --canary that does not come to its end', () => {
  const real = useRealParts(GUIDE_PAIR);
  const args = () => ['verify', '--canary', '--redis-url', real.url];
  const waiting = async () => {
    const ids = await real.client.zrange(nativeKey('default'), '0', '-1');
    return ids.filter((id) => id.includes('canary'));
  };
  const KILLED = 'migrate-scheduler-canary-killed';

  it('Ctrl-C removes what is scheduled, and what an earlier call left; kill -9 leaves a job that RQ can run', async () => {
    await real.seed([{ call: 'native_enqueue_at', func: 'tasks.record', at: later(), id: 'one' }]);
    await real.client.hset(`rq:job:${KILLED}`, { status: 'scheduled', origin: 'default' });
    await real.client.zadd(nativeKey('default'), later(), KILLED);
    await real.client.hset('migrate-scheduler:canaries', KILLED, 'default');
    const plain = await real.worker(['default'], { withScheduler: false });

    // One at a time: the other is refused, whichever it is.
    const calls = await Promise.all([startCli(args()), startCli(args())]);
    const refused = await Promise.race(calls.map(async (call) => ({ call, how: await call.exited })));
    expect(refused.how).toEqual({ code: 4, signal: null });
    await until(async () => !(await waiting()).includes(KILLED) && (await waiting()).length === 1);
    const stopped = calls.find((call) => call !== refused.call);
    process.kill(stopped?.pid ?? 0, 'SIGINT');
    expect(await stopped?.exited).toEqual({ code: 130, signal: null });
    expect([await waiting(), await real.client.keys('*canar*')]).toEqual([[], []]);

    const killed = await startCli(args());
    await until(async () => (await waiting()).length === 1);
    await killed.kill();
    const [id = ''] = await waiting();
    // It must not vanish before a scheduler takes it (SEMANTICS §3: a missing hash stops that of rq 1.5).
    expect(await real.client.ttl(`rq:job:${id}`)).toBe(-1);
    // And one can.
    await plain.stop();
    await real.worker(['default']);
    await until(async () => (await real.client.hget(`rq:job:${id}`, 'status')) === 'finished');
    expect(await real.client.ttl(`rq:job:${id}`)).toBeGreaterThan(0);
  });
});
