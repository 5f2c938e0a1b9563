import { describe, expect, it } from 'vitest';
import { ciKind } from '../../../src/files/ci/ci.js';
import { composeKind } from '../../../src/files/compose/index.js';
import { kubernetesKind } from '../../../src/files/kubernetes/kubernetes.js';
import { changesFor, readProject } from '../../../src/files/project.js';
import { isSearched, isWorthSearching } from '../../../src/files/seen/paths.js';
import { seenFindings } from '../../../src/files/seen/seen.js';
import type { FileKind } from '../../../src/files/types.js';
import { decisionOf } from '../compose/project.js';

/** What is told of one file that no kind knows, as `severity code:line`. */
function told(path: string, text: string): string[] {
  const chart = { path: 'chart/Chart.yaml', text: 'name: acme' };
  const project = readProject([{ path, text, searched: true }, chart], []);
  const after = { changes: [], findings: [], removed: true };
  return seenFindings(project, after).map(({ severity, code, line }) => `${severity} ${code}:${line}`);
}

const STARTED = (line: number): string[] => [`error scheduler-started-here:${line}`];

describe('starts of rq-scheduler in files that are not edited', () => {
  it.each([
    ['main.tf', 'command = ["python", "manage.py", "rqscheduler"]', STARTED(1)],
    ['app.hcl', 'task "s" {\n  command = "/srv/venv/bin/rqscheduler"\n}', STARTED(2)],
    ['fly.toml', '[processes]\nclock = "rqscheduler"', STARTED(2)],
    ['render.yaml', 'startCommand: flask rq scheduler', STARTED(1)],
    ['play.yml', '- shell: nohup rqscheduler -i 5 &', STARTED(1)],
    ['task.json', '{"command": [\n  "rqscheduler",\n  "-i", "5"]}', STARTED(2)],
    ['stack.yaml', 'args:\n  # polls\n  - rqscheduler\n', STARTED(3)],
    ['Vagrantfile', 'config.vm.provision "shell", inline: "cd /app && rqscheduler &"', STARTED(1)],
    ['run', 'nohup rqscheduler > /var/log/logs 2>&1 &', STARTED(1)],
    ['crontab', '@reboot python -m rq_scheduler.scripts.rqscheduler', STARTED(1)],
    ['crontab', '@reboot root rqscheduler', STARTED(1)],
    ['start.bat', '@echo off\r\nstart "clock" /b rqscheduler\r\n', STARTED(2)],
    ['run.ps1', 'Start-Process -FilePath rqscheduler', STARTED(1)],
    ['Taskfile.yml', 'tasks:\n  clock:\n    cmds:\n      - rqscheduler', STARTED(4)],
  ])('%s: %s', (path, text, expected) => {
    expect(told(path, text)).toEqual(expected);
  });

  it.each([
    ['main.tf', 'name = "rqscheduler"'],
    ['play.yml', 'name: restart\ncommand: systemctl restart rqscheduler'],
    ['stack.yml', 'depends_on:\n  - rqscheduler'],
    ['agent.yaml', 'check: pgrep -f rqscheduler'],
    ['x.json', '"command": ["sudo", "systemctl", "restart", "rqscheduler"]'],
    ['nagios.cfg', 'rqscheduler: on'],
  ])('are not sure where it is only named, %s: %s', (path, text) => {
    expect(told(path, text)).toEqual([expect.stringMatching(/^info scheduler-named:/)]);
  });

  it.each([
    ['main.tf', '# command = "rqscheduler"'],
    ['main.tf', 'command = "django-rq-scheduler-like rq-scheduler-ui"'],
    ['mypy.ini', '[mypy-rq_scheduler.*]\nignore_missing_imports = True'],
    ['units.yml', 'src: rqscheduler.service'],
  ])('are none, %s: %s', (path, text) => {
    expect(told(path, text)).toEqual([]);
  });

  it('are found in very long lines, in no time', () => {
    const long = '{"add": "uv", "service": "flask"}, '.repeat(30_000);
    expect(told('board.json', `[${long}{"command": "rqscheduler -i 5"}, ${long}]`)).toEqual(STARTED(1));
  });

  it('block in charts, and only warn on build servers, which start no production', () => {
    expect(told('chart/templates/s.yaml', 'x: {{ y }}\nargs: ["rqscheduler"]')).toEqual([
      'error scheduler-in-chart:2',
    ]);
    expect(told('chart/values.yaml', 'scheduler:\n  command: rqscheduler -i 5')).toEqual([
      'error scheduler-in-chart:2',
    ]);
    expect(told('.gitlab-ci.yml', 'script:\n  - pip install rq-scheduler\n  - rqscheduler &')).toEqual([
      'warn scheduler-installed:2',
      'warn scheduler-in-ci:3',
    ]);
  });
});

describe('starts that are left in files of a kind that takes them out', () => {
  const map = 'apiVersion: v1\nkind: ConfigMap\ndata:\n  run.sh: |\n    exec rqscheduler -i 5\n';
  const files = [
    { path: 'k8s/scripts.yaml', text: map },
    { path: 'k8s/list.yaml', text: 'apiVersion: v1\nkind: List\nitems:\n- spec: {args: ["rqscheduler"]}\n' },
    { path: 'roles/x/templates/a.yaml', text: 'cmd: rqscheduler {{ options }}\n' },
  ];

  it.each([
    [true, ['k8s/list.yaml:4', 'k8s/scripts.yaml:5', 'roles/x/templates/a.yaml:1']],
    [false, ['k8s/list.yaml:4', 'roles/x/templates/a.yaml:1']],
  ])('are told when the others went: %s', (removed, expected) => {
    const project = readProject(files, [kubernetesKind as FileKind]);
    const seen = seenFindings(project, { changes: [], findings: [], removed });
    expect(seen.map(({ path, line }) => `${path}:${line}`)).toEqual(expected);
    expect(new Set(seen.map(({ code }) => code))).toEqual(new Set(['scheduler-started-here']));
  });
});

describe('what a compose file says besides its services', () => {
  const text =
    'services:\n  s:\n    build:\n      dockerfile_inline: |\n        FROM python\n\n        CMD ["rqscheduler"]\n  w:\n    command: rqscheduler\n    healthcheck:\n      test: pgrep -f rqscheduler\n';

  it.each([true, false])('an image written there, and a check that would fail (removed: %s)', (removed) => {
    const project = readProject([{ path: 'compose.yml', text }], [composeKind as FileKind]);
    const seen = seenFindings(project, { changes: [], findings: [], removed });
    const probe = removed ? ['warn scheduler-probed:11'] : [];
    expect(seen.map(({ severity, code, line }) => `${severity} ${code}:${line}`)).toEqual([
      'error scheduler-started-here:7',
      ...probe,
    ]);
  });
});

describe('starts of rq-scheduler in Python', () => {
  it.each([
    ['tasks.py', 'c.run("rqscheduler --host x")', 1],
    ['ops/jobs.py', 'import os\nos.system("cd /app && rqscheduler &")', 1],
    [
      'a.py',
      'subprocess.Popen(\n    [\n        sys.executable, "-m", "rq_scheduler.scripts.rqscheduler",\n    ]\n)',
      1,
    ],
    ['a.py', "call_command('rqscheduler', interval=5)", 1],
    ['a.py', 'subprocess.run(["pkill", "-f", "rqscheduler"])\nrun("pgrep rqscheduler")', 0],
    ['a.py', 'log.info("rqscheduler")\nNAME = "rqscheduler"\n', 0],
    ['a.py', '# os.system("rqscheduler")', 0],
    ['tests/test_a.py', 'os.system("rqscheduler")', 0],
  ])('%s: %s', (path, text, count) => {
    expect(told(path, text).map((one) => one.split(':')[0])).toEqual(
      Array(count).fill('error scheduler-started-here'),
    );
  });
});

describe('workers in files that are not edited', () => {
  it.each([
    ['fly.toml', 'worker = "rq worker high"', 1],
    ['chart/values.yaml', 'args: ["rqworker", "high"]', 1],
    ['main.tf', 'command = ["rq", "worker", "-s"]', 0],
    ['stack.yaml', 'args:\n - rqworker\n - --with-scheduler', 0],
    ['main.tf', 'name = "rqworker"', 0],
    ['.circleci/config.yml', 'run: rq worker', 0],
  ])('%s: %s', (path, text, count) => {
    expect(told(path, text)).toEqual(Array(count).fill('warn worker-seen:1'));
  });
});

describe('what watches the keys of rq-scheduler', () => {
  it.each([
    ['board.json', '{"expr": "zcard rq:scheduler:scheduled_jobs"}', 1],
    ['check.yml', 'cmd: redis-cli --scan --pattern "rq:scheduler_instance:*"', 1],
    ['alert.yml', 'key: rq:scheduler-lock:default\nother: rq:scheduled:default', 0],
  ])('%s: %s', (path, text, count) => {
    expect(told(path, text)).toEqual(Array(count).fill('warn legacy-keys-watched:1'));
  });

  it('is told in edited files too, but not in what goes, in prose or in Python', () => {
    const path = '.github/workflows/a.yml';
    const text =
      'a:\n- run: pip install pytest rq-scheduler # rq:scheduler_lock\n- run: redis-cli ttl rq:scheduler_lock\n';
    const project = readProject(
      [
        { path, text },
        { path: 'README.md', text },
        { path: 'watch.py', text },
      ],
      [ciKind as FileKind],
    );
    const { changes } = changesFor(project, decisionOf([]));
    const seen = seenFindings(project, { changes, findings: [], removed: true });
    expect(seen.map(({ path: at, line }) => `${at}:${line}`)).toEqual([`${path}:3`]);
  });
});

describe('the files that are searched', () => {
  it.each([
    ['deploy/main.tf', true],
    ['Jenkinsfile', true],
    ['grafana/board.json', true],
    ['docs/scheduling.yml', false],
    ['tests/stack.yaml', false],
    ['package-lock.json', false],
    ['uv.lock', false],
    ['NOTES.rst', false],
    ['src/app.ts', false],
  ])('%s: %s', (path, expected) => {
    expect(isSearched(path)).toBe(expected);
  });

  it.each([
    ['["rq", "worker"]', true],
    ['rq:scheduler_lock', true],
    ['kube-scheduler', false],
    // What dry-run and verify save must not stand in the way of the next call.
    ['{\n  "schema": "migrate-scheduler/plan@1", "command": "rqscheduler" }', false],
    ['{"schema":"migrate-scheduler/verify@1","message":"rqscheduler"}', false],
  ])('%s: %s', (text, expected) => {
    expect(isWorthSearching(text)).toBe(expected);
  });
});
