import { EngineError } from './engine-error.js';
import { type ManagedProcess, runToEnd, startManaged } from './managed.js';
import type { PythonEnv } from './python-env.js';

export interface WorkerOptions {
  readonly venv: PythonEnv;
  readonly url: string;
  readonly queues: readonly string[];
  /** Folder from which job functions are imported (`rq worker` puts `.` on the import path). */
  readonly cwd: string;
  readonly withScheduler: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** Further options of `rq worker`, e.g. `['--burst']`, `['--name', 'w1']`. */
  readonly args?: readonly string[];
}

/** Starts `rq worker` and resolves when it listens. */
export async function startWorker(options: WorkerOptions): Promise<ManagedProcess> {
  const { venv, url, queues, cwd, withScheduler, env, args = [] } = options;
  const flags = ['worker', '--url', url, ...(withScheduler ? ['--with-scheduler'] : []), ...args];
  const worker = await startManaged(venv.bin('rq'), [...flags, ...queues], {
    name: 'rq worker',
    cwd,
    env: pythonEnv(env),
  });
  await readyOrKilled(worker, /Listening on/);
  return worker;
}

export interface LegacySchedulerOptions {
  readonly venv: PythonEnv;
  readonly url: string;
  /** Seconds between passes (`-i`). */
  readonly interval: number;
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts `rqscheduler` (same options in 0.13.1 and 0.14.0) and resolves when it has registered itself. */
export async function startLegacyScheduler(options: LegacySchedulerOptions): Promise<ManagedProcess> {
  const { venv, url, interval, cwd, env } = options;
  const scheduler = await startManaged(venv.bin('rqscheduler'), ['--url', url, '-i', `${interval}`], {
    name: 'rqscheduler',
    cwd,
    env: pythonEnv(env),
  });
  await readyOrKilled(scheduler, /Registering birth/);
  return scheduler;
}

async function readyOrKilled(managed: ManagedProcess, pattern: RegExp): Promise<void> {
  try {
    await managed.waitFor(pattern, 30_000);
  } catch (error) {
    await managed.kill();
    throw error;
  }
}

export interface PythonProgram {
  readonly venv: PythonEnv;
  /** Path of the program. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Sent to its stdin as JSON. */
  readonly input?: unknown;
}

/** Runs a Python program to its end and returns what it printed. Throws EngineError `process-failed`. */
export async function runPythonText(program: PythonProgram): Promise<string> {
  const { venv, script, args = [], cwd, env, input } = program;
  const { code, signal, stdout, stderr } = await runToEnd(venv.python, [script, ...args], {
    env: pythonEnv(env),
    ...(cwd === undefined ? {} : { cwd }),
    ...(input === undefined ? {} : { input: JSON.stringify(input) }),
  });
  if (code === 0) return stdout;
  throw new EngineError(
    'process-failed',
    `${script} ended with ${signal ?? `code ${code}`}`,
    stdout + stderr,
  );
}

/** As `runPythonText`, for a program that prints one JSON document. */
export async function runPython<T>(program: PythonProgram): Promise<T> {
  const stdout = await runPythonText(program);
  try {
    return JSON.parse(stdout) as T;
  } catch {
    throw new EngineError('process-failed', `${program.script} printed no JSON`, stdout);
  }
}

/** The environment for Python processes: output at once, and no bytecode in folders that are compared. */
function pythonEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // rq 1.15.1 declares --serializer twice; current click warns on every start.
    PYTHONWARNINGS: 'ignore',
    // macOS: RQ forks after threads exist (the same advice stands in RQ's documentation).
    OBJC_DISABLE_INITIALIZE_FORK_SAFETY: 'YES',
    ...extra,
  };
}
