import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { SourceFile } from '../files/types.js';

/** Docker's own reader of compose files, as a command line: `docker compose` or `docker-compose`. */
export type ComposeCli = readonly [string, ...string[]];

const CLIS: readonly ComposeCli[] = [['docker', 'compose'], ['docker-compose']];
const MAX_MS = 20_000;

/** The one that is installed; null for none. */
export async function findComposeCli(env: NodeJS.ProcessEnv = process.env): Promise<ComposeCli | null> {
  for (const cli of CLIS) if ((await call(cli, ['version'], env)).code === 0) return cli;
  return null;
}

/** Files laid out in a folder of their own, apart from the project. */
export interface FileCopy {
  /**
   * Has the compose files (paths of the copy, the base first) read and put together, `config --quiet`: what is
   * wrong with them, in one line, or null. Starts nothing.
   */
  check(cli: ComposeCli, files: readonly string[], env?: NodeJS.ProcessEnv): Promise<string | null>;
  remove(): void;
}

/** Writes a temporary copy of files; the caller removes it. */
export function copyFiles(files: readonly SourceFile[]): FileCopy {
  const root = mkdtempSync(join(tmpdir(), 'migrate-scheduler-'));
  for (const { path, text } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), Buffer.from(text, 'latin1'), { mode: 0o600 });
  }
  return {
    async check(cli, paths, env = process.env) {
      const named = paths.flatMap((path) => ['-f', join(root, path)]);
      const { code, output } = await call(cli, [...named, 'config', '--quiet'], env);
      return code === 0 ? null : lastLine(output).replaceAll(`${root}/`, '');
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !/level=warning/.test(line));
  return lines.at(-1)?.trim() ?? '';
}

function call(
  [program, ...lead]: ComposeCli,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const options = { env, timeout: MAX_MS, encoding: 'utf8' as const };
    execFile(program, [...lead, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, output: stderr === '' ? stdout : stderr });
    });
  });
}
