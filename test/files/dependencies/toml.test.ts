import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pipfile } from '../../../src/files/dependencies/toml/pipfile.js';
import { pyproject } from '../../../src/files/dependencies/toml/pyproject.js';
import { FileParseError } from '../../../src/files/types.js';
import { carryOut, decision, emptyView } from './decision.js';

function edited(text: string, over = {}, kind = pyproject) {
  const result = carryOut(kind, { path: 'pyproject.toml', text }, decision(over));
  expect(result.confirmed).toBeNull();
  return result;
}

const dependencies = (list: string) => `[project]\nname = "x"\ndependencies = ${list}\n`;

describe('pyproject: arrays', () => {
  it.each([
    ['["rq", "rq-scheduler"]', '["rq"]'],
    ['["rq-scheduler>=0.1", "rq"]', '["rq"]'],
    ['["a", "rq_scheduler", "b"]', '["a", "b"]'],
    ['["rq-scheduler"]', '[]'],
    ['[ "rq-scheduler", ]', '[  ]'],
    ['[\n  "rq",\n  "rq-scheduler",\n]', '[\n  "rq",\n]'],
    ['[\n  "rq",\n  "rq-scheduler"\n]', '[\n  "rq"\n]'],
    ['[\n  "rq", # q\n  "rq-scheduler" # s\n]', '[\n  "rq" # q\n]'],
    ['[\n  "rq"\n  , "rq-scheduler"\n  , "b"\n]', '[\n  "rq"\n  , "b"\n]'],
    ['[\n  # rq-scheduler polls\n  "rq-scheduler",\n  # queue\n  "rq",\n]', '[\n  # queue\n  "rq",\n]'],
    ['[\n  # rq and rq-scheduler\n  "rq-scheduler",\n  "rq",\n]', '[\n  # rq and rq-scheduler\n  "rq",\n]'],
    ['["a", # why\n "rq-scheduler"]', '["a" # why\n ]'],
    ['["rq-scheduler; python_version<\'3\'", "rq-scheduler", "b"]', '["b"]'],
    ["[\r\n\t'rq-scheduler[x] @ git+https://h/r.git',\r\n\t'rq',\r\n]", "[\r\n\t'rq',\r\n]"],
    ['["django-rq-scheduler", "rq-scheduler-x"]', '["django-rq-scheduler", "rq-scheduler-x"]'],
  ])('%j', (before, after) => {
    expect(edited(dependencies(before)).text).toBe(dependencies(after));
  });

  it.each([
    '[project.optional-dependencies]\njobs = ["X"]\n',
    '[dependency-groups]\njobs = [{include-group = "y"}, "X"]\ny = []\n',
    '[tool.uv]\ndev-dependencies = ["X"]\n',
    '[tool.pdm.dev-dependencies]\nd = ["X"]\n',
    '[tool.hatch.envs.default]\ndependencies = ["X"]\n',
    '[tool]\nhatch.envs.a = { extra-dependencies = ["X"] }\n',
  ])('finds the array in %j', (template) => {
    const { text } = edited(template.replace('X', 'rq-scheduler'));
    expect(text).not.toContain('rq-scheduler');
    expect(edited(template.replace('X', 'redis')).edits).toEqual([]);
  });

  it('leaves strings elsewhere alone', () => {
    const text =
      '[project]\nkeywords = ["rq-scheduler"]\ndescription = "rq-scheduler"\n[tool.x]\nrq-scheduler = 1\n';
    expect(edited(text).edits).toEqual([]);
  });
});

describe('pyproject: tables', () => {
  it.each([
    ['rq = "^1.15"\nrq-scheduler = "^0.13"\nredis = "*"\n', 'rq = "^1.15"\nredis = "*"\n'],
    ['rq_scheduler = {version = "^0.13", optional = true} # s\nrq = "*"\n', 'rq = "*"\n'],
    ['rq-scheduler = [\n  {version = "1", python = "3"},\n  {version = "2"},\n]\nrq = "*"\n', 'rq = "*"\n'],
    ['rq-scheduler.version = "1"\nrq-scheduler.optional = true\nrq = "*"\n', 'rq = "*"\n'],
    ['rq = "*"\r\n# rq-scheduler: jobs\r\nrq-scheduler = "1"', 'rq = "*"'],
  ])('%j', (before, after) => {
    const head = '[tool.poetry.group.main.dependencies]\n';
    expect(edited(head + before).text).toBe(head + after);
  });

  it('removes a table of its own with its blank line', () => {
    const a = '[tool.poetry.dependencies]\nrq = "*"\n\n';
    const b = '[tool.poetry.dependencies.rq-scheduler]\nversion = "1"\n\n';
    const c = '[tool.black]\nline-length = 9\n';
    expect(edited(a + b + c).text).toBe(a + c);
    expect(edited(a + b.trimEnd()).text).toBe(a.trimEnd());
  });

  it('removes members of inline tables, uv sources and Poetry extras', () => {
    expect(edited('[tool.poetry]\ndependencies = { rq = "1", rq-scheduler = "2" }\n').text).toBe(
      '[tool.poetry]\ndependencies = { rq = "1" }\n',
    );
    expect(
      edited('[tool.uv.sources]\nrq-scheduler = { git = "https://h/r" }\nb = { path = "b" }\n').text,
    ).toBe('[tool.uv.sources]\nb = { path = "b" }\n');
    expect(edited('[tool.poetry.extras]\njobs = ["rq", "rq-scheduler"]\n').text).toBe(
      '[tool.poetry.extras]\njobs = ["rq"]\n',
    );
  });

  it('reads the Pipfile', () => {
    const text =
      '[[source]]\nurl = "u"\n\n[packages]\nrq = "==1.10"\nrq-scheduler = "*"\n\n[requires]\npython_version = "3"\n';
    expect(edited(text, { minimumRq: '1.16', addCroniter: true }, pipfile).text).toBe(
      '[[source]]\nurl = "u"\n\n[packages]\nrq = "==1.16"\ncroniter = "*"\n\n[requires]\npython_version = "3"\n',
    );
  });
});

describe('pyproject: rq and croniter', () => {
  it.each([
    ['["rq>=1.10,<2", "b"]', '["rq>=1.16,<2", "croniter", "b"]'],
    ['["rq", "rq-scheduler"]', '["rq", "croniter"]'],
    ["['rq-scheduler']", "['croniter']"],
    ['[\n  "rq",\n  "rq-scheduler"\n]', '[\n  "rq",\n  "croniter",\n]'],
    ['[\n  "rq-scheduler",\n  "rq" # q\n]', '[\n  "rq", # q\n  "croniter"\n]'],
    ['[\n  "rq",\n  "Croniter>1",\n]', '[\n  "rq",\n  "Croniter>1",\n]'],
  ])('%j', (before, after) => {
    expect(edited(dependencies(before), { minimumRq: '1.16', addCroniter: true }).text).toBe(
      dependencies(after),
    );
  });

  it('understands Poetry constraints', () => {
    const head = '[tool.poetry.dependencies]\n';
    const { text } = edited(`${head}rq = {version = "^1.10", extras = ["x"]}\n`, {
      minimumRq: '1.16',
      addCroniter: true,
    });
    expect(text).toBe(`${head}rq = {version = "^1.16", extras = ["x"]}\ncroniter = "*"\n`);
    expect(edited(`${head}rq = "1.10"\n`, { minimumRq: '1.16' }).text).toBe(`${head}rq = "1.16"\n`);
    expect(edited(`${head}rq = "^1.10"\n`, { minimumRq: '2.5' }).codes).toEqual(['rq-below-two']);
  });
});

describe('pyproject: findings and facts', () => {
  it('names the lock files that apply, in the workspace root too', () => {
    const view = {
      get: () => undefined,
      paths: ['api/pyproject.toml', 'uv.lock', 'api/poetry.lock', 'web/pdm.lock'],
    };
    const file = { path: 'api/pyproject.toml', text: dependencies('["rq-scheduler"]') };
    const { findings } = carryOut(pyproject, file, decision(), view);
    expect(findings.map((f) => [f.path, f.args])).toEqual([
      ['uv.lock', { command: 'uv lock', directory: '' }],
      ['api/poetry.lock', { command: 'poetry lock', directory: 'api' }],
    ]);
  });

  it('gives names, specifiers and lines', () => {
    const text =
      '\xef\xbb\xbf[project]\r\ndependencies = [\r\n "RQ==1.15.1",\r\n]\r\n[tool.poetry.dependencies]\r\nflask-rq2 = "^18"\r\n[tool.uv.sources]\r\nz = { path = "z" }\r\n';
    const facts = pyproject.facts(pyproject.parse({ path: 'p', text }), emptyView);
    expect(facts.map((f) => (f.type === 'dependency' ? [f.name, f.specifier, f.where.line] : 0))).toEqual([
      ['rq', '==1.15.1', 3],
      ['flask-rq2', '^18', 6],
    ]);
  });

  it('says where a file is broken', () => {
    const parse = () => pyproject.parse({ path: 'pyproject.toml', text: 'a = 1\nb = = 2\n' });
    expect(parse).toThrow(FileParseError);
    expect(parse).toThrow(expect.objectContaining({ line: 2 }));
  });
});

describe('pyproject: properties', () => {
  const member = fc.constantFrom(
    '"redis>=4"',
    '\'flask[async] ; python_version > "3"\'',
    '"rq-dashboard"',
    '"b" # \xb6\xa8\xca\xb1',
  );
  const before = fc.array(member, { maxLength: 3 });
  const after = fc.array(member, { minLength: 1, maxLength: 3 });
  it('removes one line of an array and not one byte more; twice is once', () => {
    fc.assert(
      fc.property(
        before,
        after,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        (a, b, newline, bom, ended) => {
          const row = (m: string) => `    ${m.replace(/^("[^"]*"|'[^']*')/, '$1,')}`;
          const file = (members: string[]) =>
            (bom ? '\xef\xbb\xbf' : '') +
            ['# \xb6\xa8\xca\xb1', '[project]', 'dependencies = [', ...members.map(row), ']', 'x = 1'].join(
              newline,
            ) +
            (ended ? newline : '');
          const target = '"RQ_Scheduler==0.13.1" # s';
          expect(edited(file([...a, target, ...b])).text).toBe(file([...a, ...b]));
          expect(edited(file([...a, ...b])).edits).toEqual([]);
        },
      ),
    );
  });

  it('leaves a valid list with the same other members, however it is laid out', () => {
    const gap = fc.constantFrom('', ' ', '\n  ', '\r\n\t', ' # c\n');
    const name = fc.constantFrom('"a"', '"rq-scheduler"', '"rq-scheduler>1"', '"rq"');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(gap, name, gap), { minLength: 1, maxLength: 5 }),
        gap,
        fc.boolean(),
        (rows, end, last) => {
          const list = rows.map(([x, n, y]) => x + n + y).join(',');
          const text = dependencies(`[${list}${last ? ',' : ''}${end}]`);
          const result = edited(text);
          const names = pyproject.parse({ path: 'p', text: result.text }).items.map((i) => i.name);
          expect(names).toEqual(rows.map(([, n]) => n.slice(1, -1)).filter((n) => !n.startsWith('rq-s')));
          expect(edited(result.text).edits).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
  });
});
