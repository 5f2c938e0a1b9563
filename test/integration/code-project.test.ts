import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  cli,
  cliJson,
  type PlanDocument,
  projectTree,
  type RunDocument,
  tempFolder,
  tree,
} from '../support/cli.js';
import { ROOT } from '../support/paths.js';

const GUIDE = `${ROOT}fixtures/projects/flask-guide`;

it("the guide's own code is done by a plain run, and names no rq_scheduler after it", async () => {
  const project = join(await tempFolder(), 'app');
  await cp(`${GUIDE}/before`, project, { recursive: true });
  const where = ['--only', 'files', '--project', project];

  const plan = await cliJson<PlanDocument>(0, ['dry-run', ...where]);
  expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);

  await cliJson<RunDocument>(0, ['run', '--yes', ...where]);
  const own = Object.entries(projectTree(project)).filter(([path]) => !path.startsWith('rq_recurring'));
  expect(Object.fromEntries(own)).toEqual(tree(`${GUIDE}/after`));
  expect(JSON.stringify(own)).not.toMatch(/rq.scheduler/);
  expect((await cli(['code', '--project', project])).code).toBe(0);
});
