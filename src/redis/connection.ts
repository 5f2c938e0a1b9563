import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import { RedisProblem, toRedisProblem } from './problem.js';
import type { Arg, Reply } from './reply.js';
import { loadScript, type ScriptName } from './scripts.js';
import type { RedisTarget, RedisTls } from './url.js';

export interface ConnectLimits {
  /** Milliseconds until the server has answered the handshake; default 5000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one command or script; default 15000. */
  readonly commandTimeoutMs?: number;
}

/** One connection: bytes in, bytes out; every failure is a RedisProblem or LockLost where it has a name. */
export interface Connection {
  call(command: string, ...args: Arg[]): Promise<Reply>;
  /** Runs a script of scripts/ by its hash; sends its text only when the server does not know it. */
  script(name: ScriptName, keys: readonly string[], args: readonly Arg[]): Promise<Reply>;
  close(): void;
}

/**
 * Opens a connection to database 0 and authenticates. No retry, no offline queue, nothing is sent twice: once the
 * connection is lost, every further call fails with `redis-lost`.
 */
export async function openConnection(target: RedisTarget, limits: ConnectLimits = {}): Promise<Connection> {
  const { connectTimeoutMs = 5000, commandTimeoutMs = 15000 } = limits;
  const redis = new Redis(optionsFor(target, commandTimeoutMs));
  const errors: Error[] = [];
  // The promise of connect() only says "Connection is closed."; its cause arrives here.
  redis.on('error', (error: Error) => errors.push(error));
  const send = sender(redis, errors);
  try {
    await withDeadline(handshake(redis, target, send), connectTimeoutMs, () => silence(redis, target));
  } catch (error) {
    redis.disconnect();
    throw toRedisProblem(errors[0] ?? error, 'connect');
  }
  return {
    call: async (command, ...args) => {
      try {
        return await send(command, args);
      } catch (error) {
        throw named(redis, error, args);
      }
    },
    script: async (name, keys, args) => {
      try {
        return await evaluate(send, name, keys, args);
      } catch (error) {
        // With several keys only the script itself can tell which one it was.
        throw named(redis, error, keys.length === 1 ? keys : []);
      }
    },
    close: () => redis.disconnect(),
  };
}

function optionsFor(target: RedisTarget, commandTimeout: number) {
  return {
    ...(target.path
      ? { path: target.path }
      : { host: target.host ?? 'localhost', port: target.port ?? 6379 }),
    ...(target.tls ? { tls: tlsOptions(target.tls, target.host) } : {}),
    lazyConnect: true,
    // RESP2 prints scores as text; RESP3 would make them floating point numbers.
    protocol: 2,
    // AUTH is sent by handshake(), SELECT by client.ts, where their errors are errors.
    enableReadyCheck: false,
    disableClientInfo: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // openConnection has its own deadline, for the handshake too.
    connectTimeout: 0,
    // A stream that is closed already would otherwise keep the process for two seconds.
    disconnectTimeout: 100,
    commandTimeout,
  } satisfies RedisOptions;
}

function tlsOptions(tls: RedisTls, host: string | undefined): ConnectionOptions {
  const file = (path: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new RedisProblem('redis-tls', { reason: 'file', detail: (error as Error).message });
    }
  };
  return {
    rejectUnauthorized: tls.rejectUnauthorized,
    // An IP address is not a name that SNI may carry.
    ...(host && !/^[\d.]+$|:/.test(host) ? { servername: host } : {}),
    ...(tls.caFile ? { ca: file(tls.caFile) } : {}),
    ...(tls.certFile ? { cert: file(tls.certFile) } : {}),
    ...(tls.keyFile ? { key: file(tls.keyFile) } : {}),
  };
}

type Send = (command: string, args: readonly Arg[]) => Promise<Reply>;

function sender(redis: Redis, errors: readonly Error[]): Send {
  return async (command, args) => {
    try {
      return (await redis.callBuffer(command, [...args])) as Reply;
    } catch (error) {
      // A reply error carries its command's arguments: passwords and whole scripts.
      if (error instanceof Error) delete (error as { command?: unknown }).command;
      const closed = error instanceof Error && /Connection is closed|aborted/.test(error.message);
      throw closed ? (errors.at(-1) ?? error) : error;
    }
  };
}

async function handshake(redis: Redis, target: RedisTarget, send: Send): Promise<void> {
  await redis.connect();
  if (target.username !== undefined) await send('AUTH', [target.username, target.password ?? '']);
  else if (target.password !== undefined) await send('AUTH', [target.password]);
  await send('PING', []);
}

async function evaluate(send: Send, name: ScriptName, keys: readonly string[], args: readonly Arg[]) {
  const { sha, lua } = loadScript(name);
  try {
    return await send('EVALSHA', [sha, keys.length, ...keys, ...args]);
  } catch (error) {
    // NOSCRIPT means that nothing was run: the only case in which a second attempt is safe.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await send('EVAL', [lua, keys.length, ...keys, ...args]);
  }
}

function named(redis: Redis, error: unknown, args: readonly Arg[]): Error {
  const problem = toRedisProblem(error, 'use');
  if (!(problem instanceof RedisProblem)) return problem;
  // After a timeout nobody knows what the server did: nothing more may be sent on this connection.
  if (problem.code === 'redis-lost') redis.disconnect();
  if (problem.code !== 'redis-wrongtype' || problem.args.key) return problem;
  const key = args[0];
  return new RedisProblem(problem.code, { ...problem.args, key: key === undefined ? null : String(key) });
}

/** What it means that nobody answered in time. */
function silence(redis: Redis, target: RedisTarget): RedisProblem {
  const stream = redis.stream as { connecting?: boolean } | undefined;
  const reached = stream !== undefined && stream.connecting === false;
  if (!reached)
    return new RedisProblem('redis-unreachable', { reason: 'ETIMEDOUT', detail: 'connect timed out' });
  if (target.tls)
    return new RedisProblem('redis-tls', { reason: 'silent', detail: 'no TLS handshake in time' });
  return new RedisProblem('redis-not-redis', { reason: 'silent', detail: 'no answer in time' });
}

async function withDeadline(work: Promise<void>, ms: number, late: () => Error): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
