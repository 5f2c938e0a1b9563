import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { ManagedProcess } from '../../src/world/engines/managed.js';
import { runPython, startLegacyScheduler, startWorker } from '../../src/world/engines/processes.js';
import { ensureVenv, type PythonEnv } from '../../src/world/engines/python-env.js';
import { type PrivateRedis, startPrivateRedis } from '../../src/world/engines/redis-server.js';
import type { VersionPair } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

/** Where the programs and their job functions lie. */
export const PROGRAMS = `${ROOT}test/differential/programs`;
/** Python programs of these tests. */
export const PY = `${ROOT}test/differential/py`;

/** Which package the programs import: rq-scheduler, run by rqscheduler, or rq_recurring, run by the workers alone. */
export type Which = 'rq_scheduler' | 'rq_recurring';

/** What an application does: the function of act.py and its arguments. */
export type Action = { readonly do: string } & Readonly<Record<string, unknown>>;

/** What a program recorded, in its order (test/differential/py/stage.py). */
export type Trace = readonly Record<string, unknown>[];

/** A private Redis with real workers for one of the two packages, the other not importable on the side of ours. */
export interface Side {
  readonly which: Which;
  readonly client: Redis;
  readonly redis: PrivateRedis;
  readonly venv: PythonEnv;
  /** The programs, with their import as this side has it. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** An empty project. */
  readonly project: string;
  /** URL of one of its databases. */
  url(database?: number): string;
  /** `rq worker`, with a scheduler on the side of ours. `simple`: one that runs jobs without a work horse, in less time. */
  worker(
    queues: readonly string[],
    options?: { readonly database?: number; readonly simple?: boolean; readonly args?: readonly string[] },
  ): Promise<ManagedProcess>;
  /** A real `rqscheduler` that looks every second. */
  scheduler(database?: number): Promise<void>;
  /** Runs programs to their end: side by side, with times from an epoch second on, or one after the other. */
  drive(start: number | 'alone', names: readonly string[], database?: number): Promise<Record<string, Trace>>;
  /** Has an application do things with its schedule (test/differential/py/act.py), by default one of this side. */
  act(actions: readonly Action[], which?: Which): Promise<unknown[]>;
  /** Has a process end with the side. */
  track(managed: ManagedProcess): ManagedProcess;
  output(): string;
  stop(): Promise<void>;
}

/** Opens a side; `zone` is the TZ of every process. */
export async function openSide(which: Which, pair: VersionPair, zone = 'UTC'): Promise<Side> {
  const [redis, venv, old, ours, project] = await Promise.all([
    startPrivateRedis({ cacheDir: TEST_CACHE }),
    ensureVenv({ cacheDir: TEST_CACHE, ...pair }),
    copyPrograms('rq_scheduler'),
    copyPrograms('rq_recurring'),
    mkdtemp(join(tmpdir(), 'migrate-scheduler-project-')),
  ]);
  const client = new Redis(redis.url);
  const envOf = (one: Which) => {
    const path = one === 'rq_recurring' ? [ours, PY, `${ROOT}python/src`] : [old, PY];
    return { TZ: zone, PYTHONPATH: path.join(':') };
  };
  const [folder, env] = [which === 'rq_recurring' ? ours : old, envOf(which)];
  const started: ManagedProcess[] = [];
  const track = (managed: ManagedProcess) => {
    started.push(managed);
    return managed;
  };
  const url = (database = 0) => `redis://127.0.0.1:${redis.port}/${database}`;
  return {
    ...{ which, client, redis, venv, folder, env, url, project, track },
    worker: async (queues, { database, simple = false, args = [] } = {}) => {
      const withScheduler = which === 'rq_recurring';
      const common = { venv, url: url(database), cwd: folder, env };
      const kind = simple ? ['--worker-class', 'rq.worker.SimpleWorker'] : [];
      return track(await startWorker({ ...common, queues, withScheduler, args: [...kind, ...args] }));
    },
    scheduler: async (database) => {
      const common = { venv, url: url(database), cwd: old, env: envOf('rq_scheduler') };
      track(await startLegacyScheduler({ ...common, interval: 1 }));
    },
    drive: (start, names, database) =>
      runPython({ venv, script: `${PY}/drive.py`, args: [which, url(database), `${start}`, ...names], env }),
    act: (actions, as = which) =>
      runPython({ venv, script: `${PY}/act.py`, args: [as, url()], input: actions, env: envOf(as) }),
    output: () => started.map((managed) => `--- ${managed.name}\n${managed.output()}`).join('\n'),
    stop: async () => {
      await Promise.all(started.map((managed) => managed.kill()));
      client.disconnect();
      await redis.stop();
      await Promise.all([old, ours, project].map((one) => rm(one, { recursive: true, force: true })));
    },
  };
}

/** The programs in a folder of their own. On the side of ours the name of the package is swapped, nothing else. */
async function copyPrograms(which: Which): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-scheduler-differential-'));
  await cp(PROGRAMS, folder, { recursive: true });
  if (which === 'rq_scheduler') return folder;
  for (const name of await readdir(folder)) {
    const text = await readFile(join(folder, name), 'utf8');
    await writeFile(
      join(folder, name),
      text.replace(/^from rq_scheduler import/gm, 'from rq_recurring import'),
    );
  }
  await writeFile(join(folder, 'sitecustomize.py'), 'import sys\n\nsys.modules["rq_scheduler"] = None\n');
  return folder;
}
