import { connectRedis } from '../redis/client.js';
import type { RedisPort } from '../redis/port.js';
import { LockLost, RedisProblem } from '../redis/problem.js';
import { parseRedisUrl, RedisUrlError, redactRedisUrl, resolveRedisUrl } from '../redis/url.js';
import { keepSecret } from '../world/redaction.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode, Refusal, refusal } from './outcome.js';

/** An open connection and the URL it was opened with, without its password. */
export interface OpenRedis {
  readonly port: RedisPort;
  readonly url: string;
}

/** Connects to the Redis that the options and the environment name. Throws Refusal with exit code 6 or 64. */
export async function openRedis(context: Context): Promise<OpenRedis> {
  const { url, source } = resolveRedisUrl(context.options.redisUrl, process.env);
  const shown = redactRedisUrl(url);
  try {
    keepSecret(parseRedisUrl(url).password);
    const port = await connectRedis(url);
    context.terminal.detail(`Redis ${shown} (from ${source}), version ${port.server.version ?? 'unknown'}`);
    return { port, url: shown };
  } catch (error) {
    throw redisRefusal(error, shown, EXIT.noRedis);
  }
}

/** Runs `work` with a connection that is closed afterwards; problems of Redis become refusals. */
export async function withRedis<T>(context: Context, work: (redis: OpenRedis) => Promise<T>): Promise<T> {
  const redis = await openRedis(context);
  try {
    return await work(redis);
  } catch (error) {
    throw redisRefusal(error, redis.url, EXIT.noRedis);
  } finally {
    redis.port.close();
  }
}

/** A problem of Redis as a refusal with this exit code; anything else as it is. */
export function redisRefusal(error: unknown, url: string, exitCode: ExitCode): unknown {
  if (error instanceof RedisUrlError)
    return refusal(EXIT.usage, 'bad-redis-url', { reason: error.reason, url: error.url }, error);
  if (error instanceof LockLost) return refusal(EXIT.partial, 'lock-lost', { which: error.which }, error);
  if (!(error instanceof RedisProblem)) return error;
  const finding = { code: error.code, severity: 'error', args: { ...error.args, url } } as const;
  return new Refusal(exitCode, finding, { cause: error });
}
