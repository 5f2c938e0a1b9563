import { beforeAll, describe, expect, it } from 'vitest';
import { readProject } from '../../src/files/project.js';
import { Tally } from '../../src/plan/tally.js';
import type { RunOptions } from '../../src/run/context.js';
import { FILE_KINDS, prepareKinds } from '../../src/run/file-kinds.js';
import { planFiles } from '../../src/run/project.js';

beforeAll(prepareKinds);

const REQUIREMENTS = { path: 'requirements.txt', text: 'rq==1.15.1\nrq-scheduler==0.13.1\n' };

/** What is planned for the files alone, with these codes accepted. */
function plan(path: string, text: string, ...allow: string[]) {
  const env = { path: '.env', text: 'RQ_SCHEDULER_INTERVAL=5\nA=1\n' };
  const project = readProject([{ path, text }, REQUIREMENTS, env], FILE_KINDS);
  const options = { only: 'files', allow } as Partial<RunOptions> as RunOptions;
  return planFiles(project, options, new Tally().result(), { rq: null, source: 'unknown' });
}

const changed = (path: string, text: string, ...allow: string[]): string[] =>
  plan(path, text, ...allow).changes.map((change) => change.path);

const SERVICE = (command: string) =>
  `services:\n  w:\n    command: rq worker -s\n  s:\n    command: ${command}\n`;

describe('the package and the settings of a scheduler', () => {
  it.each([
    ['that goes', SERVICE('rqscheduler'), ['.env', 'compose.yml', 'requirements.txt']],
    ['that seeds as well', SERVICE('sh -c "python seed.py && rqscheduler"'), []],
    ['in the worker’s own command', SERVICE('sh -c "rqscheduler & rq worker -s"'), []],
    ['that another service extends', `${SERVICE('rqscheduler')}  x:\n    extends: s\n    command: x\n`, []],
  ])('%s', (_, text, expected) => {
    expect(changed('compose.yml', text, 'scheduler-also-runs', 'scheduler-is-referenced')).toEqual(expected);
  });

  it('go where nobody runs it any more, as the user says', () => {
    const text = 'clock:\n\trqscheduler\n';
    expect(changed('Makefile', text, 'scheduler-still-started')).toEqual(['.env', 'requirements.txt']);
    expect(changed('Makefile', text)).toEqual([]);
  });
});

describe('the service of a program that starts a Scheduler', () => {
  const services = (program: string) => {
    const text = SERVICE('python clock.py')
      .replace('  w:', '  w:\n    build: .')
      .replace('  s:', '  s:\n    build: .');
    const image = { path: 'Dockerfile', text: 'FROM python:3.11\nWORKDIR /app\nCOPY . /app\n' };
    const files = [{ path: 'compose.yml', text }, { path: 'clock.py', text: program }, image, REQUIREMENTS];
    const options = { only: 'files' } as RunOptions;
    const project = readProject(files, FILE_KINDS);
    const { changes, findings } = planFiles(project, options, new Tally().result(), {
      rq: null,
      source: 'unknown',
    });
    const paths = changes.map(({ path }) => path).filter((path) => !path.startsWith('rq_recurring/'));
    return { paths, errors: findings.filter(({ severity }) => severity === 'error').map(({ code }) => code) };
  };
  const made = 'from rq_scheduler import Scheduler\nfrom jobs import register\ns = Scheduler(connection=c)\n';

  it.each([
    ['goes where it does nothing else', '', ['compose.yml', 'requirements.txt']],
    ['stays where it registers jobs', "s.cron('0 3 * * *', f)\n", ['requirements.txt']],
    ['stays where it hands the scheduler to what may', 'register(s)\n', ['requirements.txt']],
    ['stays where it hands it over by a keyword', 'register(to=s)\n', ['requirements.txt']],
  ])('%s', (_, work, expected) => {
    const { paths, errors } = services(`${made}${work}s.run()\n`);
    expect(errors).toEqual([]);
    expect(paths.filter((path) => path !== 'clock.py')).toEqual(expected);
    if (work !== '') expect(paths).toContain('clock.py');
  });
});

describe('what blocks', () => {
  const text = SERVICE('sh -c "python seed.py && rqscheduler"');
  const project = (code: string) =>
    readProject([{ path: 'compose.yml', text }, { path: 'app.py', text: code }, REQUIREMENTS], FILE_KINDS);
  const errors = (code: string, options: Partial<RunOptions> = {}) => {
    const all = { only: 'files', ...options } as RunOptions;
    const planned = planFiles(project(code), all, new Tally().result(), { rq: null, source: 'unknown' });
    const found = planned.findings.filter(({ severity }) => severity === 'error');
    return [...new Set(found.map(({ code: one }) => one))].sort();
  };

  it('is told at once, not one after the other', () => {
    expect(errors('')).toEqual(['scheduler-also-runs']);
    const unknown = 'from rq_scheduler import nothing_of_ours\n';
    expect(errors(unknown)).toEqual(['code-imports', 'scheduler-also-runs']);
  });

  it('is nothing where the scheduler is to stay', () => {
    expect(errors('', { keepScheduler: true })).toEqual([]);
  });
});

describe('the zone of those who register', () => {
  const text =
    'services:\n  scheduler:\n    image: acme/app\n    command: rqscheduler\n    environment: {TZ: Asia/Tokyo}\n' +
    '  worker:\n    image: acme/app\n    command: rq worker --with-scheduler\n';
  const planned = (call: string) => {
    const code = `from redis import Redis\nfrom rq_scheduler import Scheduler\nScheduler(connection=Redis()).${call}\n`;
    const files = [{ path: 'compose.yml', text }, { path: 'app.py', text: code }, REQUIREMENTS];
    const options = { only: 'files', unsafeFixes: true } as RunOptions;
    const { changes, findings } = planFiles(readProject(files, FILE_KINDS), options, new Tally().result(), {
      rq: null,
      source: 'unknown',
    });
    const diff = changes.find(({ path }) => path === 'compose.yml')?.diff ?? '';
    return { written: diff.includes('RQ_RECURRING_TZ: Asia/Tokyo'), codes: findings.map(({ code }) => code) };
  };

  it('is written where code makes cron jobs', () => {
    const { written, codes } = planned("cron('0 3 * * *', func='tasks.clean')");

    expect(written).toBe(true);
    expect(codes).toContain('registration-zone-differs');
  });

  it('is of no interest to intervals', () => {
    const { written, codes } = planned("schedule(None, 'tasks.clean', interval=60)");

    expect(written).toBe(false);
    expect(codes).not.toContain('registration-zone-differs');
  });
});

describe('cron strings that an early rq-scheduler read as UTC', () => {
  const codes = (code: string, version: string) => {
    const requirements = { path: 'requirements.txt', text: `rq==1.16.2\nrq-scheduler==${version}\n` };
    const files = [
      { path: 'Procfile', text: 'worker: rq worker -s\n' },
      { path: 'app.py', text: code },
    ];
    const project = readProject([...files, requirements], FILE_KINDS);
    const options = { only: 'files', runtimePath: '.' } as Partial<RunOptions> as RunOptions;
    const { findings } = planFiles(project, options, new Tally().result(), { rq: null, source: 'unknown' });
    return findings
      .filter((one) => one.code === 'cron-read-as-utc')
      .map(({ path, line }) => `${path}:${line}`);
  };
  const made = 'from rq_scheduler import Scheduler\ns = Scheduler()\n';

  it.each([
    ["s.cron('0 3 * * *', f)\n", '0.11.0', ['app.py:3']],
    ["s.cron('0 3 * * *', f, use_local_timezone=True)\n", '0.11.0', []],
    ["s.cron('0 3 * * *', f)\n", '0.13.1', []],
    ['s.schedule(w, f, interval=5)\n', '0.11.0', []],
  ])('%j with %s', (call, version, places) => {
    expect(codes(made + call, version)).toEqual(places);
  });
});
