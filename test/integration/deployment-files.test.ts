import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTree } from '../files/compose/project.js';
import { cliJson, tempFolder } from '../support/cli.js';
import { ROOT } from '../support/paths.js';

interface RunDocument {
  readonly runId: string;
  readonly findings: readonly { readonly code: string; readonly path?: string; readonly line?: number }[];
}

const KUSTOMIZE = `${ROOT}fixtures/kubernetes/kustomize`;
const UNREACHABLE = 'redis://127.0.0.1:1/0';

describe('manifests, and a file that is not edited', () => {
  it('block, then go, and come back byte by byte', async () => {
    const project = await tempFolder();
    await cp(`${KUSTOMIZE}/before`, project, { recursive: true });
    await writeFile(
      join(project, 'main.tf'),
      'resource "a" "b" {\n  command = ["rqscheduler", "-i", "5"]\n}\n',
    );
    const before = readTree(project);
    const args = ['--only', 'files', '--project', project, '--redis-url', UNREACHABLE];
    const blocked = await cliJson<RunDocument>(3, ['dry-run', ...args]);
    expect(blocked.findings).toContainEqual(
      expect.objectContaining({ code: 'scheduler-started-here', path: 'main.tf', line: 2 }),
    );
    expect(projectFiles(project)).toEqual(before);

    const { runId } = await cliJson<RunDocument>(0, [
      'run',
      '--yes',
      ...args,
      '--allow',
      'scheduler-started-here',
    ]);
    expect(projectFiles(project)).toEqual({
      ...readTree(`${KUSTOMIZE}/after`),
      'main.tf': before['main.tf'],
    });
    await cliJson(0, ['rollback', runId, '--yes', '--project', project]);
    expect(projectFiles(project)).toEqual(before);
  });
});

function projectFiles(project: string): Record<string, string> {
  const files = Object.entries(readTree(project));
  return Object.fromEntries(files.filter(([path]) => !path.startsWith('.migrate-scheduler/')));
}
