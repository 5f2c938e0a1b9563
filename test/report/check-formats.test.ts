import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGithub, escapeData, escapeProperty } from '../../src/report/check-github.js';
import { checkJson } from '../../src/report/check-json.js';
import { checkJunit } from '../../src/report/check-junit.js';
import type { CheckReport } from '../../src/report/check-report.js';
import { checkSummary } from '../../src/report/check-summary.js';
import type { Paint } from '../../src/report/paint.js';
import type { Check } from '../../src/verify/observations.js';

const same = (text: string) => text;
const PLAIN: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

function report(checks: readonly Check[], failOn: CheckReport['failOn'] = 'fail'): CheckReport {
  return {
    checks,
    failOn,
    redis: 'redis://:***@h:1/0',
    root: 'back',
    startedAt: 1_795_500_000.5,
    seconds: 2.25,
  };
}

const check = (status: Check['status'], more: Partial<Check> = {}): Check => ({
  code: 'not-overdue',
  status,
  where: 'default',
  args: { count: 3, late: 9 },
  ...more,
});

/** Names, ids and values as anybody may have chosen them. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('a::b%0A', 'x\r\n::error::y', ']]>', '##[error]', '|`<b>@me'),
);
const anyCheck = fc.record(
  {
    code: fc.constantFrom('not-overdue', 'jobs-present', 'scheduler-beats', 'canary-ran'),
    status: fc.constantFrom('pass', 'warn', 'fail', 'skip'),
    where: fc.option(text),
    args: fc.dictionary(
      fc.constantFrom('count', 'examples', 'outcome', 'started', 'enqueued'),
      fc.oneof(text, fc.double()),
    ),
    jobId: text,
    path: text,
    line: fc.nat(),
  },
  { requiredKeys: ['code', 'status', 'where', 'args'] },
) as fc.Arbitrary<Check>;
const anyReports = fc.array(anyCheck, { maxLength: 30 });

/** What Python's parser finds in the documents, one a line. */
function parsed(xml: readonly string[]): { suite: Record<string, string>; cases: [string, string][] }[] {
  const program = `
import json, sys
import xml.etree.ElementTree as tree
out = []
for xml in json.load(sys.stdin):
    suite = tree.fromstring(xml.encode()).find('testsuite')
    cases = [[c.get('name'), '+'.join(e.tag for e in c) or 'passed'] for c in suite.iter('testcase')]
    out.append({'suite': dict(suite.attrib), 'cases': cases})
print(json.dumps(out))
`;
  return JSON.parse(
    execFileSync('python3', ['-c', program], { input: JSON.stringify(xml), encoding: 'utf8' }),
  );
}

describe('junit', () => {
  it('has one case a check, of a name that stays the same, and counts that agree', () => {
    const checks = [
      check('pass', { where: null }),
      check('warn'),
      check('fail'),
      check('fail', { jobId: 'one' }),
      check('skip', { path: 'a/compose.yml', line: 3 }),
    ];
    const [lenient, strict] = parsed([checkJunit(report(checks)), checkJunit(report(checks, 'warn'))]);
    expect(lenient?.cases).toEqual([
      ['not-overdue', 'passed'],
      ['not-overdue: default', 'passed'],
      ['not-overdue: default (2)', 'failure'],
      ['not-overdue: default one', 'failure'],
      ['not-overdue: default a/compose.yml', 'skipped'],
    ]);
    expect(lenient?.suite).toMatchObject({
      tests: '5',
      failures: '2',
      skipped: '1',
      errors: '0',
      time: '2.250',
    });
    expect(strict?.suite).toMatchObject({ failures: '3' });
  });

  it('is well-formed XML whatever the names are', () => {
    const samples = fc.sample(anyReports, 200);
    const documents = parsed(samples.map((checks) => checkJunit(report(checks))));
    documents.forEach(({ cases, suite }, i) => {
      expect(cases).toHaveLength(samples[i]?.length ?? -1);
      expect(suite.failures).toBe(String(cases.filter(([, result]) => result === 'failure').length));
      expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
    });
  });
});

describe('github', () => {
  const commands = (output: string) => output.split('\n').filter((line) => line.startsWith('::'));
  const kinds = (output: string) => commands(output).map((line) => line.slice(2).split(/[ :]/)[0]);

  it('annotates the place in a file, escaped as the runner reads it', () => {
    const output = checkGithub(report([check('fail', { path: 'a,b:c%.yml', line: 7, where: 'q' })]), PLAIN);
    expect(output).toMatch(
      /^::error file=back\/a%2Cb%3Ac%25\.yml,line=7,title=migrate-scheduler not-overdue%3A q::/m,
    );
    expect(escapeData('100%\r\n::x')).toBe('100%25%0D%0A::x');
    expect(escapeProperty('a:b,c')).toBe('a%3Ab%2Cc');
  });

  it('keeps to the ten annotations of a kind that GitHub shows', () => {
    const many = (status: Check['status'], n: number) => Array.from({ length: n }, () => check(status));
    const counts = (output: string) => [
      kinds(output).filter((kind) => kind === 'error').length,
      kinds(output).filter((kind) => kind === 'warning').length,
    ];
    expect(
      counts(checkGithub(report([...many('fail', 10), ...many('warn', 25), ...many('pass', 30)]), PLAIN)),
    ).toEqual([10, 10]);
    expect(counts(checkGithub(report([...many('fail', 11), ...many('warn', 1)], 'warn'), PLAIN))).toEqual([
      10, 0,
    ]);
  });

  it('gives no command that it does not mean, whatever the names are', () => {
    fc.assert(
      fc.property(anyReports, (checks) => {
        const output = checkGithub(report(checks), PLAIN);
        expect(
          kinds(output).filter((kind) => !['group', 'endgroup', 'error', 'warning'].includes(kind ?? '')),
        ).toEqual([]);
        expect(
          kinds(output).filter((kind) => kind === 'error' || kind === 'warning').length,
        ).toBeLessThanOrEqual(20);
        for (const line of output.split(/\r|\n/)) {
          if (!line.startsWith('::'))
            expect([line.trimStart().startsWith('::'), line.includes('##[')]).toEqual([false, false]);
        }
      }),
    );
  });

  it('has a summary with one row a check, what fails first, and nothing that breaks the table', () => {
    fc.assert(
      fc.property(anyReports, (checks) => {
        const rows =
          checkSummary(report(checks))
            .split('\n### ')[0]
            ?.split('\n')
            .filter((line) => line.startsWith('| '))
            .slice(1) ?? [];
        expect(rows).toHaveLength(checks.length);
        for (const row of rows) expect([row.split('|').length, /<(?!br>)|@/.test(row)]).toEqual([6, false]);
      }),
    );
    const summary = checkSummary(report([check('pass'), check('fail', { code: 'jobs-present' })]));
    expect(summary.indexOf('jobs-present')).toBeLessThan(summary.indexOf('not-overdue'));
  });
});

describe('json', () => {
  it('is what --fail-on makes of it', () => {
    const ok = (failOn: CheckReport['failOn']) => JSON.parse(checkJson(report([check('warn')], failOn))).ok;
    expect([ok('fail'), ok('warn')]).toEqual([true, false]);
  });
});
