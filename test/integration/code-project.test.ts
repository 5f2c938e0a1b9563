import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  cliJson,
  type PlanDocument,
  projectTree,
  type RunDocument,
  tempFolder,
  tree,
} from '../support/cli.js';
import { ROOT } from '../support/paths.js';

const GUIDE = `${ROOT}fixtures/projects/flask-guide`;

it("the guide's own code waits for the unsafe fixes, and names no rq_scheduler after them", async () => {
  const project = join(await tempFolder(), 'app');
  await cp(`${GUIDE}/before`, project, { recursive: true });
  const where = ['--only', 'files', '--project', project];

  const plan = await cliJson<PlanDocument>(3, ['dry-run', ...where]);
  const blocker = plan.findings.find(({ code }) => code === 'code-imports');
  expect(blocker).toMatchObject({ severity: 'error', path: 'rq_config.py', line: 7 });
  expect(blocker).toHaveProperty('args.left.0', 'rq_config.py:34:17');
  expect(plan.files.map(({ path }) => path)).toEqual(['rq_worker.py']);

  await cliJson<RunDocument>(0, ['run', '--yes', '--unsafe-fixes', ...where]);
  expect(projectTree(project)).toEqual(tree(`${GUIDE}/after`));
  expect(JSON.stringify(projectTree(project))).not.toMatch(/rq.scheduler/);
});
