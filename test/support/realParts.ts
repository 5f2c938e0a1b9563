import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ManagedProcess } from '../../src/world/engines/managed.js';
import { runPython, startLegacyScheduler, startWorker } from '../../src/world/engines/processes.js';
import { ensureVenv, type PythonEnv } from '../../src/world/engines/python-env.js';
import {
  type PrivateRedis,
  type PrivateRedisOptions,
  startPrivateRedis,
} from '../../src/world/engines/redis-server.js';
import type { VersionPair } from '../../src/world/engines/versions.js';
import { PY_DIR, TEST_CACHE } from './paths.js';

/** A job to schedule: the fields of `call`'s own parameters, times as epoch seconds, durations in seconds. */
export interface SeedJob {
  /** rq-scheduler's methods, or RQ's own `Queue.enqueue_at` / `Queue.enqueue`. */
  readonly call: 'enqueue_at' | 'enqueue_in' | 'schedule' | 'cron' | 'native_enqueue_at' | 'native_enqueue';
  /** Dotted, from test/support/py/tasks.py: `tasks.record`, `tasks.slow`, `tasks.fail`. */
  readonly func: string;
  /** For `enqueue_at`, `schedule`, `native_enqueue_at`. */
  readonly at?: number;
  /** For `enqueue_in`. */
  readonly in?: number;
  /** For `cron`. */
  readonly cron?: string;
  readonly use_local_timezone?: boolean;
  readonly interval?: number;
  readonly repeat?: number;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** `default` where absent. */
  readonly queue?: string;
  readonly id?: string;
  readonly timeout?: number | string;
  readonly ttl?: number;
  readonly result_ttl?: number;
  readonly description?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly at_front?: boolean;
  readonly depends_on?: string;
}

export interface SeededJob {
  readonly id: string;
  /** Its score in the legacy zset (native calls: in `rq:scheduled:<queue>`). */
  readonly score: number | null;
}

/** One run of a function of tasks.py. */
export interface Run {
  readonly id: string;
  readonly func: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  /** Epoch seconds with fractions. */
  readonly at: number;
}

/** A job as `Job.fetch` of real RQ sees it; only `id` and `error` (an exception's class) where it raises. */
export interface SeenJob {
  readonly id: string;
  readonly error: string | null;
  readonly status?: string | null;
  readonly origin?: string;
  readonly func?: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly description?: string;
  readonly timeout?: number | null;
  readonly ttl?: number | null;
  readonly resultTtl?: number | null;
  readonly atFront?: boolean;
  /** TTL of the hash: -1 none. */
  readonly expiresIn?: number;
}

export interface SeenQueue {
  readonly name: string;
  /** Of its ScheduledJobRegistry; `at` in epoch seconds. */
  readonly scheduled: readonly { readonly id: string; readonly at: number }[];
  readonly queued: readonly string[];
  readonly finished: readonly string[];
  readonly failed: readonly string[];
}

export interface Seen {
  readonly jobs: readonly SeenJob[];
  readonly queues: readonly SeenQueue[];
  readonly knownQueues: readonly string[];
}

/** Real Redis, real RQ and real rq-scheduler for the tests of one file. */
export interface RealParts {
  readonly pair: VersionPair;
  readonly redis: PrivateRedis;
  readonly client: Redis;
  readonly venv: PythonEnv;
  readonly url: string;
  /** Schedules jobs with the real libraries, in order. */
  seed(jobs: readonly SeedJob[], env?: NodeJS.ProcessEnv): Promise<SeededJob[]>;
  /** What real RQ sees. */
  inspect(ids: readonly string[], queues?: readonly string[]): Promise<Seen>;
  /** Runs of tasks.py so far, oldest first. */
  runs(): Promise<Run[]>;
  /** Waits until there are `count` runs; throws after `timeoutMs`, with the processes' output. */
  waitForRuns(count: number, timeoutMs?: number): Promise<Run[]>;
  /** A real `rq worker`, with a scheduler unless told otherwise; stopped after the test. */
  worker(queues?: readonly string[], options?: StartOptions): Promise<ManagedProcess>;
  /** A real `rqscheduler`, a pass every second unless told otherwise; stopped after the test. */
  legacyScheduler(interval?: number): Promise<ManagedProcess>;
  /** Has a process of the test's own stopped after it. */
  track<T extends ManagedProcess>(managed: T): T;
}

export interface StartOptions {
  readonly withScheduler?: boolean;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Registers hooks: a private Redis and the pair's environment before the first test of the surrounding
 * `describe`, an empty database before each, no process left after each. Use the result inside tests only.
 */
export function useRealParts(
  pair: VersionPair,
  redisOptions: Omit<PrivateRedisOptions, 'cacheDir'> = {},
): RealParts {
  let up: { redis: PrivateRedis; client: Redis; venv: PythonEnv } | null = null;
  const started: ManagedProcess[] = [];
  const get = () => {
    if (!up) throw new Error('useRealParts: its beforeAll has not run');
    return up;
  };
  const track = <T extends ManagedProcess>(managed: T): T => {
    started.push(managed);
    return managed;
  };

  beforeAll(async () => {
    const [redis, venv] = await Promise.all([
      startPrivateRedis({ cacheDir: TEST_CACHE, ...redisOptions }),
      ensureVenv({ cacheDir: TEST_CACHE, ...pair }),
    ]);
    up = { redis, venv, client: new Redis(redis.url) };
  });
  beforeEach(async () => {
    await get().client.flushall();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((managed) => managed.stop()));
  });
  afterAll(async () => {
    up?.client.disconnect();
    await up?.redis.stop();
  });

  const runs = async () => {
    const lines = await get().client.lrange('test:runs', 0, -1);
    return lines.map((line) => JSON.parse(line) as Run);
  };
  const program = (name: string, input: unknown, env: NodeJS.ProcessEnv = {}) => ({
    venv: get().venv,
    script: `${PY_DIR}/${name}`,
    args: [get().redis.url],
    input,
    env,
  });
  return {
    pair,
    track,
    runs,
    get redis() {
      return get().redis;
    },
    get client() {
      return get().client;
    },
    get venv() {
      return get().venv;
    },
    get url() {
      return get().redis.url;
    },
    seed: (jobs, env) => runPython<SeededJob[]>(program('seed.py', jobs, env)),
    inspect: (ids, queues = []) => runPython<Seen>(program('inspect_jobs.py', { ids, queues })),
    waitForRuns: async (count, timeoutMs = 20_000) => {
      for (const end = Date.now() + timeoutMs; ; await delay(50)) {
        const all = await runs();
        if (all.length >= count) return all;
        if (Date.now() > end) {
          const talk = started.map((managed) => `--- ${managed.name}\n${managed.output()}`).join('\n');
          throw new Error(`${all.length} of ${count} runs after ${timeoutMs} ms\n${talk}`);
        }
      }
    },
    worker: async (queues = ['default'], options = {}) =>
      track(
        await startWorker({
          venv: get().venv,
          url: get().redis.url,
          queues,
          cwd: options.cwd ?? PY_DIR,
          withScheduler: options.withScheduler ?? true,
          ...(options.args ? { args: options.args } : {}),
          ...(options.env ? { env: options.env } : {}),
        }),
      ),
    legacyScheduler: async (interval = 1) =>
      track(await startLegacyScheduler({ venv: get().venv, url: get().redis.url, interval, cwd: PY_DIR })),
  };
}
