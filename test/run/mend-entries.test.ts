import { deflateSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import type { RedisPort } from '../../src/redis/port.js';
import { repair } from '../../src/run/repair.js';
import { undoJobs } from '../../src/run/undo-jobs.js';
import { verify } from '../../src/run/verify.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { useRealParts } from '../support/realParts.js';
import { dumps, nativeKey } from '../support/redisContents.js';
import { answer, contextFor } from './support.js';

interface Entry {
  readonly id: string;
  readonly newId: string | null;
  readonly action: string;
  readonly reasons: readonly string[];
}

/** Every key that is not the tool's own. */
async function others(real: ReturnType<typeof useRealParts>) {
  const all = Object.entries(await dumps(real.client));
  return Object.fromEntries(all.filter(([key]) => !key.startsWith('migrate-scheduler:')));
}

describe.each(DEFAULT_PAIRS)('repair of entries, rq $rq', (pair) => {
  const real = useRealParts(pair);
  const opened: RedisPort[] = [];
  afterEach(() => {
    for (const port of opened.splice(0)) port.close();
  });
  const options = { rqVersion: pair.rq };
  const newest = pair.rq === '3.0.0';

  /** A job of real RQ under this id, with changes to its hash. */
  async function plant(id: string | Buffer, at: number, change: Record<string, string | Buffer | null> = {}) {
    const key = Buffer.concat([Buffer.from('rq:job:'), Buffer.from(id)]);
    await real.client.hset(key, await real.client.hgetallBuffer('rq:job:template'));
    for (const [name, value] of Object.entries(change)) {
      if (value === null) await real.client.hdel(key, name);
      else await real.client.hset(key, name, value);
    }
    await real.client.zadd(nativeKey('default'), at, id);
  }

  async function template(at: number) {
    await real.seed([{ call: 'native_enqueue_at', func: 'tasks.record', at, id: 'template' }]);
    await real.client.zrem(nativeKey('default'), 'template');
  }

  it('mends what can be mended, so that a real worker runs it; rollback brings every byte back', async () => {
    const now = Math.floor(Date.now() / 1000);
    const due = now - 30;
    await template(now + 3600);
    await plant('healthy', due);
    await plant('created', due, { created_at: 'garbage' });
    await plant('hour', due, { timeout: '1h' });
    await plant('many', due, { result_ttl: 'x', enqueue_at_front: '', dependency_ids: '[[1]]' });
    await plant('before-1970', -5);
    await plant('a:b', due);
    await plant('d.o t', due);
    await plant(Buffer.from([0xff, 0x41]), due);
    await plant('no-data', due, { data: null });
    await plant('unreadable', now + 3600, { data: deflateSync(Buffer.from('garbage')) });
    await plant('waits', now + 3600, { status: 'unheard-of', description: Buffer.from([0xff]) });
    await real.client.pexpire('rq:job:waits', 10_000_000);
    await real.client.zadd(nativeKey('default'), due, 'ghost');
    await real.client.set('rq:job:text', 'x');
    await real.client.zadd(nativeKey('default'), due, 'text');
    await real.client.del('rq:job:template');
    const before = await others(real);

    const failing = (await answer(verify, real.url, options)).document.checks as {
      code: string;
      status: string;
      jobId?: string;
    }[];
    const unfit = failing.filter(({ code }) => code === 'entry-unfit');
    expect(unfit.map(({ jobId }) => jobId)).toEqual(
      expect.arrayContaining(['created', 'no-data', 'before-1970']),
    );
    expect(unfit.find(({ jobId }) => jobId === 'unreadable')?.status).toBe('warn');
    expect(await others(real)).toEqual(before);

    const { document } = await answer(repair, real.url, options);
    const entries = document.entries as Entry[];
    const treated = Object.fromEntries(entries.map(({ id, action, newId }) => [id, newId ?? action]));
    expect(treated).toMatchObject({
      created: 'mend',
      hour: 'mend',
      many: 'mend',
      'before-1970': 'mend',
      'hex:ff41': expect.stringMatching(/^A-|^job-/),
      'no-data': 'quarantine',
      text: 'quarantine',
      ghost: 'remove',
      waits: 'mend',
      ...(newest ? { 'a:b': expect.stringMatching(/^a-b-/), 'd.o t': expect.stringMatching(/^d-o-t-/) } : {}),
    });
    expect(treated).not.toHaveProperty('healthy');
    expect(await real.client.hget('rq:job:hour', 'timeout')).toBe('3600');
    const again = await answer(repair, real.url, options);
    expect(again.document).toMatchObject({ runId: null, entries: [] });

    const port = await connectRedis(real.url);
    opened.push(port);
    const counted = (await answer(verify, real.url, options)).document.checks.find(
      ({ code }: { code: string }) => code === 'jobs-accounted',
    );
    expect(counted).toMatchObject({ status: 'pass', args: { lost: 0, quarantined: 2, removed: 1 } });

    // Nothing has run yet: all of it comes back, the very same bytes and expiries.
    const { jobs } = await undoJobs(contextFor(real.url).context, port, document.runId);
    expect(jobs).toEqual({ restored: entries.length, alreadyRun: 0, missing: 0 });
    expect(await others(real)).toEqual(before);

    // As it is, a real worker's scheduler dies of it, and even the healthy job waits for ever.
    const victim = await real.worker(['default']);
    await victim.waitFor(/raised an exception/, 20_000);
    await victim.kill();
    expect(await real.runs()).toEqual([]);
    await real.client.del('rq:scheduler-lock:default');

    // Once more, and now a real worker runs what was mended.
    const second = (await answer(repair, real.url, options)).document;
    const runnable = (second.entries as Entry[]).filter(
      ({ id, action }) => action === 'mend' && id !== 'waits',
    );
    await real.worker(['default']);
    const plain = newest ? [] : ['a:b', 'd.o t'];
    const expected = ['healthy', ...plain, ...runnable.map(({ id, newId }) => newId ?? id)].sort();
    const runs = await real.waitForRuns(expected.length);
    expect(runs.map(({ id }) => id).sort()).toEqual(expected);

    const back = (await undoJobs(contextFor(real.url).context, port, second.runId)).jobs;
    expect(back).toMatchObject({ alreadyRun: runnable.length });
    expect(await real.client.exists('rq:job:waits')).toBe(1);
    expect(await real.client.hget('rq:job:waits', 'status')).toBe('unheard-of');
    expect(await real.client.keys('migrate-scheduler:before:*')).toEqual([]);
  });

  it('leaves alone what somebody changed since, and what others depend on', async () => {
    const at = Math.floor(Date.now() / 1000) + 3600;
    await template(at);
    await plant('d.o', at, {});
    await plant('x:y', at, { created_at: 'x' });
    await real.client.sadd('rq:job:x:y:dependents', 'child');
    await real.client.del('rq:job:template');
    const { document } = await answer(repair, real.url, options);
    const treated = Object.fromEntries((document.entries as Entry[]).map(({ id, action }) => [id, action]));
    if (newest) expect(treated).toEqual({ 'd.o': 'mend' });
    else expect(treated).toEqual({ 'x:y': 'mend' });
    const codes = (document.findings as { code: string }[]).map(({ code }) => code);
    expect(codes.includes('repair-entry-dependents')).toBe(newest);
    // Nothing of it was due: no scheduler can have ended.
    expect(codes).not.toContain('repair-restart');
  });
});
