import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ManagedProcess } from '../../src/world/engines/managed.js';
import { runPython, startLegacyScheduler, startWorker } from '../../src/world/engines/processes.js';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { startPrivateRedis } from '../../src/world/engines/redis-server.js';
import type { VersionPair } from '../../src/world/engines/versions.js';
import { cli } from '../support/cli.js';
import { PY_DIR, ROOT, TEST_CACHE } from '../support/paths.js';
import type { SeededJob, SeedJob } from '../support/realParts.js';
import type { TaskRun } from './judge.js';

const TASKS = `${ROOT}test/matrix/py`;
/** The host's zone, in which rq-scheduler reads cron strings. */
const ENV = { TZ: 'UTC', PYTHONPATH: `${TASKS}:${ROOT}python/src` };

/** A Redis of its own with real workers and, on one of the two sides, the real rq-scheduler. */
export interface Side {
  readonly client: Redis;
  readonly url: string;
  /** An empty project. */
  readonly project: string;
  seed(jobs: readonly SeedJob[]): Promise<SeededJob[]>;
  worker(queue: string, withScheduler: boolean): Promise<ManagedProcess>;
  scheduler(): Promise<ManagedProcess>;
  /** Runs the built tool on this Redis; throws unless it ends with 0. Returns the document that it prints. */
  tool<T>(command: 'run' | 'rollback' | 'repair' | 'verify'): Promise<T>;
  /** The tool's arguments. */
  toolArgs(command: string): string[];
  /** Runs so far, in the order of their start. */
  runs(): Promise<TaskRun[]>;
  /** What the processes said, for a failure. */
  output(): string;
  stop(): Promise<void>;
}

export async function openSide(pair: VersionPair): Promise<Side> {
  const [redis, venv] = await Promise.all([
    startPrivateRedis({ cacheDir: TEST_CACHE }),
    ensureVenv({ cacheDir: TEST_CACHE, ...pair }),
  ]);
  const { url } = redis;
  const client = new Redis(url);
  const project = await mkdtemp(join(tmpdir(), 'migrate-scheduler-matrix-'));
  const started: ManagedProcess[] = [];
  const track = (managed: ManagedProcess) => {
    started.push(managed);
    return managed;
  };
  const toolArgs = (command: string) => [
    ...[command, '--yes', '--format', 'json', '--project', project, '--redis-url', url],
    ...(command === 'run' ? ['--only', 'redis', '--skip-import-check', '--tz', 'UTC'] : []),
    ...(command === 'run' ? ['--rq-version', pair.rq, '--rq-scheduler-version', pair.rqScheduler] : []),
  ];
  return {
    client,
    url,
    project,
    toolArgs,
    seed: (input) =>
      runPython<SeededJob[]>({ venv, script: `${PY_DIR}/seed.py`, args: [url], input, env: ENV }),
    worker: async (queue, withScheduler) =>
      track(await startWorker({ venv, url, queues: [queue], cwd: TASKS, withScheduler, env: ENV })),
    scheduler: async () =>
      track(await startLegacyScheduler({ venv, url, interval: 1, cwd: TASKS, env: ENV })),
    tool: async <T>(command: string) => {
      const { code, stdout, stderr } = await cli(toolArgs(command));
      if (code !== 0) throw new Error(`migrate-scheduler ${command}: ${code}\n${stderr}${stdout}`);
      return JSON.parse(stdout) as T;
    },
    runs: async () => {
      const lines = await client.lrange('test:runs', 0, -1);
      return lines.map((line) => JSON.parse(line) as TaskRun).sort((a, b) => a.at - b.at);
    },
    output: () => started.map((managed) => `--- ${managed.name}\n${managed.output()}`).join('\n'),
    stop: async () => {
      await Promise.all(started.map((managed) => managed.kill()));
      client.disconnect();
      await redis.stop();
      await rm(project, { recursive: true, force: true });
    },
  };
}
