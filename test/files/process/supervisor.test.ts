import { beforeAll, describe, expect, it } from 'vitest';
import { supervisorKind } from '../../../src/files/process/supervisor.js';
import { factsOf, migrate } from '../compose/project.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const PATH = 'etc/supervisord.conf';

describe('supervisor configurations', () => {
  it.each([
    ['supervisord.conf', true],
    ['docker/supervisor/conf.d/jobs.conf', true],
    ['etc/supervisord.d/jobs.ini', true],
    ['nginx/site.conf', false],
  ])('%s: %s', (path, expected) => {
    expect(supervisorKind.match(path)).toBe(expected);
  });

  it('say what each program runs, also when it does not start by itself', () => {
    const text =
      '[program:w]\ncommand=rq worker a\n  b\n[program:s]\nautostart=false\ncommand = rqscheduler ; old\n';
    expect(factsOf({ [PATH]: text })).toMatchObject([
      { id: `${PATH}#w`, role: 'worker', queues: ['a', 'b'], where: { line: 2 } },
      { id: `${PATH}#s`, role: 'scheduler', where: { line: 6 } },
    ]);
  });

  it('lose the program, its comments and its membership, and nothing else', () => {
    const before =
      '[supervisord]\nnodaemon=true\n\n; polls\n[program:s]\ncommand=rqscheduler\n  -i 5\n; inside\nuser=app\n\n' +
      '; queues\n[program:w]\ncommand = rq worker high  ; main\n\n[group:jobs]\nprograms=s, w\n\n[group:clock]\nprograms=s\n';
    const after =
      '[supervisord]\nnodaemon=true\n\n; queues\n[program:w]\ncommand = rq worker --with-scheduler high  ; main\n\n' +
      '[group:jobs]\nprograms=w\n';
    const result = migrate({ [PATH]: before });
    expect(result.findings).toEqual([]);
    expect(result.files).toEqual({ [PATH]: after });
    expect(migrate(result.files).edits.size).toBe(0);
  });

  it('keep CRLF and a missing last newline', () => {
    const before = '[program:w]\r\ncommand=rq worker -s\r\n\r\n[program:s]\r\ncommand=rqscheduler';
    expect(migrate({ [PATH]: before }).files).toEqual({ [PATH]: '[program:w]\r\ncommand=rq worker -s' });
  });

  it('edit a worker command where it stands, spread over lines', () => {
    const { files, findings } = migrate({
      [PATH]: '[program:w]\r\ncommand=exec ; c\r\n  rq worker\r\n  high\r\n',
    });
    expect(findings).toEqual([]);
    expect(files[PATH]).toBe('[program:w]\r\ncommand=exec ; c\r\n  rq worker --with-scheduler\r\n  high\r\n');
  });
});
