import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { connectRedis } from '../../src/redis/client.js';
import { LockLost, RedisProblem, toRedisProblem } from '../../src/redis/problem.js';
import { EngineError } from '../../src/world/engines/engine-error.js';
import { freePort, type PrivateRedisOptions } from '../../src/world/engines/redis-server.js';
import { addJob, begin, LEGACY, move, start } from './support.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function server(options: Omit<PrivateRedisOptions, 'cacheDir'> = {}) {
  const redis = await start(options);
  cleanups.push(() => redis.stop());
  return redis;
}

async function open(url: string) {
  const port = await connectRedis(url, { connectTimeoutMs: 1500 });
  cleanups.push(() => port.close());
  return port;
}

async function problemOf(work: Promise<unknown>): Promise<RedisProblem> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RedisProblem)) throw new Error(`no RedisProblem: ${String(error)}`);
  return error;
}

function listen(other: Server): Promise<number> {
  cleanups.push(() => other.close());
  return new Promise((resolve) =>
    other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port)),
  );
}

describe('what cannot be reached', () => {
  it('names a closed port, an unknown host and a missing socket', async () => {
    const port = await freePort();
    const closed = await problemOf(connectRedis(`redis://127.0.0.1:${port}`));
    expect(closed).toMatchObject({ code: 'redis-unreachable', args: { reason: 'ECONNREFUSED' } });
    const socket = await problemOf(connectRedis('unix:///nowhere/redis.sock'));
    expect(socket).toMatchObject({ code: 'redis-unreachable', args: { reason: 'ENOENT' } });
    expect((await problemOf(connectRedis('redis://no-such-host.invalid'))).code).toBe('redis-unreachable');
  });

  it('recognises an HTTP server quickly', async () => {
    const port = await listen(createHttp((_request, response) => void response.end('hello')));
    const began = Date.now();
    expect((await problemOf(connectRedis(`redis://127.0.0.1:${port}`))).code).toBe('redis-not-redis');
    expect(Date.now() - began).toBeLessThan(1000);
  });

  it('does not wait for a silent server longer than the connect timeout', async () => {
    const port = await listen(createServer((socket) => void cleanups.push(() => socket.destroy())));
    const silent = await problemOf(connectRedis(`redis://127.0.0.1:${port}`, { connectTimeoutMs: 300 }));
    expect(silent).toMatchObject({ code: 'redis-not-redis', args: { reason: 'silent' } });
  });
});

describe('authentication', () => {
  it('tells a missing, a wrong and a needless password apart', async () => {
    const locked = await server({ password: 'hunter22' });
    const none = await problemOf(connectRedis(`redis://127.0.0.1:${locked.port}`));
    expect(none).toMatchObject({ code: 'redis-auth', args: { reason: 'required' } });
    const wrong = await problemOf(connectRedis(`redis://:wrongwrong@127.0.0.1:${locked.port}`));
    expect(wrong).toMatchObject({ code: 'redis-auth', args: { reason: 'rejected' } });
    expect(JSON.stringify([wrong, wrong.stack])).not.toContain('wrongwrong');
    await open(locked.url);

    const free = await server();
    const needless = await problemOf(connectRedis(`redis://:secret@127.0.0.1:${free.port}`));
    expect(needless).toMatchObject({ code: 'redis-auth', args: { reason: 'none-configured' } });
  });

  it('finds out about a missing permission before the first job is touched', async () => {
    const redis = await server();
    const admin = new Redis(redis.url);
    cleanups.push(() => admin.disconnect());
    await addJob(admin, 'a', 2e9);
    await admin.acl('SETUSER', 'limited', 'on', '>pw', '~*', '+@all', '-persist', '-info');
    const port = await open(`redis://limited:pw@127.0.0.1:${redis.port}`);
    expect(port.server.version).toBeNull();
    expect(await port.legacyCount()).toBe(1);
    const denied = await problemOf(begin(port));
    expect(denied.code).toBe('redis-noperm');
    expect(await admin.exists('migrate-scheduler:current')).toBe(0);
    expect(await admin.zscore(LEGACY, 'a')).toBe('2000000000');

    await admin.acl('SETUSER', 'reader', 'on', '>pw', '~*', '+@read', '+ping', '-zcard');
    const reader = await open(`redis://reader:pw@127.0.0.1:${redis.port}`);
    const command = await problemOf(reader.legacyCount());
    expect(command).toMatchObject({ code: 'redis-noperm', args: { command: 'zcard' } });
  });
});

describe('servers that cannot be used', () => {
  it('refuses cluster mode and a database number that does not exist', async () => {
    const cluster = await server({ args: ['--cluster-enabled', 'yes'] });
    expect((await problemOf(connectRedis(cluster.url))).code).toBe('redis-cluster');
    expect((await problemOf(connectRedis(`redis://127.0.0.1:${cluster.port}/3`))).code).toBe('redis-cluster');
    const plain = await server();
    const db = await problemOf(connectRedis(`redis://127.0.0.1:${plain.port}/99`));
    expect(db).toMatchObject({ code: 'redis-unreachable', args: { reason: 'db-out-of-range' } });
  });

  it('reads from a replica and refuses to write there', async () => {
    const primary = await server({ args: ['--repl-diskless-sync-delay', '0'] });
    const writer = new Redis(primary.url);
    cleanups.push(() => writer.disconnect());
    await addJob(writer, 'a', 2e9);
    const replica = await server({ args: ['--replicaof', '127.0.0.1', String(primary.port)] });
    const port = await open(replica.url);
    for (let i = 0; i < 100 && (await port.legacyCount()) === 0; i++) await delay(50);
    expect(port.server.readonlyReplica).toBe(true);
    const page = await port.pageLegacy(null);
    expect(page.entries).toHaveLength(1);
    expect((await port.readJobs(page.entries, { data: true }))[0]?.type).toBe('hash');
    expect((await problemOf(begin(port))).code).toBe('redis-readonly');
  });

  it('moves nothing when the server is out of memory', async () => {
    const redis = await server();
    const admin = new Redis(redis.url);
    cleanups.push(() => admin.disconnect());
    const port = await open(redis.url);
    await addJob(admin, 'a', 2e9);
    const fence = await begin(port);
    await admin.config('SET', 'maxmemory', '1');
    expect((await problemOf(port.moveBatch(fence, [move('a', 2e9)]))).code).toBe('redis-oom');
    expect(await admin.zscore(LEGACY, 'a')).toBe('2000000000');
    expect(await admin.exists('rq:scheduled:default')).toBe(0);
  });

  it('says redis-lost for everything after the server went away', async () => {
    const redis = await server();
    const port = await open(redis.url);
    await redis.kill();
    expect((await problemOf(port.time())).code).toBe('redis-lost');
    expect((await problemOf(port.legacyCount())).code).toBe('redis-lost');
  });

  it('gives up a command after its timeout and sends nothing more', async () => {
    const redis = await server();
    const admin = new Redis(redis.url);
    cleanups.push(() => admin.disconnect());
    const port = await connectRedis(redis.url, { commandTimeoutMs: 200 });
    cleanups.push(() => port.close());
    await admin.call('CLIENT', 'PAUSE', '1500', 'ALL');
    expect(await problemOf(port.time())).toMatchObject({ code: 'redis-lost', args: { reason: 'timeout' } });
    expect((await problemOf(port.time())).code).toBe('redis-lost');
  });
});

describe('TLS', () => {
  function files() {
    const dir = mkdtempSync(join(tmpdir(), 'migrate-scheduler-tls-'));
    cleanups.push(() => rmSync(dir, { recursive: true }));
    const key = join(dir, 'key.pem');
    const cert = join(dir, 'cert.pem');
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
    ];
    execFileSync('openssl', [...made, ...names], { stdio: 'pipe' });
    return { key, cert, ca: cert };
  }

  /** Not every server is built with TLS (the one from a wheel is not). */
  async function secureServer(context: TestContext) {
    const tls = files();
    try {
      return { tls, redis: await server({ tls }) };
    } catch (error) {
      if (error instanceof EngineError && error.code === 'redis-server-failed') return context.skip();
      throw error;
    }
  }

  it('connects with the CA, and names an untrusted certificate', async (context) => {
    const { tls, redis } = await secureServer(context);
    await open(`${redis.url}?ssl_ca_certs=${tls.ca}`);
    await open(`${redis.url}?ssl_cert_reqs=none`);
    expect((await problemOf(connectRedis(redis.url))).code).toBe('redis-tls');
  });

  it('names the mismatch in both directions', async (context) => {
    const { redis: secure } = await secureServer(context);
    const plainToTls = await problemOf(connectRedis(`redis://127.0.0.1:${secure.port}`));
    // Some TLS servers send an alert, some only hang up: the latter says nothing about TLS.
    expect(['redis-tls undefined', 'redis-not-redis closed']).toContain(
      `${plainToTls.code} ${plainToTls.args.reason}`,
    );
    const plain = await server();
    const tlsToPlain = connectRedis(`rediss://127.0.0.1:${plain.port}`, { connectTimeoutMs: 500 });
    expect((await problemOf(tlsToPlain)).code).toBe('redis-tls');
  });
});

describe('toRedisProblem', () => {
  const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

  it.each([
    ['MISCONF Redis is configured to save RDB snapshots', 'redis-readonly'],
    ['LOADING Redis is loading the dataset in memory', 'redis-loading'],
    ['MOVED 1234 10.0.0.1:6379', 'redis-cluster'],
    [
      'ERR Error running script (call to f_1): @user_script:3: WRONGTYPE Operation against',
      'redis-wrongtype',
    ],
    ["ERR The user executing the script can't run this command or subcommand", 'redis-noperm'],
    ["ERR unknown command 'EVALSHA', with args beginning with:", 'redis-noperm'],
  ])('%s', (message, code) => {
    expect(toRedisProblem(reply(message))).toMatchObject({ code });
  });

  it('keeps lost locks and our own faults apart', () => {
    expect(toRedisProblem(reply('FENCED legacy'))).toMatchObject({ which: 'legacy' });
    expect(toRedisProblem(reply('FENCED run'))).toBeInstanceOf(LockLost);
    const fault = new TypeError('x is not a function');
    expect(toRedisProblem(fault)).toBe(fault);
  });
});
