/**
 * Why a real engine (Redis, Python, RQ) could not be had:
 * - `python-missing`: no Python 3 on PATH, or one without venv/pip;
 * - `pypi-unreachable`: pip could not reach its package index;
 * - `pip-failed`: pip ran and refused;
 * - `venv-locked`: another process has been building the same environment for too long;
 * - `redis-server-missing`: neither a server on PATH nor a wheel that runs here;
 * - `redis-server-failed`: the server did not come up;
 * - `process-failed`: an RQ process or Python program ended, or did not say what was waited for.
 */
export type EngineErrorCode =
  | 'python-missing'
  | 'pypi-unreachable'
  | 'pip-failed'
  | 'venv-locked'
  | 'redis-server-missing'
  | 'redis-server-failed'
  | 'process-failed';

/** Thrown by everything under `world/engines`. The message says what to do; `output` is what the program printed last. */
export class EngineError extends Error {
  constructor(
    readonly code: EngineErrorCode,
    message: string,
    readonly output = '',
  ) {
    const said = output.trim();
    super(said === '' ? message : `${message}${said.includes('\n') ? '\n' : ': '}${said}`);
  }
}
