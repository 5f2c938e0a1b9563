import { setTimeout as delay } from 'node:timers/promises';
import { EngineError, type EngineErrorCode } from './engine-error.js';
import { killTree, spawnGroup } from './process-group.js';

/** How a process ended: an exit code or the signal that ended it. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A long-running process of ours. */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when it has ended; never rejects. */
  readonly exited: Promise<ExitStatus>;
  running(): boolean;
  /** The last 64 KiB of stdout and stderr together. */
  output(): string;
  /** Resolves when the output matches; throws EngineError at the process's end or after `timeoutMs`. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<void>;
  /** SIGTERM, and SIGKILL for what is left after `graceMs`. Resolves at once where it has ended already. */
  stop(graceMs?: number): Promise<ExitStatus>;
  /** SIGKILL at once for the process and everything below it, as when a container is killed. */
  kill(): Promise<ExitStatus>;
}

export interface ManagedOptions {
  readonly name: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Code of the EngineError that `waitFor` throws. */
  readonly errorCode?: EngineErrorCode;
}

const KEPT_OUTPUT = 64 * 1024;

/** Starts a process in a group of its own. Throws EngineError where it cannot be started at all. */
export async function startManaged(
  command: string,
  args: readonly string[],
  options: ManagedOptions,
): Promise<ManagedProcess> {
  const { name, cwd, env, errorCode = 'process-failed' } = options;
  const child = spawnGroup(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-KEPT_OUTPUT);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  let status: ExitStatus | null = null;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      status = { code, signal };
      resolve(status);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new EngineError(errorCode, `${name}: ${error.message}`)));
  });
  const pid = child.pid ?? 0;
  const running = () => status === null;
  return {
    name,
    pid,
    exited,
    running,
    output: () => output,
    waitFor: async (pattern, timeoutMs = 20_000) => {
      const end = Date.now() + timeoutMs;
      while (!pattern.test(output)) {
        if (!running())
          throw new EngineError(errorCode, `${name} ended before it printed ${pattern}`, output);
        if (Date.now() > end) throw new EngineError(errorCode, `${name} did not print ${pattern}`, output);
        await delay(20);
      }
    },
    stop: async (graceMs = 10_000) => {
      if (running()) {
        process.kill(pid, 'SIGTERM');
        await Promise.race([exited, delay(graceMs, undefined, { ref: false })]);
      }
      // Also after a clean end: a child that outlived its parent is not to stay.
      killTree(pid);
      return exited;
    },
    kill: () => {
      killTree(pid);
      return exited;
    },
  };
}

/** What a program printed and how it ended. */
export interface Finished extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, `input` on its stdin. Throws EngineError only where it cannot be started. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  const { input, ...rest } = options;
  const child = spawnGroup(command, args, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new EngineError('process-failed', `${command}: ${error.message}`)));
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
