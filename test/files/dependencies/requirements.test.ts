import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requirements } from '../../../src/files/dependencies/requirements/requirements.js';
import { carryOut, decision, emptyView } from './decision.js';

function edited(text: string, over = {}, path = 'requirements.txt') {
  const result = carryOut(requirements, { path, text }, decision(over));
  expect(result.confirmed).toBeNull();
  return result;
}

describe('requirements: match', () => {
  it.each([
    ['requirements.txt', true],
    ['requirements-dev.txt', true],
    ['dev-requirements.in', true],
    ['backend/requirements/base.txt', true],
    ['constraints.txt', true],
    ['reqs.txt', true],
    ['requirements-dev.lock', true],
    ['notes.txt', false],
    ['requirements.md', false],
    ['requirements/readme.rst', false],
  ])('%s: %s', (path, expected) => {
    expect(requirements.match(path)).toBe(expected);
  });
});

describe('requirements: facts', () => {
  it('names each requirement with its specifier and line', () => {
    const text = [
      '-r base.txt',
      '# rq==9',
      'RQ_Scheduler[x] == 0.13.1 ; python_version > "3"',
      'rq>=1.10,<2  # queue',
      'a @ https://x/a-1.0.tar.gz',
      '-e git+https://github.com/o/thing.git@v1#egg=Thing',
      'git+https://github.com/rq/rq-scheduler.git@v0.13.1',
      './wheels/rq_scheduler-0.13.1-py2.py3-none-any.whl',
    ].join('\n');
    const facts = requirements.facts(requirements.parse({ path: 'requirements.txt', text }), emptyView);
    expect(facts.map((f) => (f.type === 'dependency' ? [f.name, f.specifier, f.where.line] : null))).toEqual([
      ['rq-scheduler', '== 0.13.1', 3],
      ['rq', '>=1.10,<2', 4],
      ['a', '', 5],
      ['thing', '', 6],
      ['rq-scheduler', '', 7],
      ['rq-scheduler', '', 8],
    ]);
  });
});

describe('requirements: removal', () => {
  it.each([
    ['plain', 'rq==1\nrq-scheduler==0.13.1\nredis\n', 'rq==1\nredis\n'],
    ['other spelling', 'RQ_Scheduler>=0.10\nrq\n', 'rq\n'],
    ['CRLF', 'rq\r\nrq-scheduler\r\nredis\r\n', 'rq\r\nredis\r\n'],
    ['CR', 'rq\rrq-scheduler\rredis\r', 'rq\rredis\r'],
    ['BOM', '\xef\xbb\xbfrq-scheduler\nrq\n', '\xef\xbb\xbfrq\n'],
    ['no last newline', 'rq\nrq-scheduler', 'rq'],
    ['no last newline, CRLF', 'rq\r\nrq-scheduler==1 # x', 'rq'],
    ['alone', 'rq-scheduler', ''],
    [
      'hashes',
      'rq-scheduler==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nrq==1 \\\n    --hash=sha256:cc\n',
      'rq==1 \\\n    --hash=sha256:cc\n',
    ],
    ['direct URL with hash', 'rq-scheduler @ https://h/x.whl \\\n  --hash=sha256:aa\nrq\n', 'rq\n'],
    ['VCS', 'rq\n-e git+https://h/fork.git#egg=rq_scheduler\n', 'rq\n'],
    ['own comment', 'rq\n# rq-scheduler: polls every 5 minutes\nrq-scheduler\n', 'rq\n'],
    ['shared comment', '# rq and rq-scheduler\nrq-scheduler\nrq\n', '# rq and rq-scheduler\nrq\n'],
    ['distant comment', '# rq-scheduler\n\nrq-scheduler\nrq\n', '# rq-scheduler\n\nrq\n'],
    [
      'GBK comment',
      '# \xb6\xa8\xca\xb1\\\nrq-scheduler # \xc8\xce\xce\xf1\nrq\n',
      '# \xb6\xa8\xca\xb1\\\nrq\n',
    ],
    [
      'look-alikes',
      'django-rq-scheduler\nrq-scheduler-x\nrq-dashboard\n',
      'django-rq-scheduler\nrq-scheduler-x\nrq-dashboard\n',
    ],
    ['in a comment only', '# rq-scheduler==1\nrq\n', '# rq-scheduler==1\nrq\n'],
  ])('%s', (_, before, after) => {
    expect(edited(before).text).toBe(after);
  });

  it('keeps it while the scheduler stays', () => {
    expect(edited('rq\nrq-scheduler\n', { removeScheduler: false }).edits).toEqual([]);
  });
});

describe('requirements: compiled files', () => {
  const compiled = `croniter==1.3.5
    # via rq-scheduler
crontab==1.0.1
    # via rq-scheduler
freezegun==1.2.2
    # via rq-scheduler
python-dateutil==2.8.2
    # via
    #   croniter
    #   freezegun
    #   pandas
redis==4.6.0
    # via
    #   -r requirements.in
    #   rq
rq==1.15.1
    # via
    #   -r requirements.in
    #   rq-scheduler
rq-scheduler==0.13.1
    # via -r requirements.in
six==1.16.0
    # via python-dateutil
`;
  it('drops mentions, and pins that nothing else wants', () => {
    const { text, codes } = edited(compiled);
    expect(text).toBe(`python-dateutil==2.8.2
    # via pandas
redis==4.6.0
    # via
    #   -r requirements.in
    #   rq
rq==1.15.1
    # via -r requirements.in
six==1.16.0
    # via python-dateutil
`);
    expect(codes).toEqual(['lock-file-regenerate']);
  });

  it('keeps croniter when the decision wants it', () => {
    const { text } = edited(compiled, { addCroniter: true });
    expect(text).toMatch(
      /^croniter==1\.3\.5\npython-dateutil==2\.8\.2\n {4}# via\n {4}# {3}croniter\n {4}# {3}pandas\n/,
    );
  });

  it('follows inline annotations down to what orphans brought in', () => {
    const text =
      'a==1  # via b, rq-scheduler\nb==1\nfreezegun==1  # via rq-scheduler\npython-dateutil==2 # via freezegun\nrq-scheduler==1';
    expect(edited(text).text).toBe('a==1  # via b\nb==1');
  });

  it('keeps rq although only rq-scheduler brought it in', () => {
    expect(edited('rq==1\n    # via rq-scheduler\nrq-scheduler==1').text).toBe('rq==1');
  });

  it('names the command that compiles a hashed file anew, instead of raising rq in it', () => {
    const view = { get: () => undefined, paths: ['api/requirements.in', 'api/requirements.txt'] };
    const text = 'rq==1.10 \\\n    --hash=sha256:cc\n';
    const file = { path: 'api/requirements.txt', text };
    const result = carryOut(requirements, file, decision({ minimumRq: '1.16' }), view);
    expect(result.edits).toEqual([]);
    expect(result.findings).toMatchObject([
      {
        code: 'lock-file-regenerate',
        args: { command: 'pip-compile --generate-hashes requirements.in', directory: 'api' },
      },
    ]);
  });
});

describe('requirements: making a file anew', () => {
  const by = (command: string) =>
    `# by the following command:\n#\n#    ${command}\n#\nrq-scheduler==0.13.1\n`;
  const found = (path: string, text: string, over = {}) =>
    carryOut(requirements, { path, text }, decision(over)).findings;

  it.each([
    ['reqs/base.txt', 'pip-compile --output-file=reqs/base.txt reqs/base.in', ''],
    ['reqs/base.txt', 'uv pip compile base.in -o base.txt', 'reqs'],
  ])('%s: %s', (path, command, directory) => {
    expect(found(path, by(command))).toMatchObject([
      { code: 'lock-file-regenerate', args: { command, directory } },
    ]);
  });

  it('is not asked for where hashed lines only go', () => {
    const text = `rq==1.16.2 --hash=sha256:aa\nrq-scheduler==0.13.1 --hash=sha256:bb\n`;
    expect(found('requirements.txt', text)).toEqual([]);
    expect(found('requirements.txt', text, { addCroniter: true })).toHaveLength(1);
  });
});

describe('requirements: rq and croniter', () => {
  it('raises rq where it stands', () => {
    const { text, edits } = edited('rq [x] >=1.10 , <2 ; python_version>"3" # q\n', { minimumRq: '1.16' });
    expect(text).toBe('rq [x] >=1.16 , <2 ; python_version>"3" # q\n');
    expect(edits.map((e) => e.why)).toEqual(['raise-rq']);
  });

  it('never crosses 2.0', () => {
    const { text, findings } = edited('rq==1.10\n', { minimumRq: '2.5' });
    expect(text).toBe('rq==1.10\n');
    expect(findings).toMatchObject([{ code: 'rq-below-two', severity: 'error', line: 1 }]);
  });

  it.each([
    ['rq==1\nredis\n', 'rq==1\ncroniter\nredis\n'],
    ['redis\r\nrq==1', 'redis\r\nrq==1\r\ncroniter'],
    ['rq\nrq-scheduler', 'rq\ncroniter'],
    ['rq-scheduler', 'croniter'],
    ['a\nrq-scheduler\nb\n', 'a\ncroniter\nb\n'],
    ['rq\nCroniter==1\n', 'rq\nCroniter==1\n'],
    ['redis\n', 'redis\n'],
  ])('adds croniter beside rq: %j', (before, after) => {
    expect(edited(before, { addCroniter: true }).text).toBe(after);
  });

  it('adds nothing to constraints', () => {
    expect(edited('rq==1\n', { addCroniter: true }, 'constraints.txt').edits).toEqual([]);
  });

  it('points at pins that only rq-scheduler needed', () => {
    const { findings } = edited('crontab==1\nfreezegun==1\nrq-scheduler\n');
    expect(findings.map((f) => [f.code, f.line])).toEqual([
      ['maybe-unneeded-dependency', 1],
      ['maybe-unneeded-dependency', 2],
    ]);
  });
});

describe('requirements: properties', () => {
  const line = fc.constantFrom(
    'redis==4.6.0',
    'Flask[async]>=2 # web',
    '# \xe5\xae\x9a\xe6\x97\xb6',
    '# \xb6\xa8\xca\xb1\x5c',
    '',
    '   ',
    '-r base.txt',
    'a==1 \\\n    --hash=sha256:aa',
    'b==2\n    # via\n    #   a\n    #   c',
    '-e git+https://h/o/r.git#egg=Thing',
    'rq-dashboard==0.6',
  );
  const target = fc.constantFrom(
    'rq-scheduler==0.13.1',
    'RQ.Scheduler ; x',
    'rq_scheduler==1 \\\n    --hash=sha256:a\n    # via -r x.in',
  );
  it('removes the target and not one byte more; twice is once', () => {
    fc.assert(
      fc.property(
        fc.array(line),
        target,
        fc.array(line, { minLength: 1 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.boolean(),
        (above, wanted, below, newline, bom, ended) => {
          const join = (parts: string[]) =>
            (bom ? '\xef\xbb\xbf' : '') + parts.join('\n').replaceAll('\n', newline) + (ended ? newline : '');
          const text = join([...above, wanted, ...below]);
          const expected = join([...above, ...below]);
          expect(edited(text).text).toBe(expected);
          expect(edited(expected).edits).toEqual([]);
        },
      ),
    );
  });
});
