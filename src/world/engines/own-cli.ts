import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../assets.js';

/** Runs this tool itself with these arguments, on our own terminal, and resolves with its exit code. */
export function runOwnCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const bin = join(PACKAGE_ROOT, 'bin', 'migrate-scheduler.js');
  const child = spawn(process.execPath, [bin, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 70));
  });
}
