import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runToEnd } from '../../src/world/engines/managed.js';
import { ensureVenv, type PythonEnv } from '../../src/world/engines/python-env.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { cliJson, type PlanDocument, tempFolder } from '../support/cli.js';
import { TEST_CACHE } from '../support/paths.js';

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

const PROBE = `import importlib, os, sys
runtime = importlib.import_module(os.environ['PROBE'])
print(runtime.__version__, runtime.tick.__module__, sep=' ')
sys.exit(0)
`;
const WORKER = `${PROBE}from rq import Worker
Worker(["a"]).work(with_scheduler=True)
`;
const SEED = `from rq_scheduler import Scheduler
from app.tasks import f
Scheduler().cron("0 3 * * *", func=f)
`;

interface Layout {
  readonly files: Readonly<Record<string, string>>;
  /** Module name, and the file that it gets. */
  readonly module: string;
  readonly init: string;
  /** Where the script lies that registers the jobs; the project's folder unless given. */
  readonly seed?: string;
  /** Processes beside those of the Procfile, and the folder (in the project) that they are started in. */
  readonly also?: readonly (readonly [string, string])[];
}

const LAYOUTS: readonly (readonly [string, Layout])[] = [
  [
    'scripts in the project folder',
    {
      files: { Procfile: 'worker: python worker.py\n', 'worker.py': WORKER, 'web.py': PROBE },
      module: 'rq_recurring',
      init: 'rq_recurring/__init__.py',
      also: [['python web.py', '.']],
    },
  ],
  [
    'a package and python -m',
    {
      files: {
        Procfile: 'worker: python -m app.jobs.worker\n',
        'app/__init__.py': '',
        'app/tasks.py': 'def f(): pass\n',
        'app/jobs/__init__.py': '',
        'app/jobs/worker.py': WORKER,
        'app/seed.py': SEED,
      },
      module: 'rq_recurring',
      init: 'rq_recurring/__init__.py',
    },
  ],
  [
    'a Django project below the project folder',
    {
      files: {
        Procfile: 'worker: cd site && python manage.py rqworker high\nweb: python site/manage.py runserver\n',
        'requirements.txt': 'django-rq==2.10.2\nrq==1.16.2\nrq-scheduler==0.13.1\n',
        'site/manage.py': PROBE,
        'site/shop/__init__.py': '',
      },
      module: 'rq_recurring',
      init: 'site/rq_recurring/__init__.py',
      seed: 'site/seed_all.py',
    },
  ],
  [
    'src with PYTHONPATH',
    {
      files: {
        Procfile: 'worker: PYTHONPATH=src python -m app.worker\n',
        'src/app/__init__.py': '',
        'src/app/tasks.py': 'def f(): pass\n',
        'src/app/worker.py': WORKER,
        'src/app/seed.py': SEED,
      },
      module: 'rq_recurring',
      init: 'src/rq_recurring/__init__.py',
      seed: 'src/seed_all.py',
    },
  ],
  [
    'an image that gets one package',
    {
      files: {
        Dockerfile: 'FROM python:3.11\nWORKDIR /srv\nCOPY app /srv/app\nCMD ["python", "-m", "app.worker"]\n',
        'app/__init__.py': '',
        'app/worker.py': WORKER,
      },
      module: 'app.rq_recurring',
      init: 'app/rq_recurring/__init__.py',
      also: [['mkdir -p ../image && cp -r app ../image && cd ../image && python -m app.worker', '.']],
    },
  ],
  [
    'a unit, and an older copy of its worker',
    {
      files: {
        'deploy/work.service':
          '[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/venv/bin/python /srv/shop/run_worker.py\n',
        'run_worker.py': WORKER,
        'attic/run_worker.py': WORKER,
        'attic/start.sh':
          '#!/bin/sh\ncd "$(dirname "$0")"\nnohup python3 run_worker.py mail > work.log 2>&1 &\n',
      },
      module: 'rq_recurring',
      init: 'rq_recurring/__init__.py',
      also: [['python app/run_worker.py', '..']],
    },
  ],
];

describe('the package for recurring jobs, in its place', () => {
  let venv: PythonEnv;
  beforeAll(async () => {
    venv = await ensureVenv({ cacheDir: TEST_CACHE, ...(DEFAULT_PAIRS[0] ?? { rq: '', rqScheduler: '' }) });
  }, 180_000);

  it.each(LAYOUTS)('is imported by every process of %s', { timeout: 60_000 }, async (_, layout) => {
    const folder = join(await tempFolder(), 'app');
    const files = {
      'requirements.txt': 'rq==1.16.2\nrq-scheduler==0.13.1\n',
      [layout.seed ?? 'seed_all.py']:
        'from rq_scheduler import Scheduler\nScheduler().cron("0 3 * * *", func="app.f")\n',
      ...layout.files,
    };
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const options = ['--only', 'files', '--project', folder];
    const plan = await cliJson<PlanDocument>(0, ['dry-run', ...options]);
    expect(plan).toMatchObject({ runtimeModule: layout.module });
    const made = plan.files.filter(({ action }) => action === 'create').map(({ path }) => path);
    expect(made).toContain(layout.init);
    await cliJson(0, ['run', '--yes', ...options]);
    const again = await cliJson<PlanDocument>(0, ['dry-run', ...options]);
    expect(again.files).toEqual([]);
    const lines = Object.entries(files).flatMap(([path, text]) =>
      path === 'Procfile'
        ? [...text.matchAll(/^\w+: (.*)$/gm)].map((match) => [match[1] ?? '', '.'] as const)
        : [],
    );
    const env = {
      PATH: `${dirname(venv.python)}:${process.env.PATH}`,
      PROBE: layout.module,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const processes = [...lines, ...(layout.also ?? [])];
    expect(processes.length).toBeGreaterThan(0);
    for (const [command, at] of processes) {
      const { code, stdout, stderr } = await runToEnd('sh', ['-c', command], { cwd: join(folder, at), env });
      expect(`${code} ${stdout}${stderr}`).toBe(`0 2.0.0 ${layout.module}.worker\n`);
    }
  });
});
