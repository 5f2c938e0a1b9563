import { beforeAll, describe, expect, it } from 'vitest';
import { dependencyKinds } from '../../../src/files/dependencies/index.js';
import { conda } from '../../../src/files/dependencies/listed/conda.js';
import { setupCfg } from '../../../src/files/dependencies/listed/setup-cfg.js';
import { setupPy } from '../../../src/files/dependencies/setup-py.js';
import { loadPython } from '../pysource/load.js';
import { carryOut, decision, emptyView } from './decision.js';

beforeAll(loadPython);

function edited(kind: typeof conda, text: string, over = {}) {
  const result = carryOut(kind, { path: 'f', text }, decision(over));
  expect(result.confirmed).toBeNull();
  return result.text;
}
const all = { minimumRq: '1.16', addCroniter: true };

describe('setup.cfg', () => {
  it('edits install_requires and extras, and nothing else', () => {
    const before =
      '[metadata]\r\nkeywords =\r\n    rq-scheduler\r\n\r\n[options]\r\ninstall_requires =\r\n    rq>=1.10\r\n    # rq-scheduler: cron\r\n    RQ_Scheduler\r\n    redis\r\n\r\n[options.extras_require]\r\njobs =\r\n    rq-scheduler==0.13 ; python_version > "3"\r\n';
    expect(edited(setupCfg, before, all)).toBe(
      '[metadata]\r\nkeywords =\r\n    rq-scheduler\r\n\r\n[options]\r\ninstall_requires =\r\n    rq>=1.16\r\n    croniter\r\n    redis\r\n\r\n[options.extras_require]\r\njobs =\r\n',
    );
  });
});

describe('conda environment', () => {
  const head = 'name: x\nchannels:\n  - rq-scheduler\ndependencies:\n';
  it.each([
    ['  - rq\n  - rq-scheduler=0.13\n', '  - rq\n  - croniter\n'],
    ['  - conda-forge::rq-scheduler >=0.1\n  - python=3.11\n', '  - python=3.11\n'],
    ['- pip:\n  - "rq==1.10"\n  - "rq-scheduler==0.13.1" # s\n', '- pip:\n  - "rq==1.16"\n  - "croniter"\n'],
    ['  - redis\n  - pip:\n    - rq-scheduler', '  - redis'],
    ['  - pip:\n    - a\n    - rq-scheduler\n  - b\n', '  - pip:\n    - a\n  - b\n'],
  ])('%j', (before, after) => {
    expect(edited(conda, head + before, all)).toBe(head + after);
  });
});

describe('setup.py', () => {
  it.each([
    ['setup(install_requires=[\n    "rq>=1",\n    "rq-scheduler==0.13",  # cron\n    "redis",\n])\n'],
    ["deps = [\r\n  'rq>=1',\r\n  'RQ_scheduler',\r\n]\r\nsetup(install_requires=deps)"],
    ['setup(install_requires=("rq>=1",\n  "rq-scheduler",\n  "redis"))\n'],
  ])('loses a member that has a line of its own: %j', (text) => {
    const [line = ''] = /^[^\n]*rq[-_]scheduler[^\n]*\n/im.exec(text) ?? [];
    const result = carryOut(setupPy, { path: 'setup.py', text }, decision());
    expect(result).toMatchObject({ text: text.replace(line, ''), codes: [], confirmed: null });
  });

  it.each([
    ['setup(install_requires=("rq-scheduler",\n  "rq"))\n'],
    ['setup(install_requires="rq-scheduler")\n'],
    ['setup(extras_require={\n"jobs": "rq-scheduler",\n})\n'],
    ['setup(install_requires=["a"\n"rq-scheduler",\n])\n'],
  ])('is left alone where that is not safe: %j', (text) => {
    expect(carryOut(setupPy, { path: 'setup.py', text }, decision()).edits).toEqual([]);
  });

  it('has its rq raised in place', () => {
    const text = "setup(install_requires=['rq==0.13.0', 'redis'])\n";
    const result = carryOut(setupPy, { path: 'setup.py', text }, decision({ minimumRq: '1.2' }));
    expect(result).toMatchObject({ text: text.replace('0.13.0', '1.2'), codes: [], confirmed: null });
  });

  it('is read, reported and left alone in a line with other things', () => {
    const text = 'setup(\n  install_requires=["rq>=1",\n    "rq-scheduler==0.13"],\n)  # rq\n';
    const doc = setupPy.parse({ path: 'setup.py', text });
    expect(setupPy.facts(doc, emptyView)).toMatchObject([
      { name: 'rq', specifier: '>=1', where: { line: 2 } },
      { name: 'rq-scheduler', specifier: '==0.13', where: { line: 3 } },
    ]);
    expect(setupPy.edits(doc, decision(), emptyView)).toMatchObject({
      edits: [],
      findings: [{ code: 'edit-by-hand', line: 3 }],
    });
  });
});

describe('dependencyKinds', () => {
  it.each([
    ['requirements/base.txt', 'requirements'],
    ['a/pyproject.toml', 'pyproject'],
    ['Pipfile', 'pipfile'],
    ['setup.cfg', 'setup-cfg'],
    ['environment.yml', 'conda'],
    ['environment-dev.yaml', 'conda'],
    ['setup.py', 'setup-py'],
    ['poetry.lock', 'lock'],
    ['docker-compose.yml', undefined],
  ])('%s is %s', (path, id) => {
    expect(dependencyKinds.find((kind) => kind.match(path))?.id).toBe(id);
  });
});
