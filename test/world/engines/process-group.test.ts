import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startManaged } from '../../../src/world/engines/managed.js';
import { ROOT } from '../../support/paths.js';

const scratch = mkdtempSync(join(tmpdir(), 'process-group-test-'));
const kept = join(scratch, 'kept');

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

beforeAll(() => {
  const source = `${ROOT}src/world/engines/process-group.ts`;
  const flags = [
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--types',
    'node',
    '--skipLibCheck',
  ];
  execFileSync(`${ROOT}node_modules/.bin/tsc`, [...flags, '--outDir', scratch, source], { cwd: ROOT });
  writeFileSync(join(scratch, 'package.json'), '{"type":"module"}');
  writeFileSync(
    join(scratch, 'parent.js'),
    `import { removeAtExit, spawnGroup } from './process-group.js';
     removeAtExit(${JSON.stringify(kept)});
     spawnGroup('sh', ['-c', 'true'], { stdio: 'ignore' }).on('close', () => {
       const child = spawnGroup('sh', ['-c', 'sleep 60 & echo $!; wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
       child.stdout.on('data', (text) => console.log(String(child.pid), String(text).trim()));
     });`,
  );
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('spawnGroup', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
    'leaves nothing when its process ends by %s',
    async (signal) => {
      mkdirSync(kept, { recursive: true });
      const parent = spawn(process.execPath, [join(scratch, 'parent.js')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const line = await new Promise<string>((resolve) =>
        parent.stdout.once('data', (text) => resolve(String(text))),
      );
      const pids = line.trim().split(' ').map(Number);
      expect(pids.map(alive)).toEqual([true, true]);
      parent.kill(signal);
      await expect.poll(() => pids.map(alive), { timeout: 5_000 }).toEqual([false, false]);
      await expect.poll(() => existsSync(kept), { timeout: 5_000 }).toBe(false);
    },
  );
});

describe('startManaged', () => {
  it('kills what ignores SIGTERM, and children in groups of their own', async () => {
    // setsid as RQ's work horse does.
    const script = 'trap "" TERM; setsid sleep 60 & echo child $!; while :; do sleep 1; done';
    const managed = await startManaged('sh', ['-c', script], { name: 'stubborn' });
    await managed.waitFor(/child \d+/);
    const child = Number(/child (\d+)/.exec(managed.output())?.[1]);
    expect(alive(child)).toBe(true);
    expect(await managed.stop(200)).toEqual({ code: null, signal: 'SIGKILL' });
    await expect.poll(() => alive(child), { timeout: 5_000 }).toBe(false);
  });

  it('shows the output of a process that ended instead of getting ready', async () => {
    const managed = await startManaged('sh', ['-c', 'echo no luck >&2; exit 3'], { name: 'short' });
    await expect(managed.waitFor(/ready/)).rejects.toMatchObject({
      code: 'process-failed',
      output: 'no luck\n',
    });
    expect(await managed.stop()).toEqual({ code: 3, signal: null });
  });

  it('refuses a program that does not exist', async () => {
    const start = startManaged(join(scratch, 'nothing'), [], { name: 'nothing' });
    await expect(start).rejects.toMatchObject({ code: 'process-failed' });
  });
});
