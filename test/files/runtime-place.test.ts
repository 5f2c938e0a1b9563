import { describe, expect, it } from 'vitest';
import { readProject } from '../../src/files/project.js';
import { runtimePlace } from '../../src/files/runtime-place.js';
import { FILE_KINDS, prepareKinds } from '../../src/run/file-kinds.js';

const WORKER = 'from rq import Worker\nWorker(["a"]).work()\n';

interface More {
  readonly importers?: readonly string[];
  readonly present?: readonly string[];
  readonly chosen?: string;
}

/** `folder module` of the place, or the code of the finding. */
async function placeOf(files: Readonly<Record<string, string>>, more: More = {}): Promise<string> {
  await prepareKinds();
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const { facts, view } = readProject(sources, FILE_KINDS);
  const { place, findings } = runtimePlace({ facts, view, importers: [], present: [], ...more });
  return place === null ? findings.map(({ code }) => code).join() : `${place.folder || '.'} ${place.module}`;
}

const UNKNOWN = 'runtime-place-unknown';

describe('the place of the package for recurring jobs', () => {
  it.each<[string, Record<string, string>, string]>([
    ['of rq worker', { Procfile: 'worker: rq worker\n' }, '. rq_recurring'],
    ['of rqworker', { Procfile: 'worker: rqworker high\n' }, '. rq_recurring'],
    ['of rq worker --path', { Procfile: 'worker: rq worker -P lib\n', 'lib/a.py': '' }, 'lib rq_recurring'],
    ['of a script', { Procfile: 'worker: python src/w.py\n', 'src/w.py': WORKER }, 'src rq_recurring'],
    [
      'of a module',
      { Procfile: 'worker: python -m app.w\n', 'app/__init__.py': '', 'app/w.py': WORKER },
      '. rq_recurring',
    ],
    [
      'of manage.py',
      {
        Procfile: 'worker: python site/manage.py rqworker\n',
        'site/manage.py': 'import django\n',
        'requirements.txt': 'django-rq\n',
      },
      'site rq_recurring',
    ],
    [
      'of PYTHONPATH in the command',
      { Procfile: 'worker: PYTHONPATH=src rq worker\n', 'src/app/__init__.py': '' },
      'src rq_recurring',
    ],
    [
      'of PYTHONPATH behind env and exec',
      { Procfile: 'worker: exec env PYTHONPATH=src rq worker\n', 'src/app/__init__.py': '' },
      'src rq_recurring',
    ],
    [
      'of cd',
      { Procfile: 'worker: cd backend && rq worker\n', 'backend/app.py': '' },
      'backend rq_recurring',
    ],
    [
      'of a start script that goes to its own folder',
      {
        Procfile: 'worker: sh ops/run.sh\n',
        'ops/run.sh': '#!/bin/sh\ncd "$(dirname "$0")/../backend"\nexec rq worker\n',
        'backend/app.py': '',
      },
      'backend rq_recurring',
    ],
    [
      'of WORKDIR and COPY',
      { Dockerfile: 'FROM python\nWORKDIR /app\nCOPY src/ .\nCMD ["rq", "worker"]\n', 'src/app.py': '' },
      'src rq_recurring',
    ],
    [
      'of ENV PYTHONPATH',
      {
        Dockerfile:
          'FROM python\nENV HOME_DIR=/app\nWORKDIR $HOME_DIR\nCOPY . .\nENV PYTHONPATH=$HOME_DIR/src:$PYTHONPATH\nCMD python -m shop.w\n',
        'src/shop/__init__.py': '',
        'src/shop/w.py': WORKER,
      },
      'src rq_recurring',
    ],
    [
      'of an earlier stage',
      {
        Dockerfile:
          'FROM python AS base\nWORKDIR /srv\nCOPY backend /srv\nFROM python\nWORKDIR /srv\nCOPY --from=base /srv /srv\nCMD rq worker\n',
        'backend/app.py': '',
      },
      'backend rq_recurring',
    ],
    [
      'of a compose service with a mount',
      {
        'compose.yml':
          'services:\n  w:\n    image: python\n    working_dir: /code\n    volumes:\n      - ./backend:/code\n    command: rq worker\n',
        'backend/app.py': '',
      },
      'backend rq_recurring',
    ],
    [
      "of a compose service's image",
      {
        'compose.yml': 'services:\n  w:\n    build: ./backend\n    command: rq worker\n',
        'backend/Dockerfile': 'FROM python\nWORKDIR /app\nCOPY . /app\n',
        'backend/app.py': '',
      },
      'backend rq_recurring',
    ],
    [
      'of a program of supervisor in an image',
      {
        Dockerfile:
          'FROM python\nWORKDIR /app\nCOPY . .\nCMD ["supervisord", "-c", "/app/supervisord.conf"]\n',
        'supervisord.conf': '[program:w]\ndirectory=/app/src\ncommand=rq worker\n',
        'src/app.py': '',
      },
      'src rq_recurring',
    ],
    [
      'of a unit',
      { 'ops/w.service': '[Service]\nWorkingDirectory=/srv/shop\nExecStart=/venv/bin/rq worker\n' },
      '. rq_recurring',
    ],
    [
      'of a pod',
      {
        'k8s/w.yaml':
          'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      containers:\n        - name: w\n          image: shop\n          command: [rq, worker]\n',
        Dockerfile: 'FROM python\nWORKDIR /app\nCOPY src /app\n',
        'src/app.py': '',
      },
      'src rq_recurring',
    ],
    [
      'that several workers share',
      {
        Procfile: 'a: python jobs/w.py\nb: rq worker\n',
        'jobs/w.py': `import shop.tasks\n${WORKER}`,
        'shop/tasks.py': '',
      },
      '. rq_recurring',
    ],
    [
      'of an image made elsewhere, where all Python lies in the project folder',
      {
        'compose.yml': 'services:\n  w:\n    image: shop\n    command: rq worker\n',
        'tasks.py': '',
        'tests/test_tasks.py': '',
      },
      '. rq_recurring',
    ],
    [
      'in a package, where only packages are copied',
      {
        Dockerfile: 'FROM python\nWORKDIR /app\nCOPY shop /app/shop\nCMD python -m shop.w\n',
        'shop/__init__.py': '',
        'shop/w.py': WORKER,
      },
      'shop shop.rq_recurring',
    ],
    [
      'in a package, for a command that installing it makes',
      {
        Procfile: 'worker: shop-worker\n',
        'pyproject.toml': '[project]\nname = "shop"\n[project.scripts]\nshop-worker = "shop.w:main"\n',
        'src/shop/__init__.py': '',
        'src/shop/w.py': `def main():\n    ${WORKER.replaceAll('\n', '\n    ')}\n`,
      },
      'src/shop shop.rq_recurring',
    ],
  ])('is on the import path %s', async (_, files, expected) => {
    expect(await placeOf(files)).toBe(expected);
  });

  it.each<[string, Record<string, string>]>([
    ['where no worker is known', { 'requirements.txt': 'rq\n' }],
    [
      'of an image that the project does not make',
      { 'compose.yml': 'services:\n  w:\n    image: shop\n    command: rq worker\n' },
    ],
    [
      'of workers that share no folder',
      { Procfile: 'a: python a/w.py\nb: python b/w.py\n', 'a/w.py': WORKER, 'b/w.py': WORKER },
    ],
    [
      'of a working directory that may be the project or a folder of it',
      {
        'w.service': '[Service]\nWorkingDirectory=/srv/shop\nExecStart=/venv/bin/rq worker\n',
        'shop/app.py': '',
      },
    ],
    ['of a directory that a variable names', { Procfile: 'worker: cd $HOME_DIR && rq worker\n' }],
    ['of isolated Python', { Procfile: 'worker: python -I w.py\n', 'w.py': WORKER }],
  ])('is not guessed %s', async (_, files) => {
    expect(await placeOf(files)).toBe(UNKNOWN);
  });

  it('takes what a unit starts before what lies about', async () => {
    const files = {
      'run_worker.py': WORKER,
      'attic/run_worker.py': WORKER,
      'attic/start.sh': '#!/bin/sh\ncd "$(dirname "$0")"\nnohup python3 run_worker.py &\n',
      'deploy/work.service':
        '[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/venv/bin/python /srv/shop/run_worker.py\n',
    };
    expect(await placeOf(files)).toBe('. rq_recurring');
    const { 'deploy/work.service': _, ...loose } = files;
    expect(await placeOf(loose)).toBe('attic rq_recurring');
  });

  it('is one that importing files reach too', async () => {
    const files = {
      Procfile: 'worker: python jobs/w.py\nweb: gunicorn shop.web:app\n',
      'jobs/w.py': `import shop.tasks\n${WORKER}`,
      'shop/__init__.py': '',
      'shop/tasks.py': '',
      'shop/web.py': 'from . import tasks\n',
      'tools/seed.py': 'import json\n',
    };
    expect(await placeOf(files)).toBe('jobs rq_recurring');
    expect(await placeOf(files, { importers: ['shop/web.py'] })).toBe('. rq_recurring');
    expect(await placeOf(files, { importers: ['tools/seed.py'] })).toBe(UNKNOWN);
    expect(
      await placeOf(
        { ...files, 'tools/seed.py': 'from shop.tasks import x\n' },
        { importers: ['tools/seed.py'] },
      ),
    ).toBe('. rq_recurring');
  });

  it('does not depend on tests, which import what they test', async () => {
    const files = { Procfile: 'worker: rq worker\n', 'tests/test_seed.py': '', 'conftest.py': '' };
    expect(await placeOf(files, { importers: ['tests/test_seed.py', 'conftest.py'] })).toBe('. rq_recurring');
  });

  it('counts the importing files alone where nothing needs a worker to be known', async () => {
    const files = { 'app/seed.py': 'from jobs import f\n', 'app/jobs.py': '' };
    expect(await placeOf(files, { importers: ['app/seed.py'] })).toBe('app rq_recurring');
  });

  it('is where it is already', async () => {
    const files = { Procfile: 'worker: PYTHONPATH=src rq worker\n', 'src/a.py': '' };
    expect(await placeOf(files, { present: [''] })).toBe('. rq_recurring');
    expect(await placeOf({ Procfile: 'worker: cd $X && rq worker\n' }, { present: ['lib'] })).toBe(
      'lib rq_recurring',
    );
  });

  it('is what the user says, under the name that it has there', async () => {
    const files = {
      Procfile: 'worker: rq worker\n',
      'shop/__init__.py': '',
      'shop/inner/__init__.py': '',
      'lib/a.py': '',
    };
    expect(await placeOf(files, { chosen: './lib/' })).toBe('lib rq_recurring');
    expect(await placeOf(files, { chosen: 'shop/inner' })).toBe('shop/inner shop.inner.rq_recurring');
    expect(await placeOf(files, { chosen: '.' })).toBe('. rq_recurring');
  });
});
