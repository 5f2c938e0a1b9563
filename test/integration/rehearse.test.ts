import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { GUIDE_PAIR } from '../../src/world/engines/versions.js';
import { BINARY_ID } from '../redis/support.js';
import { cli, cliJson, startCli } from '../support/cli.js';
import { useRealParts } from '../support/realParts.js';
import { copyJob, dumps, LEGACY } from '../support/redisContents.js';

const FAR = Math.floor(Date.now() / 1000) + 86_400;

interface RehearseDocument {
  readonly schema: string;
  readonly ok: boolean;
  readonly copied: { readonly total: number; readonly entries: number; readonly byType: number };
  readonly run: { readonly jobs: Readonly<Record<string, number>>; readonly left: number } | null;
  readonly lost: number | null;
  readonly rollback: Readonly<Record<string, unknown>> | null;
  readonly findings: readonly { readonly code: string }[];
}

const traces = (): string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('migrate-scheduler-rehearsal-'));

/** A server of another make than the scratch one, where there is another: dumps it writes may be too new for that. */
const real = useRealParts(GUIDE_PAIR, { wheelOnly: true });

describe('rehearse', () => {
  it('carries out and undoes the whole move on a copy; a user who may only read is enough', async () => {
    await real.seed([
      { call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'once', meta: { a: 1 } },
      { call: 'enqueue_at', func: 'tasks.record', at: FAR + 1, id: 'a:b', queue: 'other' },
      { call: 'enqueue_at', func: 'tasks.record', at: 1_700_000_000, id: 'past' },
      { call: 'schedule', func: 'tasks.record', at: FAR, id: 'often', interval: 600, repeat: 3 },
      { call: 'native_enqueue_at', func: 'tasks.record', at: FAR, id: 'native', queue: 'other' },
    ]);
    const copies = Array.from({ length: 1100 }, (_, i) => ({ id: `copy-${i}`, at: FAR + (i % 7) }));
    await copyJob(real.client, 'once', [...copies, { id: BINARY_ID, at: FAR + 0.125 }]);
    await real.client.pexpire('rq:job:copy-7', 5_000_000);
    await real.client.zadd(LEGACY, FAR, 'ghost');
    await real.client.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@read', '+@connection');
    await real.client.call('ACL', 'SETUSER', 'reader', '+eval', '+evalsha', '+time', '+info');
    const before = await dumps(real.client);

    const url = real.url.replace('//', '//reader:secret@');
    const document = await cliJson<RehearseDocument>(0, [
      ...['rehearse', '--redis-url', url, '--rq-version', '2.3.3'],
    ]);
    expect(document).toMatchObject({ ok: true, lost: 0, copied: { total: 1106, entries: 1106 } });
    expect(document.run).toMatchObject({
      left: 2,
      jobs: { moved: 1102, rearmed: 1, dropped: 1, refused: 2 },
    });
    expect(document.findings.map(({ code }) => code)).toContain('id-colon');
    expect(document.rollback).toMatchObject({ restored: 1104, alreadyRun: 0, missing: 0, different: 0 });
    expect(await dumps(real.client)).toEqual(before);
    expect(traces()).toEqual([]);
  });

  it('Ctrl-C leaves nothing behind', async () => {
    await real.seed([{ call: 'enqueue_at', func: 'tasks.record', at: FAR, id: 'once' }]);
    const copies = Array.from({ length: 20_000 }, (_, i) => ({ id: `copy-${i}`, at: FAR }));
    await copyJob(real.client, 'once', copies);
    const before = await real.client.dbsize();
    const rehearsal = await startCli(['rehearse', '--redis-url', real.url, '--verbose']);
    await rehearsal.waitFor(/redis-server on/);
    process.kill(rehearsal.pid, 'SIGINT');
    expect(await rehearsal.exited).toEqual({ code: 130, signal: null });
    expect(await real.client.dbsize()).toBe(before);
    expect(traces()).toEqual([]);
  });

  it('needs a Redis', async () => {
    expect((await cli(['rehearse', '--redis-url', 'redis://127.0.0.1:1/0'])).code).toBe(6);
  });
});
