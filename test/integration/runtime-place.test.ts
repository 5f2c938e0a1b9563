import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cliJson, type PlanDocument, tempFolder } from '../support/cli.js';

/** A project whose code talks to rq-scheduler like this; its worker script lies in src/. */
async function project(call: string): Promise<string> {
  const folder = join(await tempFolder(), 'app');
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(join(folder, 'Procfile'), 'worker: python src/worker.py\n');
  await writeFile(join(folder, 'requirements.txt'), 'rq==1.16.2\nrq-scheduler==0.13.1\n');
  await writeFile(
    join(folder, 'src', 'worker.py'),
    'from rq import Worker\nWorker(["a"]).work(with_scheduler=True)\n',
  );
  await writeFile(
    join(folder, 'src', 'seed.py'),
    `from rq_scheduler import Scheduler\nscheduler = Scheduler()\n${call}\n`,
  );
  return folder;
}

const created = async (call: string, ...more: string[]) => {
  const args = ['dry-run', '--only', 'files', '--project', await project(call), ...more];
  const plan = await cliJson<PlanDocument>(0, args);
  const files = plan.files.filter((file) => file.action === 'create').map(({ path }) => path);
  return [...new Set(files.map((path) => path.replace(/(rq_recurring)(\.py$|\/.*)/, '$1')))];
};

describe('the module for recurring jobs, where Redis is not looked at', () => {
  it.each([
    'scheduler.cron("0 3 * * *", func=f)',
    'scheduler.schedule(\n    when, f,\n    interval=60)',
    'scheduler.count()',
  ])('is installed beside the worker script for code that imports it: %j', async (call) => {
    expect(await created(call)).toEqual(['src/rq_recurring']);
  });

  it('is not installed for code that becomes calls of a Queue', async () => {
    expect(await created('scheduler.enqueue_in(delay, f)')).toEqual([]);
  });

  it('goes where the user says, whatever the code does', async () => {
    expect(await created('scheduler.enqueue_in(delay, f)', '--runtime-path', './lib/')).toEqual([
      'lib/rq_recurring',
    ]);
  });
});
