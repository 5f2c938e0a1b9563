import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, cliJson, projectTree, tempFolder, tree } from '../support/cli.js';
import { CODE_FIXTURES } from '../support/codeFixtures.js';

interface CodeDocument {
  readonly schema: string;
  readonly scanned: number;
  readonly uses: readonly { readonly code: string; readonly fix: string; readonly line: number }[];
  readonly counts: readonly { readonly code: string; readonly found: number }[];
  readonly runId: string | null;
  readonly files: readonly { readonly path: string; readonly action: string; readonly diff: string }[];
}

/** A copy of a case as it is before the fixes. */
async function project(name: string): Promise<string> {
  const folder = await tempFolder();
  await cp(join(CODE_FIXTURES, name, 'before'), folder, { recursive: true });
  return folder;
}

const fixture = (name: string, which: string) => tree(join(CODE_FIXTURES, name, which));
const isRuntime = (path: string) => path.startsWith('rq_recurring');
const runtimeOf = (folder: string) => Object.keys(projectTree(folder)).filter(isRuntime);
const ofProject = (folder: string) =>
  Object.fromEntries(Object.entries(projectTree(folder)).filter(([path]) => !isRuntime(path)));
const NOWHERE = { env: { REDIS_URL: 'redis://localhost:1/0' } };

describe('migrate-scheduler code', () => {
  it('shows uses, counts and the order of work, and writes nothing', async () => {
    const folder = await project('mixed-levels');
    const done = await cli(['code', '--project', folder], NOWHERE);
    expect(done.code).toBe(1);
    expect(done.stdout).toMatch(/^program\.py:5:1 .*code-import.*\[safe\]$/m);
    expect(done.stdout).toMatch(/^program\.py:14:1 .*code-cron/m);
    expect(done.stdout).toMatch(/code --fix/);
    expect(tree(folder)).toEqual(fixture('mixed-levels', 'before'));
    const json = await cliJson<CodeDocument>(1, ['code', '--project', folder]);
    expect(json.schema).toBe('migrate-scheduler/code@1');
    expect(json.uses.map(({ code }) => code)).toContain('code-cron');
    expect(json.runId).toBeNull();
  });

  it('makes the fixes, with the module they need, and rolls them back', async () => {
    const folder = await project('mixed-levels');
    const where = ['--runtime-path', '.', '--project', folder];
    const first = await cliJson<CodeDocument>(0, ['code', '--fix', ...where]);
    expect(first.uses).toEqual([]);
    expect(ofProject(folder)).toEqual(fixture('mixed-levels', 'after'));
    expect(runtimeOf(folder)).not.toEqual([]);
    await cliJson(0, ['rollback', String(first.runId), '--yes', '--project', folder]);
    expect(projectTree(folder)).toEqual(fixture('mixed-levels', 'before'));
    await cliJson<CodeDocument>(0, ['code', '--fix', '--native-api', ...where]);
    expect(ofProject(folder)).toEqual(fixture('mixed-levels', 'after-native'));
    await cliJson(0, ['rollback', '--yes', '--project', folder]);
    expect(projectTree(folder)).toEqual(fixture('mixed-levels', 'before'));
    expect(existsSync(join(folder, 'rq_recurring'))).toBe(false);
  });

  it('changes nothing where the files name an rq that is too old for the module', async () => {
    const folder = await project('mixed-levels');
    await writeFile(join(folder, 'requirements.txt'), 'rq==1.10.1\n');
    const before = tree(folder);
    const done = await cli(['code', '--fix', '--runtime-path', '.', '--project', folder]);
    expect([done.code, done.stderr]).toEqual([3, expect.stringContaining('requirements.txt:1: ')]);
    expect(tree(folder)).toEqual(before);
  });

  it('prints a diff that patch applies', async () => {
    const folder = await project('other-module');
    const { code, stdout } = await cli(['code', '--diff', '--project', folder]);
    expect(code).toBe(1);
    await writeFile(join(folder, 'fixes.patch'), stdout);
    execFileSync('git', ['apply', 'fixes.patch'], { cwd: folder });
    const { 'fixes.patch': _, ...after } = tree(folder);
    expect(after).toEqual(fixture('other-module', 'after'));
  });

  it('prints SARIF', async () => {
    const folder = await project('cron');
    const { code, stdout } = await cli(['code', '--format', 'sarif', '--project', folder]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).runs[0].results.length).toBeGreaterThan(0);
  });

  it('ends with 0 where there is nothing, and needs no project files', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'app.py'), 'print(1)\n');
    const json = await cliJson<CodeDocument>(0, ['code', '--fix', '--project', folder]);
    expect(json).toMatchObject({ uses: [], scanned: 1, runId: null, files: [] });
    expect((await cli(['code', '--project', join(folder, 'nowhere')])).code).toBe(64);
  });

  it('changes nothing where another file has the name of the module', async () => {
    const folder = await project('mixed-levels');
    await writeFile(join(folder, 'rq_recurring.py'), 'x = 1\n');
    const before = tree(folder);
    const done = await cli(['code', '--fix', '--runtime-path', '.', '--project', folder]);
    expect(done.code).toBe(3);
    expect(done.stderr).toContain('rq_recurring.py: ');
    expect(tree(folder)).toEqual(before);
  });

  it('changes nothing where a file cannot be written', async () => {
    const folder = await project('other-module');
    await chmod(join(folder, 'extensions.py'), 0o444);
    const before = tree(folder);
    expect((await cli(['code', '--fix', '--project', folder])).code).toBe(3);
    expect(projectTree(folder)).toEqual(before);
  });
});
