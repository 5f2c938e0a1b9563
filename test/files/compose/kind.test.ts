import { beforeAll, describe, expect, it } from 'vitest';
import { utf8ToByteText } from '../../../src/files/bytes.js';
import { composeKind } from '../../../src/files/compose/index.js';
import { applyEdits } from '../../../src/files/edit.js';
import { type Decision, FileParseError } from '../../../src/files/types.js';
import { loadPython } from '../pysource/load.js';
import { decisionOf, type Files, factsOf, migrate, projectOf } from './project.js';

beforeAll(loadPython);

const PATH = 'docker-compose.yml';

/** Those of compose files. */
function processes(files: Files) {
  const found = factsOf(files).filter((fact) => fact.type === 'process');
  return found.filter(({ where }) => where.path.endsWith('.yml'));
}

describe('match', () => {
  it.each([
    ['docker-compose.yml', true],
    ['deploy/docker-compose.prod.yaml', true],
    ['compose.yaml', true],
    ['compose.override.yml', true],
    ['docker-compose-dev.yml', true],
    ['composer.yml', false],
    ['compose.json', false],
    ['docker-compose.yml.bak', false],
  ])('%s: %s', (path, expected) => {
    expect(composeKind.match(path)).toBe(expected);
  });
});

describe('parse', () => {
  it.each([
    ['services:\n  a: [1\n', 3],
    ['services:\n  a: *nowhere\n', null],
    ['- a\n', 1],
  ])('%j is refused', (text, line) => {
    try {
      composeKind.parse({ path: PATH, text });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(FileParseError);
      expect(error).toMatchObject({ path: PATH, line });
    }
  });

  it('takes an empty file and one without services', () => {
    expect(processes({ [PATH]: '' })).toEqual([]);
    expect(processes({ [PATH]: '# nothing\n' })).toEqual([]);
    expect(migrate({ [PATH]: 'version: "3"\n' }).edits.size).toBe(0);
  });
});

describe('facts', () => {
  it('tells role, queues, copies, place and the way there', () => {
    const files = {
      [PATH]:
        'services:\n  w:\n    command: rq worker a\n    deploy: {replicas: 3}\n  s:\n    build: app\n  p:\n    command: rq worker-pool\n    scale: 2\n',
      'app/Dockerfile': 'FROM python\nENTRYPOINT ["rqscheduler"]\nCMD ["-i", "5"]\n',
    };
    expect(processes(files)).toMatchObject([
      {
        id: `${PATH}#w`,
        role: 'worker',
        queues: ['a'],
        withScheduler: 'off',
        replicas: 3,
        via: [],
        where: { path: PATH, line: 2 },
      },
      { id: `${PATH}#s`, role: 'scheduler', queues: null, via: [{ path: 'app/Dockerfile', line: 2 }] },
      { id: `${PATH}#p`, role: 'worker-pool', replicas: 2, withScheduler: 'on' },
    ]);
  });

  it('gives a partial override the role of its base, wherever the base stands', () => {
    const base = 'services:\n  s:\n    image: a\n    command: rqscheduler\n  w: {image: a}\n';
    for (const path of ['docker-compose.prod.yml', 'deploy/docker-compose.yml']) {
      const found = processes({ [PATH]: base, [path]: 'services:\n  s:\n    restart: always\n' });
      expect(found.find((one) => one.id === `${path}#s`)).toMatchObject({
        role: 'scheduler',
        via: [{ path: PATH, line: 2 }],
      });
    }
  });

  it('leaves a service of the same name in an unrelated complete file alone', () => {
    const found = processes({
      [PATH]: 'services:\n  scheduler:\n    command: rqscheduler\n  w: {image: a}\n',
      'etl/docker-compose.yml':
        'services:\n  scheduler:\n    image: apache/airflow\n    command: scheduler\n',
    });
    expect(found.map((one) => one.role)).toEqual(['scheduler', 'other', 'other']);
  });

  it('takes the role of a base without a command from its override', () => {
    const found = processes({
      [PATH]: 'services:\n  s:\n    build: .\n  w: {image: a}\n',
      'docker-compose.dev.yml': 'services:\n  s:\n    command: rqscheduler\n',
    });
    expect(found.filter((one) => one.name === 's').map((one) => one.role)).toEqual([
      'scheduler',
      'scheduler',
    ]);
  });

  it('lists variables in every form, and the containers', () => {
    const text =
      'x-env: &e\n  A_A: 1\nservices:\n  a:\n    environment: [B=1, C]\n  b:\n    environment:\n      <<: *e\n      D: x\n';
    const facts = factsOf({ [PATH]: text });
    const variables = facts.flatMap((fact) =>
      fact.type === 'env-set' ? [[fact.name, fact.where.line]] : [],
    );
    expect(variables.sort()).toEqual([
      ['A_A', 2],
      ['B', 5],
      ['C', 5],
      ['D', 9],
    ]);
    expect(facts.find((fact) => fact.type === 'containers')).toEqual({
      type: 'containers',
      path: PATH,
      services: ['a', 'b'],
    });
  });
});

describe('what stands in the way', () => {
  const codes = (files: Files, decision?: Decision): string[] =>
    migrate(files, decision).findings.map((finding) => `${finding.code}:${finding.line ?? ''}`);

  it('an anchor used in a flow collection', () => {
    const text =
      'services:\n  s: &s\n    image: a\n    command: rqscheduler\n  w: {<<: *s, command: celery}\n  r: {image: b}\n';
    expect(codes({ [PATH]: text })).toEqual(['anchor-manual:5']);
    expect(migrate({ [PATH]: text }).files[PATH]).toBe(text);
  });

  it('a worker command shared with a service that must not get the flag', () => {
    const text =
      'x-w: &w\n  command: rq worker\nservices:\n  a:\n    <<: *w\n    image: a\n  b:\n    <<: *w\n    image: b\n';
    const decision = decisionOf(factsOf({ [PATH]: text }));
    expect(migrate({ [PATH]: text }, decision).findings).toEqual([]);
    const one = { ...decision, enableScheduler: new Set([`${PATH}#a`]) };
    expect(codes({ [PATH]: text }, one)).toEqual(['worker-flag-manual:4']);
    expect(migrate({ [PATH]: text }, one).files[PATH]).toBe(text);
  });

  it('a shared network namespace', () => {
    const text =
      'services:\n  s:\n    command: rqscheduler\n  w:\n    image: a\n    network_mode: service:s\n';
    expect(codes({ [PATH]: text })).toEqual(['scheduler-is-referenced:4']);
  });

  it('a container that starts a worker beside the scheduler', () => {
    expect(codes({ [PATH]: 'services:\n  s:\n    command: sh -c "rqscheduler & rq worker -s"\n' })).toEqual([
      'scheduler-also-runs:2',
    ]);
  });
});

describe('byte for byte', () => {
  it.each([
    [
      'an empty value at the end of a removed block does not take the next comment along',
      'services:\n  a:\n    image: x\n  s:\n    command: rqscheduler\n    volumes: [d:/d]\n# end\n\nvolumes:\n  d: # gone\n\n# nets\nnetworks:\n  n:\n',
      'services:\n  a:\n    image: x\n# end\n\n# nets\nnetworks:\n  n:\n',
    ],
    [
      'one separator remains, the one above',
      'services:\n  a:\n    image: x\n\n  s:\n    command: rqscheduler\n\n\n  b:\n    image: y\n',
      'services:\n  a:\n    image: x\n\n  b:\n    image: y\n',
    ],
    [
      'a list of names behind an alias',
      'x-d: &d\n  - redis\n  - s\nservices:\n  w:\n    image: x\n    depends_on: *d\n  s:\n    command: rqscheduler\n',
      'x-d: &d\n  - redis\nservices:\n  w:\n    image: x\n    depends_on: *d\n',
    ],
    [
      'an anchored list that loses everything stays as an empty one',
      'services:\n  w:\n    image: x\n    depends_on: &d   # all\n      - s\n  v:\n    image: x\n    depends_on: *d\n  s:\n    command: rqscheduler\n',
      'services:\n  w:\n    image: x\n    depends_on: &d []   # all\n  v:\n    image: x\n    depends_on: *d\n',
    ],
    [
      'anchored scalars, lists and maps move with their edits',
      'services:\n  s:\n    image: &i acme/app\n    build: &b\n      context: .\n    command: rqscheduler\n    environment: &e [A=1,\n      RQ_SCHEDULER_NAME=2]\n\n\n  "w":\n    image: *i\n    build: *b\n    environment: *e\n',
      'services:\n  "w":\n    image: &i acme/app\n    build: &b\n      context: .\n    environment: &e [A=1]\n',
    ],
    [
      'a flow list over several lines',
      'services:\n  w:\n    command: ["rq",\n              "worker",\n              "high"]\n  s: {command: rqscheduler}\n',
      'services:\n  w:\n    command: ["rq",\n              "worker",\n              "--with-scheduler",\n              "high"]\n',
    ],
    [
      'an escaped line break within a quoted command',
      'services:\n  w:\n    command: "rq worker \\\n      high"\n  s: {command: rqscheduler}\n',
      'services:\n  w:\n    command: "rq worker --with-scheduler \\\n      high"\n',
    ],
  ])('%s', (_, before, after) => {
    const result = migrate({ [PATH]: before });
    expect(result.findings).toEqual([]);
    expect(result.files[PATH]).toBe(after);
  });
});

describe('a decision that changes nothing', () => {
  it('gives no edits', () => {
    const text = 'services:\n  s:\n    command: rqscheduler\n    environment: [RQ_SCHEDULER_NAME=a]\n';
    const decision: Decision = {
      removeScheduler: false,
      keepDependency: false,
      replaceScheduler: null,
      enableScheduler: new Set(),
      enableInScripts: new Set<string>(),
      removeEnv: new Map(),
      minimumRq: null,
      addCroniter: false,
    };
    expect(migrate({ [PATH]: text }, decision)).toMatchObject({ files: { [PATH]: text }, findings: [] });
  });
});

describe('every edit', () => {
  it('says why', () => {
    const text =
      'services:\n  s: &s\n    image: a\n    command: rqscheduler\n    volumes: [v:/v]\n    networks: [n]\n    secrets: [k]\n    configs: [c]\n' +
      '  w:\n    <<: *s\n    volumes: []\n    networks: []\n    secrets: []\n    configs: []\n    command: rq worker\n    depends_on: [s]\n    links: [s]\n    environment: [RQ_SCHEDULER_NAME]\n' +
      'volumes: {v: , x: }\nnetworks:\n  n:\nsecrets:\n  k: {file: k}\nconfigs:\n  c: {file: c}\n';
    const edits = migrate({ [PATH]: text }).edits.get(PATH) ?? [];
    expect(new Set(edits.map((edit) => edit.why))).toEqual(
      new Set([
        'remove-scheduler-service',
        'move-anchor',
        'add-with-scheduler',
        'remove-depends-on',
        'remove-link',
        'remove-env',
        'remove-unused-volume',
        'remove-unused-network',
        'remove-unused-secret',
        'remove-unused-config',
      ]),
    );
  });
});

describe('confirm', () => {
  const text = utf8ToByteText(
    'services:\n  w:\n    command: rq worker\n    image: a\n  s:\n    command: rqscheduler\n  x:\n    image: b\n    depends_on: [s, w]\n',
  );
  const project = projectOf({ [PATH]: text });
  const decision = (): Decision => decisionOf(factsOf({ [PATH]: text }));
  const confirm = (after: string): string | null => {
    const doc = composeKind.parse({ path: PATH, text });
    return composeKind.confirm(doc, composeKind.parse({ path: PATH, text: after }), decision(), project);
  };
  const good = (): string => {
    const doc = composeKind.parse({ path: PATH, text });
    return applyEdits(text, composeKind.edits(doc, decision(), project).edits);
  };

  it('accepts the edits and nothing else', () => {
    expect(confirm(good())).toBeNull();
    expect(confirm(good().replace('image: b', 'image: c'))).toBe('services.x.image');
    expect(confirm(good().replace(' --with-scheduler', ''))).toBe('services.w: --with-scheduler');
    expect(confirm(good().replace('[w]', '[s, w]'))).toBe('services.x.depends_on');
    expect(confirm(`${good()}  s:\n    image: z\n`)).toBe('services.s');
    expect(confirm(good().replace('    image: a\n', ''))).toBe('services.w.image');
    expect(confirm(text)).not.toBeNull();
  });

  it('says which variables it reads, outside of the scheduler and of plain passing on', () => {
    const text = [
      'services:',
      '  web:',
      '    image: x',
      '    command: poll --every $RQ_SCHEDULER_INTERVAL',
      '    environment:',
      `      RQ_SCHEDULER_INTERVAL: "\${RQ_SCHEDULER_INTERVAL:-5}"`,
      `      OTHER: $$HOME # \${NONE}`,
      '  clock:',
      '    image: x',
      `    command: rqscheduler -i \${RQ_SCHEDULER_INTERVAL}`,
      '',
    ].join('\n');
    const reads = factsOf({ 'compose.yml': text }).filter((fact) => fact.type === 'env-read');
    expect(reads).toMatchObject([{ name: 'RQ_SCHEDULER_INTERVAL', where: { line: 4 } }]);
  });
});
