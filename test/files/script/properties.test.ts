import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { dockerInstructions } from '../../../src/files/command/dockerfile-lines.js';
import { applyEdits } from '../../../src/files/edit.js';
import type { Edit } from '../../../src/plan/types.js';
import { prepareKinds } from '../../../src/run/file-kinds.js';
import { migrateAll } from './project.js';

beforeAll(prepareKinds);

const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const ALLOW = ['scheduler-still-started', 'scheduler-also-runs', 'rq-not-listed'];
const REQUIREMENTS = { 'requirements.txt': 'rq==1.15.1\nrq-scheduler==0.13.1\n' };

/** The edits that undo others: what was there goes back to where it stood. */
function inverse(text: string, edits: readonly Edit[]): Edit[] {
  let shift = 0;
  // Neighbours are one: two insertions at one place have no order.
  const whole: Edit[] = [];
  for (const edit of edits) {
    const last = whole.at(-1);
    if (last?.end !== edit.start) whole.push(edit);
    else whole[whole.length - 1] = { ...last, end: edit.end, text: last.text + edit.text };
  }
  return whole.map((edit) => {
    const start = edit.start + shift;
    shift += edit.text.length - (edit.end - edit.start);
    return { start, end: start + edit.text.length, text: text.slice(edit.start, edit.end), why: 'undo' };
  });
}

/** What holds for every edited file: the result, once and for all, and back again. */
function migrated(path: string, text: string) {
  const once = migrateAll({ ...REQUIREMENTS, [path]: text }, { allow: ALLOW });
  expect(once.findings.filter(({ code }) => code === 'edit-not-confirmed')).toEqual([]);
  const change = once.changes.find((one) => one.path === path);
  const after = once.files[path];
  if (after !== undefined && change !== undefined) {
    expect(applyEdits(after, inverse(text, change.edits))).toBe(text);
    const twice = migrateAll({ 'requirements.txt': 'rq==1.15.1\n', [path]: after }, { allow: ALLOW });
    expect(twice.changes).toEqual([]);
    expect(after.replaceAll('\r\n', '').includes('\r')).toBe(false);
    if (text.includes('\r\n')) expect(after.replaceAll('\r\n', '').includes('\n')).toBe(false);
  }
  return { ...once, after };
}

/** Lines of shell, without indentation of their own. */
type Lines = readonly string[];

const number = fc.integer({ min: 0, max: 99 });
const command: fc.Arbitrary<Lines> = fc.oneof(
  { weight: 3, arbitrary: number.map((n) => [`app ${n} "a b" # keep ${n}`]) },
  { weight: 2, arbitrary: number.map((n) => [`# note ${n}`, `echo ${n}`]) },
  fc.constantFrom(
    ['cd /srv'],
    ['rq worker high'],
    ["sh -c 'rq worker low'"],
    ['exec "$@"'],
    ['pip install x rq-scheduler'],
  ),
  {
    weight: 4,
    arbitrary: fc.constantFrom<Lines>(
      ['rqscheduler &'],
      ['exec rqscheduler -i 5'],
      ['# polls the schedule', 'nohup rqscheduler \\', '  -i 5 &'],
      ['python seed.py && rqscheduler'],
      ['[ "$ROLE" = poll ] && exec rqscheduler'],
      ['start_clock'],
      ['rqscheduler & app 7'],
    ),
  },
);

const indent = (lines: Lines): string[] => lines.map((line) => `  ${line}`);

const { script } = fc.letrec<{ script: string[]; block: string[] }>((tie) => ({
  script: fc
    .array(fc.oneof({ depthSize: 'small' }, command, tie('block')), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.flat()),
  block: fc.oneof(
    fc
      .tuple(tie('script'), tie('script'))
      .map(([a, b]) => [
        'if [ "$1" = a ]; then',
        ...indent(a),
        'elif test -n "$X"; then',
        ...indent(b),
        'fi',
      ]),
    fc
      .tuple(tie('script'), tie('script'))
      .map(([a, b]) => ['if [ -z "$1" ]', 'then', ...indent(a), 'else', ...indent(b), 'fi']),
    fc
      .tuple(tie('script'), tie('script'), number)
      .map(([a, b, n]) => [
        'case "$1" in',
        `  role${n}|other)`,
        ...indent(indent(a)),
        '    ;;',
        '',
        '  *)',
        ...indent(indent(b)),
        'esac',
      ]),
    fc.tuple(tie('script')).map(([a]) => ['while true; do', ...indent(a), 'done']),
    fc.tuple(tie('script'), number).map(([a, n]) => [`f${n}() {`, ...indent(a), '}', '']),
    fc.tuple(tie('script')).map(([a]) => ['(', ...indent(a), ') &']),
  ),
}));

interface Script {
  readonly lines: readonly string[];
  readonly clock: boolean;
  readonly eol: string;
  readonly last: boolean;
}

const scripts: fc.Arbitrary<Script> = fc.record({
  lines: script,
  clock: fc.boolean(),
  eol: fc.constantFrom('\n', '\r\n'),
  last: fc.boolean(),
});

function textOf({ lines, clock, eol, last }: Script): string {
  const head = clock ? ['start_clock() {', '  rqscheduler', '}', ''] : ['start_clock() { app 8; }'];
  // A continued line must be one: its backslash stands before a line feed alone.
  const all = ['#!/bin/bash', ...head, ...lines].join(eol) + (last ? eol : '');
  return all.replaceAll('\\\r\n', '');
}

/** Commands of the application and comments about anything else, which all have to stay. */
function kept(text: string): string[] {
  return text.match(/app \d+ "a b" # keep \d+|app 7|app 8|python seed\.py/g) ?? [];
}

describe('generated shell scripts', () => {
  it('lose the scheduler or say where it stays, and nothing else; bash can read them', {
    timeout: 180_000,
  }, () => {
    const results: string[] = [];
    fc.assert(
      fc.property(scripts, (shape) => {
        const text = textOf(shape);
        const { after, findings } = migrated('bin/run.sh', text);
        if (after === undefined) {
          expect(kept(shape.lines.join('\n'))).toEqual([]);
          return;
        }
        expect(kept(after)).toEqual(kept(text));
        const stays = findings.filter(({ code }) => /^scheduler-(still|also)/.test(code)).length;
        if (stays === 0) expect(after).not.toMatch(/^[^#\n]*\brqscheduler/m);
        if (stays === 0) expect(after).not.toContain('rq-scheduler');
        results.push(after.replaceAll('\r\n', '\n'));
      }),
      { numRuns: WIDE ? 3000 : 60 },
    );
    const folder = mkdtempSync(join(tmpdir(), 'shell-'));
    try {
      [...new Set(results)].slice(0, 80).forEach((text, i) => {
        writeFileSync(join(folder, `${i}.sh`), text, 'latin1');
      });
      const check = 'for f in *.sh; do bash -n "$f" || echo "$f"; done';
      expect(execFileSync('bash', ['-c', check], { cwd: folder, encoding: 'utf8' })).toBe('');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface Image {
  readonly packages: readonly string[];
  readonly before: readonly string[];
  readonly behind: readonly string[];
  readonly style: 'end' | 'head' | 'line';
  readonly comments: boolean;
  readonly variables: readonly string[];
  readonly command: string;
  readonly eol: string;
}

const images: fc.Arbitrary<Image> = fc.record({
  packages: fc.subarray(['"rq==1.15.1"', 'redis', "'rq-scheduler[x]>=0.13,<1'", '--no-cache-dir', 'flask'], {
    minLength: 1,
  }),
  before: fc.subarray(['apt-get update', 'pip install uv']),
  behind: fc.subarray(['rm -rf /tmp/x', 'pip3 install rq_scheduler']),
  style: fc.constantFrom('end', 'head', 'line'),
  comments: fc.boolean(),
  variables: fc.subarray(['A=1', 'RQ_SCHEDULER_NAME="a b"', 'B=x', 'RQ_SCHEDULER_INTERVAL=60'], {
    minLength: 1,
  }),
  command: fc.constantFrom(
    '["rq", "worker"]',
    'rq worker high',
    '[ "sh","-c","rqscheduler & rq worker" ]',
    'exec app',
  ),
  eol: fc.constantFrom('\n', '\r\n'),
});

function dockerfile({
  packages,
  before,
  behind,
  style,
  comments,
  variables,
  command: cmd,
  eol,
}: Image): string {
  const gap = style === 'line' ? ' ' : ` \\${eol}    ${comments ? `# note${eol}    ` : ''}`;
  const install = ['pip install', ...packages].join(gap);
  const and = style === 'head' ? ` \\${eol}  && ` : style === 'end' ? ` && \\${eol}    ` : ' && ';
  const env = variables.join(style === 'line' ? ' ' : ` \\${eol}    `);
  const run = [...before, install, ...behind].join(and);
  return ['FROM python:3.12', `ENV ${env}`, '# the packages', `RUN ${run}`, `CMD ${cmd}`, ''].join(eol);
}

describe('generated Dockerfiles', () => {
  it('become exactly what was meant', () => {
    fc.assert(
      fc.property(images, (image) => {
        const { after } = migrated('Dockerfile', dockerfile(image));
        const text = after ?? '';
        expect(text).not.toMatch(/rq[-_]scheduler|RQ_SCHEDULER|rqscheduler/);
        const found = dockerInstructions(text).map(
          ({ keyword, args }) => `${keyword} ${args.replace(/\s+/g, ' ')}`,
        );
        const gone = (one: string) => /scheduler/i.test(one);
        const packages = image.packages.filter((one) => !gone(one));
        const install = packages.some((one) => !one.startsWith('-'))
          ? [`pip install ${packages.join(' ')}`]
          : [];
        const installs =
          image.packages.some(gone) || install.length > 0 ? install : [`pip install ${packages.join(' ')}`];
        const run = [...image.before, ...installs, ...image.behind.filter((one) => !gone(one))].join(' && ');
        const variables = image.variables.filter((one) => !gone(one)).join(' ');
        const worker = image.command
          .replace('rqscheduler & ', '')
          .replace(/worker"?$|worker(?= high)|worker(?=" \])|"worker"(?=\])/, (word) =>
            word.startsWith('"') ? `${word}, "--with-scheduler"` : `${word} --with-scheduler`,
          );
        const expected = [
          'FROM python:3.12',
          ...(variables === '' ? [] : [`ENV ${variables}`]),
          ...(run === '' ? [] : [`RUN ${run}`]),
          `CMD ${worker}`,
        ];
        expect(found).toEqual(expected);
        expect(text.includes('# the packages')).toBe(true);
      }),
      { numRuns: WIDE ? 4000 : 100 },
    );
  });
});
