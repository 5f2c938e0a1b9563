import { beforeAll, describe, expect, it } from 'vitest';
import { isDockerfile, isMakefile, isShellScript } from '../../../src/files/command/script-files.js';
import { readProject } from '../../../src/files/project.js';
import type { Fact } from '../../../src/files/types.js';
import { FILE_KINDS, prepareKinds } from '../../../src/run/file-kinds.js';
import type { Files } from '../compose/project.js';
import { migrateAll } from './project.js';

beforeAll(prepareKinds);

const REQUIREMENTS = { 'requirements.txt': 'rq==1.15.1\nrq-scheduler==0.13.1\n' };

function factsOf(files: Files): readonly Fact[] {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  return readProject(sources, FILE_KINDS).facts;
}

function processes(files: Files) {
  return factsOf(files).filter((fact) => fact.type === 'process');
}

describe('match', () => {
  it.each([
    ['Dockerfile', true],
    ['docker/Dockerfile.prod', true],
    ['docker/jobs.Dockerfile', true],
    ['Containerfile', true],
    ['Dockerfile.dockerignore', false],
    ['NotDockerfile.txt', false],
  ])('%s: %s', (path, expected) => {
    expect(isDockerfile(path)).toBe(expected);
  });

  it.each([
    ['run.sh', 'echo', true],
    ['bin/jobs', '#!/usr/bin/env bash\n', true],
    ['compose/start-worker', '#!/bin/sh -e\n', true],
    ['bin/jobs', '#!/usr/bin/env python\n', false],
    ['bin/jobs', 'no first line', false],
    ['src/jobs', '#!/bin/sh\n', true],
    ['src/jobs', 'sh\n', false],
    ['run.sh', '#!/usr/bin/env fish\n', false],
  ])('%s %j: %s', (path, text, expected) => {
    expect(isShellScript({ path, text })).toBe(expected);
  });

  it('knows Makefiles', () => {
    expect(['Makefile', 'make/jobs.mk', 'GNUmakefile', 'Makefile.md'].map(isMakefile)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});

describe('facts', () => {
  it('an image without a compose file: its process, variables and packages', () => {
    const text =
      'FROM python\nARG A=1\nENV B=2 \\\n  # c\n  C="x y"\nENV D e f\nRUN pip install "rq>=1.15" flask rq-scheduler==0.13\nCMD ["rq", "worker", "high"]\n';
    expect(factsOf({ Dockerfile: text })).toMatchObject([
      {
        type: 'process',
        id: 'Dockerfile#0',
        role: 'worker',
        queues: ['high'],
        withScheduler: 'off',
        where: { line: 8 },
      },
      { type: 'env-set', name: 'A', where: { line: 2 } },
      { type: 'env-set', name: 'B', where: { line: 3 } },
      { type: 'env-set', name: 'C', where: { line: 5 } },
      { type: 'env-set', name: 'D', where: { line: 6 } },
      { type: 'dependency', name: 'rq', specifier: '>=1.15', where: { line: 7 } },
      { type: 'dependency', name: 'rq-scheduler', specifier: '==0.13', where: { line: 7 } },
    ]);
  });

  it.each([
    'pip install rq-scheduler',
    'pip3.11 install --user rq_scheduler[x]',
    'python3 -m pip install -U "rq.scheduler>=0.13"',
    'uv pip install --system rq-scheduler',
    'poetry add rq-scheduler@^0.13',
    'sudo -H /venv/bin/pip install -i https://x/simple rq-scheduler',
    'pip install git+https://host/rq/rq-scheduler.git@v1',
    'pip install rq-scheduler>=0.13',
  ])('%s', (command) => {
    const found = factsOf({ 'a.sh': `${command}\n` }).filter((fact) => fact.type === 'dependency');
    expect(found.map(({ name }) => name)).toEqual(['rq-scheduler']);
  });

  it.each([
    'echo pip install rq-scheduler',
    '# pip install rq-scheduler',
    'pip download rq-scheduler',
    'pip install -i rq-scheduler x',
  ])('no package: %s', (command) => {
    expect(factsOf({ 'a.sh': `${command}\n` })).toEqual([]);
  });

  it.each([
    '# rqscheduler',
    'echo "rqscheduler"',
    'pkill -f rqscheduler; ps ax | grep rqscheduler',
    'command -v rqscheduler >/dev/null || exit 1',
    'if pgrep rqscheduler; then echo yes; fi',
    'supervisorctl restart rqscheduler',
    'docker compose logs rqscheduler',
    "trap 'pkill rqscheduler' EXIT",
    'cat <<E\nrqscheduler\nE',
    'x="rqscheduler"',
  ])('no start: %j', (line) => {
    expect(
      processes({ 'a.sh': `${line}\n`, Dockerfile: `FROM x\nRUN ${line.replaceAll('\n', ' ')}\n` }),
    ).toEqual([]);
  });

  it('a command that is not worked out has unknown queues', () => {
    const queues = (command: string) => processes({ 'a.sh': `${command}\n` }).map((one) => one.queues);
    expect(queues('rq worker high')).toEqual([['high']]);
    expect(queues('rq worker $1')).toEqual([null]);
    expect(queues('exec rq worker "$@"')).toEqual([null]);
  });
});

describe('one process, seen through several files', () => {
  const files = {
    'docker-compose.yml':
      'services:\n  high:\n    build: .\n    command: high\n  low:\n    build: .\n    command: low\n',
    Dockerfile: 'FROM python\nENTRYPOINT ["/run.sh"]\nCMD ["high"]\n',
    'run.sh': '#!/bin/sh\ncase "$1" in\n  high) rq worker high ;;\n  low) rq worker low ;;\nesac\n',
  };

  it('gets its option where the worker of a queue with jobs stands', () => {
    const { files: after, errors } = migrateAll(files, { jobQueues: ['low'] });
    expect(errors).toEqual([]);
    expect(after['run.sh']).toBe(files['run.sh'].replace('worker low', 'worker --with-scheduler low'));
  });

  it('is found once, although nothing leads to its file', () => {
    const { findings } = migrateAll({
      ...files,
      'run.sh': 'python w.py\n',
      'w.py': 'from rq import Worker\nw = Worker(["a"])\nw.work(with_scheduler=False)\n',
    });
    expect(findings.filter(({ code }) => code === 'worker-scheduler-off')).toHaveLength(1);
  });

  it('goes where a variable of the service decides', () => {
    const script = '#!/bin/sh\nif [ "$ROLE" = clock ]; then\n  exec rqscheduler\nfi\nexec gunicorn app\n';
    const compose =
      'services:\n  web:\n    build: .\n    environment: {ROLE: web}\n    command: ./run.sh\n  clock:\n    build: .\n    environment: {ROLE: clock}\n    command: ./run.sh\n';
    const { files: after, errors } = migrateAll({ 'docker-compose.yml': compose, 'run.sh': script });
    expect(errors).toEqual([]);
    expect(after['run.sh']).toBe('#!/bin/sh\nexec gunicorn app\n');
    expect(after['docker-compose.yml']).toBe(compose.slice(0, compose.indexOf('  clock:')));
  });
});

describe('what still starts rq-scheduler', () => {
  const files = { ...REQUIREMENTS, Dockerfile: 'FROM python\nCMD ["rqscheduler"]\n' };

  it('keeps the dependency, unless allowed or kept', () => {
    expect(migrateAll(files)).toMatchObject({
      files,
      changes: [],
      errors: ['scheduler-still-started Dockerfile:2'],
    });
    const allowed = migrateAll(files, { allow: ['scheduler-still-started'] });
    expect(allowed.files['requirements.txt']).toBe('rq==1.15.1\n');
    expect(migrateAll(files, { keepScheduler: true })).toMatchObject({ files, errors: [] });
  });

  it('keeps it even if allowed where it does other work (R12)', () => {
    const seeding = { ...REQUIREMENTS, 'run.sh': 'python init_schedules.py && exec rqscheduler\n' };
    expect(migrateAll(seeding).errors).toEqual(['scheduler-also-runs run.sh:1']);
    expect(migrateAll(seeding, { allow: ['scheduler-also-runs'] }).files).toEqual(seeding);
  });

  it('is told together with whatever else blocks', () => {
    const blocked = { ...files, 'a.py': 'import rq_scheduler\n', 'run.sh': 'python seed.py\nrqscheduler\n' };
    expect(migrateAll(blocked).errors).toEqual([
      'code-imports a.py:1',
      'scheduler-also-runs run.sh:2',
      'scheduler-still-started Dockerfile:2',
    ]);
  });

  it('says what keeps a script and an image from going', () => {
    const named = {
      'docker-compose.yml':
        'services:\n  w: {image: a, command: rq worker -s}\n  s: {image: a, command: bin/clock.sh}\n',
      'bin/clock.sh': 'exec rqscheduler\n',
      'deploy.py': 'run("bin/clock.sh")\n',
      'other/clock.sh': 'echo\n',
      'setup.sh': 'chmod +x other/clock.sh # bin/clock.sh\n',
    };
    const { findings } = migrateAll(named);
    expect(findings.find(({ code }) => code === 'scheduler-still-started')).toMatchObject({
      path: 'bin/clock.sh',
      args: { reason: 'whole', namedBy: ['deploy.py:1'] },
    });
  });

  it('is an image that a service which stays is built from', () => {
    const shared = {
      'docker-compose.yml':
        'services:\n  w:\n    build: &b {context: ., dockerfile: jobs.Dockerfile}\n    command: rq worker -s\n  s:\n    build: *b\n',
      'jobs.Dockerfile': 'FROM python\nCMD rqscheduler\n',
    };
    expect(migrateAll(shared).errors).toEqual(['scheduler-still-started jobs.Dockerfile:2']);
  });
});

describe('rq cron in the place of the scheduler', () => {
  it.each([
    [
      'Dockerfile',
      'FROM a\nCMD ["rqscheduler", "-i",  "5"]\n',
      'FROM a\nCMD ["rq", "cron", "cron_config.py"]\n',
    ],
    ['Dockerfile', 'FROM a\nCMD exec rqscheduler -i 5\n', 'FROM a\nCMD exec rq cron cron_config.py\n'],
    ['run.sh', 'app &\nrqscheduler --quiet &\n', 'app &\nrq cron cron_config.py &\n'],
  ])('%s %j', (path, before, after) => {
    const { files, errors } = migrateAll({ [path]: before }, { cronConfig: 'cron_config.py' });
    expect(errors).toEqual([]);
    expect(files[path]).toBe(after);
  });

  it('is to be put in by hand where the command has quotes', () => {
    const { errors } = migrateAll({ 'run.sh': 'rqscheduler -u "$URL"\n' }, { cronConfig: 'cron_config.py' });
    expect(errors).toEqual(['rq-cron-by-hand run.sh:1']);
  });
});

describe('byte for byte', () => {
  it.each([
    [
      'a command over several lines, with its redirection',
      'app &\nrqscheduler \\\n  -i 5 >/dev/null 2>&1 &\nwait\n',
      'app &\nwait\n',
    ],
    [
      'a comment about something else',
      'app &\n# the worker waits\nrqscheduler & # now\napp\n',
      'app &\n# the worker waits\napp\n',
    ],
    ['one line', 'rqscheduler & app; rqscheduler & exec app\n', 'app; exec app\n'],
    ['one-line branches', 'case $1 in s|t) rqscheduler;; w) app;; esac\n', 'case $1 in w) app;; esac\n'],
    [
      'a branch in the middle',
      'if a; then\n  app\nelif [ s ]; then\n  rqscheduler\nelse\n  b\nfi\n',
      'if a; then\n  app\nelse\n  b\nfi\n',
    ],
    [
      'what reads its output',
      'app &\nsu - -c rqscheduler x 2>&1 | tee a | rotatelogs log 864 &\nwait\n',
      'app &\nwait\n',
    ],
    ['a loop that restarts it', 'while :; do rqscheduler; sleep 1; done &\napp\n', 'app\n'],
    [
      'a function under two names',
      'clock() { rqscheduler; }\nrun() {\n  clock\n}\nrun &\nexec app\n',
      'exec app\n',
    ],
    [
      'an install among its own',
      'pip install a \\\n  rq-scheduler \\\n  b\napp\n',
      'pip install a \\\n  b\napp\n',
    ],
    ['an install of its own', 'cd x\npip install rq-scheduler # polls\napp\n', 'cd x\napp\n'],
  ])('%s', (_, before, after) => {
    const { files, errors } = migrateAll({ 'requirements.txt': 'rq==2.0\n', 'run.sh': before });
    expect(errors).toEqual([]);
    expect(files['run.sh']).toBe(after);
  });

  it.each([
    [
      'the escape character of Windows',
      '# escape=`\nFROM a\nRUN pip install rq `\n  rq-scheduler\n',
      '# escape=`\nFROM a\nRUN pip install rq\n',
    ],
    [
      'a comment that stays behind',
      'FROM a\nRUN pip install rq \\\n  # keep\n  rq-scheduler\nUSER a\n',
      'FROM a\nRUN pip install rq\n  # keep\nUSER a\n',
    ],
    [
      'a comment about it',
      'FROM a\nRUN pip install rq \\\n  # the scheduler\n  rq-scheduler \\\n  b\n',
      'FROM a\nRUN pip install rq \\\n  b\n',
    ],
    [
      'a requirements file beside it',
      'FROM a\nRUN pip install -r r.txt rq-scheduler\n',
      'FROM a\nRUN pip install -r r.txt\n',
    ],
    ['variables with a comment between', 'FROM a\nENV RQ_SCHEDULER_NAME=a A=1\n', 'FROM a\nENV A=1\n'],
    [
      'an image of lists',
      'FROM a\nRUN pip install rq\nENTRYPOINT ["rq"]\nCMD ["worker"]\n',
      'FROM a\nRUN pip install rq\nENTRYPOINT ["rq"]\nCMD ["worker", "--with-scheduler"]\n',
    ],
  ])('%s', (_, before, after) => {
    const { files, errors } = migrateAll({ 'requirements.txt': 'rq==2.0\n', Dockerfile: before });
    expect(errors).toEqual([]);
    expect(files.Dockerfile).toBe(after);
  });

  it('every edit says why', () => {
    const { changes } = migrateAll({
      'requirements.txt': 'rq==2.0\n',
      Dockerfile:
        'FROM a\nENV RQ_SCHEDULER_NAME=a\nRUN pip install rq rq-scheduler\nCMD rqscheduler & rq worker\n',
    });
    expect(changes.flatMap(({ edits }) => edits.map(({ why }) => why))).toEqual([
      'remove-env',
      'remove-dependency',
      'remove-scheduler-process',
      'add-with-scheduler',
    ]);
  });
});
