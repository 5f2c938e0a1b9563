import { beforeAll, describe, expect, it } from 'vitest';
import { analyseCommand, type CommandAnalysis, type CommandPiece } from '../../../src/files/command/index.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

type Files = Readonly<Record<string, string>>;

function analyse(command: string | readonly string[], files: Files = {}, vars: Files = {}): CommandAnalysis {
  const pieces: CommandPiece[] =
    typeof command === 'string'
      ? [{ form: 'shell', text: command, origin: null }]
      : command.map((text) => ({ form: 'word', text, origin: null }));
  const project = {
    get: (path: string) => (files[path] === undefined ? undefined : { path, text: files[path] }),
    paths: Object.keys(files).sort(),
  };
  const places = { folders: [''], copies: new Map<string, string>() };
  return analyseCommand({ pieces, vars: new Map(Object.entries(vars)), places }, project);
}

/** The command with the flag put where the analysis says. */
function flagged(command: string): string {
  let text = command;
  const places = analyse(command).workers.flatMap((worker) =>
    worker.after === null ? [] : [worker.after.end],
  );
  for (const at of places.sort((a, b) => b - a))
    text = `${text.slice(0, at)} --with-scheduler${text.slice(at)}`;
  return text;
}

describe('roles', () => {
  it.each([
    ['rqscheduler -H redis', 'scheduler'],
    ['python -m rq_scheduler.scripts.rqscheduler', 'scheduler'],
    ['python manage.py rqscheduler --queue high', 'scheduler'],
    ['flask --app site rq scheduler', 'scheduler'],
    ['sh -c "while ! nc -z redis 6379; do sleep 1; done; exec rqscheduler -v"', 'scheduler'],
    ['/usr/bin/env TZ=UTC /venv/bin/rqscheduler', 'scheduler'],
    ['poetry run rqscheduler', 'scheduler'],
    ['uv run --with redis --frozen -- rqscheduler', 'scheduler'],
    ['wait-for-it redis:6379 -t 30 -- rqscheduler', 'scheduler'],
    ['dotenv -f .env run -- rqscheduler', 'scheduler'],
    ['tini -g -- gosu app rqscheduler', 'scheduler'],
    ['/docker-entrypoint.sh rqscheduler', 'scheduler'],
    ['su app -c "rqscheduler"', 'scheduler'],
    ['watchmedo auto-restart -d . -p "*.py" --recursive -- rqscheduler', 'scheduler'],
    [`\${CLOCK_COMMAND:-rqscheduler -v}`, 'scheduler'],
    ['rq worker', 'worker'],
    ['python -m rq worker', 'worker'],
    ['python3.11 -u -W ignore -m rq.cli worker high', 'worker'],
    ['flask rq worker', 'worker'],
    ['rq worker-pool -n 3', 'worker-pool'],
    ['manage.py rqworker-pool', 'worker-pool'],
    ['rqscheduler & rq worker', 'both'],
    ['celery -A app beat', 'other'],
    ['airflow scheduler', 'other'],
    ['rq info', 'other'],
    ['echo rqscheduler', 'other'],
    ['python scheduler.py', 'other'],
    ['grep rqscheduler /etc/passwd', 'other'],
    ['', 'other'],
  ])('%s: %s', (command, role) => {
    expect(analyse(command).role).toBe(role);
  });

  it('reads lists of arguments, also through sh -c', () => {
    expect(analyse(['rqscheduler', '-i', '5']).role).toBe('scheduler');
    expect(analyse(['/bin/bash', '-lc', 'sleep 3 && rqscheduler']).role).toBe('scheduler');
  });
});

describe('queues and the switch', () => {
  it.each([
    ['rq worker', ['default'], 'off'],
    ['rq worker -u redis://x -w app.W -n one --results-ttl 5 high low', ['high', 'low'], 'off'],
    ['rq worker -ds random mail', ['mail'], 'off'],
    ['rq worker -q -b mail', ['mail'], 'off'],
    ['rq worker --url=redis://x mail --with-scheduler', ['mail'], 'on'],
    ['rqworker -vs', ['default'], 'on'],
    ['rq worker -n --with-scheduler a', ['a'], 'off'],
    ['rq worker -c settings', null, 'off'],
    ['rq worker -c settings high', ['high'], 'off'],
    ['rq worker $QUEUES', null, 'off'],
    ['python manage.py rqworker -v 3 --name w --settings=a.b high', ['high'], 'off'],
    ['rq worker a & rq worker -s b', ['a', 'b'], 'off'],
    ['flask rq worker mail', ['mail'], 'unknown'],
    ['rq worker-pool -n 4 mail', ['mail'], 'on'],
  ])('%s', (command, queues, withScheduler) => {
    expect(analyse(command)).toMatchObject({ queues, withScheduler });
  });

  it('takes a queue from the environment', () => {
    expect(analyse('sh -c "rq worker $$QUEUES"', {}, { QUEUES: 'high low' }).queues).toEqual(['high', 'low']);
  });
});

describe('the place of the flag', () => {
  it.each([
    ['rq worker high', 'rq worker --with-scheduler high'],
    ['rqworker', 'rqworker --with-scheduler'],
    ['sh -c "sleep 5 && exec rq worker -q"', 'sh -c "sleep 5 && exec rq worker --with-scheduler -q"'],
    ["bash -c 'rq worker a; rq worker -s b'", "bash -c 'rq worker --with-scheduler a; rq worker -s b'"],
    ['rq worker a & rq worker b', 'rq worker --with-scheduler a & rq worker --with-scheduler b'],
    ['python -m rq.cli worker > /tmp/worker', 'python -m rq.cli worker --with-scheduler > /tmp/worker'],
    [`\${CMD:-rq worker a}`, `\${CMD:-rq worker --with-scheduler a}`],
    ['rq worker-pool a', 'rq worker-pool a'],
  ])('%s', (command, expected) => {
    expect(flagged(command)).toBe(expected);
  });

  it('names what stands in the way', () => {
    expect(analyse('flask rq worker').workers[0]?.obstacle).toBe('no-option');
    expect(analyse('sh -c "rq work\\er"').workers[0]?.obstacle).toBe('computed');
  });
});

describe('following files', () => {
  const entrypoint =
    `#!/bin/bash\nset -e\nworker() {\n  exec rq worker \${QUEUES:-default}\n}\n` +
    'case "$1" in\n  worker) shift; worker ;;\n  scheduler) exec rqscheduler ;;\n  *) exec "$@" ;;\nesac\n';

  it('decides a case by the argument', () => {
    const files = { 'bin/entrypoint.sh': entrypoint };
    expect(analyse('/app/bin/entrypoint.sh scheduler', files).role).toBe('scheduler');
    expect(analyse('bash bin/entrypoint.sh worker', files)).toMatchObject({
      role: 'worker',
      queues: ['default'],
      via: [{ path: 'bin/entrypoint.sh', line: 1 }],
      workers: [{ obstacle: 'script', where: { path: 'bin/entrypoint.sh', line: 4 } }],
    });
    expect(analyse('bin/entrypoint.sh gunicorn app', files).role).toBe('other');
  });

  it('keeps the place of arguments that a script passes on', () => {
    const [worker] = analyse('bin/entrypoint.sh rq worker a', { 'bin/entrypoint.sh': entrypoint }).workers;
    expect(worker).toMatchObject({ obstacle: null, after: { path: null, end: 27 } });
  });

  it('decides an if by the environment and counts all branches otherwise', () => {
    const files = { 'run.sh': 'if [ "$ROLE" = "clock" ]; then\n rqscheduler\nelse\n rq worker\nfi\n' };
    expect(analyse('./run.sh', files, { ROLE: 'clock' }).role).toBe('scheduler');
    expect(analyse('./run.sh', files, { ROLE: 'jobs' }).role).toBe('worker');
    expect(analyse('./run.sh', files).role).toBe('both');
  });

  it('reports what else a scheduler command does, waiting and installing aside', () => {
    const files = {
      'start.sh': 'cd /app\npip install -r r.txt\npython init_schedules.py\nexec rqscheduler\nnever\n',
    };
    expect(analyse('sh start.sh', files).alsoRuns).toEqual(['python init_schedules.py']);
  });

  it('follows what a Python script hands to the operating system', () => {
    const files = {
      'clock.py': "import os\nfrom app import seed\nseed()\nos.system('rqscheduler -v')\n",
      'all.py':
        "import subprocess as s\ns.Popen(['rqworker', 'a'])\ns.run(['python', 'clock.py'])\ns.run(['rqscheduler'])\n",
    };
    expect(analyse('python clock.py', files)).toMatchObject({
      role: 'scheduler',
      alsoRuns: ['clock.py'],
      via: [{ path: 'clock.py', line: 4 }],
    });
    expect(analyse('python all.py', files)).toMatchObject({
      role: 'both',
      queues: ['a'],
      workers: [{ withScheduler: 'off', obstacle: 'elsewhere', where: { path: 'all.py', line: 2 } }],
    });
  });

  it('follows Python scripts, modules and console scripts', () => {
    const clock = 'from rq_scheduler import Scheduler\nScheduler(connection=None).run()\n';
    const worker =
      'from rq import Queue, Worker\nw = Worker([Queue("high", connection=None)], connection=None)\nw.work()\n';
    const files = {
      'app/clock.py': clock,
      'app/jobs.py': worker,
      'pyproject.toml':
        '[project.scripts]\nacme-clock = "app.clock:main"\nclock = "rq_scheduler.scripts.rqscheduler:main"\n',
    };
    expect(analyse('python -u /srv/app/clock.py', files).role).toBe('scheduler');
    expect(analyse('python -m app.clock', files).role).toBe('scheduler');
    expect(analyse('acme-clock', files).role).toBe('scheduler');
    expect(analyse('clock', files).role).toBe('scheduler');
    const setup =
      'setup(entry_points={"console_scripts": ["w = app.jobs:main", "s = rq_scheduler.scripts.rqscheduler:main"]})\n';
    expect(analyse('s', { 'setup.py': setup }).role).toBe('scheduler');
    expect(analyse('python app/jobs.py', files)).toMatchObject({
      role: 'worker',
      queues: ['high'],
      withScheduler: 'off',
      workers: [{ after: null, obstacle: 'python', where: { path: 'app/jobs.py', line: 3 } }],
    });
  });

  it('follows Procfiles and supervisor configurations', () => {
    const files = {
      Procfile: 'web: gunicorn a\nclock: rqscheduler\nworker: rq worker\n',
      'etc/supervisord.conf':
        '[supervisord]\nnodaemon=true\n[program:clock]\ncommand=rqscheduler -H redis ; old\n[program:w]\ncommand = rq worker\n  high\n',
    };
    expect(analyse('honcho start clock', files)).toMatchObject({
      role: 'scheduler',
      schedulerInProgramList: true,
    });
    expect(analyse('honcho start', files).role).toBe('both');
    expect(analyse('supervisord -n -c /etc/supervisord.conf', files)).toMatchObject({
      role: 'both',
      queues: ['high'],
    });
  });

  it('ends on scripts that call themselves', () => {
    expect(analyse('sh a.sh', { 'a.sh': 'sh b.sh\n', 'b.sh': 'sh a.sh\nrqscheduler\n' }).role).toBe(
      'scheduler',
    );
  });
});
