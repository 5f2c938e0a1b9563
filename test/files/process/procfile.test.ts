import { beforeAll, describe, expect, it } from 'vitest';
import { procfileKind } from '../../../src/files/process/procfile.js';
import { factsOf, migrate } from '../compose/project.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

describe('Procfiles', () => {
  it.each([
    ['Procfile', true],
    ['deploy/Procfile.dev', true],
    ['Procfile-prod', true],
    ['NotProcfile', false],
  ])('%s: %s', (path, expected) => {
    expect(procfileKind.match(path)).toBe(expected);
  });

  it('say what each entry runs', () => {
    const facts = factsOf({
      Procfile: '# all\nweb: gunicorn a\nw: env A=1 rq worker high\nclock: rqscheduler\n',
    });
    expect(facts).toMatchObject([
      { id: 'Procfile#web', role: 'other', where: { path: 'Procfile', line: 2 } },
      { id: 'Procfile#w', role: 'worker', queues: ['high'], withScheduler: 'off', where: { line: 3 } },
      { id: 'Procfile#clock', role: 'scheduler', where: { line: 4 } },
    ]);
  });

  it.each([
    ['web: g a\r\nclock: rqscheduler\r\nw: rq worker\r\n', 'web: g a\r\nw: rq worker --with-scheduler\r\n'],
    ['web: g a\r\nclock: rqscheduler', 'web: g a'],
    ['clock:   rqscheduler\n# kept\nw: rq worker -s\n', '# kept\nw: rq worker -s\n'],
    ['w: bash -c "rq worker a"\n', 'w: bash -c "rq worker --with-scheduler a"\n'],
  ])('%j', (before, after) => {
    const result = migrate({ Procfile: before });
    expect(result.findings).toEqual([]);
    expect(result.files).toEqual({ Procfile: after });
    expect(migrate(result.files).edits.size).toBe(0);
  });

  it('go when nothing is left in them', () => {
    expect(migrate({ Procfile: 'clock: rqscheduler\n' }).files).toEqual({});
  });

  it('report what cannot be taken apart', () => {
    const { files, findings } = migrate({
      Procfile: 'c: python seed.py && rqscheduler\nw: flask rq worker\n',
    });
    expect(findings.map((finding) => [finding.code, finding.line])).toEqual([['scheduler-also-runs', 1]]);
    expect(files.Procfile).toContain('rqscheduler');
  });
});
