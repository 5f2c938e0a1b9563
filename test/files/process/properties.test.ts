import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { applyEdits } from '../../../src/files/edit.js';
import type { Edit } from '../../../src/plan/types.js';
import { type Files, migrate } from '../compose/project.js';
import { loadPython } from '../pysource/load.js';

beforeAll(loadPython);

const BOM = '\xef\xbb\xbf';
const RUNS = { numRuns: 40 };

interface Writing {
  readonly eol: string;
  readonly bom: boolean;
  readonly last: boolean;
}

const writings: fc.Arbitrary<Writing> = fc.record({
  eol: fc.constantFrom('\n', '\r\n'),
  bom: fc.boolean(),
  last: fc.boolean(),
});

function written(lines: readonly string[], { eol, bom, last }: Writing): string {
  return (bom ? BOM : '') + lines.join(eol) + (last ? eol : '');
}

/** Puts back what the edits took. */
function reverted(before: string, after: string, edits: readonly Edit[]): string {
  let shift = 0;
  const back = edits.map((edit): Edit => {
    const start = edit.start + shift;
    shift += edit.text.length - (edit.end - edit.start);
    return { start, end: start + edit.text.length, text: before.slice(edit.start, edit.end), why: '' };
  });
  return applyEdits(after, back);
}

/** Migrates a file and checks what holds for every one; returns it without its BOM. */
function migrated(path: string, text: string, writing: Writing, others: Files = {}): string {
  const { files, edits, findings } = migrate({ ...others, [path]: text });
  const after = files[path] ?? '';
  expect(findings).toEqual([]);
  expect(after.startsWith(BOM)).toBe(writing.bom);
  expect(after.endsWith('\n')).toBe(writing.last);
  const bare = writing.eol === '\n' ? /\r/ : /(?<!\r)\n/;
  expect(after).not.toMatch(bare);
  expect(reverted(text, after, edits.get(path) ?? [])).toBe(text);
  expect(migrate(files).edits.size).toBe(0);
  return writing.bom ? after.slice(BOM.length) : after;
}

describe('generated manifests', () => {
  const shapes = fc.record({
    writing: writings,
    order: fc.shuffledSubarray(['web', 'worker', 'scheduler', 'sidecar', 'config'], { minLength: 5 }),
    flow: fc.boolean(),
    step: fc.constantFrom('', '  '),
    lead: fc.boolean(),
    comments: fc.boolean(),
  });

  function command(words: readonly string[], indent: string, flow: boolean): string[] {
    if (flow) return [`${indent}command: [ ${words.map((word) => `"${word}"`).join(', ')} ]`];
    return [`${indent}command:`, ...words.map((word) => `${indent}- ${word}`)];
  }

  const WORDS: Readonly<Record<string, readonly string[]>> = {
    web: ['gunicorn', 'app'],
    worker: ['rq', 'worker', 'high'],
    scheduler: ['rqscheduler', '-i', '5'],
  };

  function manifest(name: string, flow: boolean, step: string, comments: boolean): string[] {
    if (name === 'config') {
      return [
        'apiVersion: v1',
        'kind: ConfigMap',
        'metadata: {name: c}',
        'data:',
        '  RQ_SCHEDULER_NAME: a',
        '  A: b',
      ];
    }
    const containers = name === 'sidecar' ? ['web', 'scheduler'] : [name];
    return [
      ...(comments ? [`# about ${name}`] : []),
      ...['apiVersion: apps/v1', 'kind: Deployment', `metadata: {name: ${name}}`, 'spec:', '  template:'],
      ...['    spec:', '      containers:'],
      ...containers.flatMap((one) => [
        `${step}      - name: ${one}`,
        ...command(WORDS[one] ?? [], `${step}        `, flow),
        ...[`${step}        env:`, `${step}        - {name: A, value: b}`],
        ...(one === 'web'
          ? [`${step}        - name: RQ_SCHEDULER_INTERVAL`, `${step}          value: "5"`]
          : []),
      ]),
    ];
  }

  /** The same objects, migrated as plain values. */
  function expected(text: string): unknown[] {
    const objects = parseAllDocuments(text).map((document) => document.toJS());
    return objects
      .filter((object) => object?.metadata?.name !== 'scheduler' && object !== null)
      .map((object) => {
        if (object.data) return { ...object, data: { A: 'b' } };
        const { spec } = object.spec.template;
        spec.containers = spec.containers.filter((one: { name: string }) => one.name !== 'scheduler');
        for (const one of spec.containers) {
          one.env = [{ name: 'A', value: 'b' }];
          if (one.name === 'worker') one.command.splice(2, 0, '--with-scheduler');
        }
        return object;
      });
  }

  it('become what was meant, in their own writing', () => {
    fc.assert(
      fc.property(shapes, ({ writing, order, flow, step, lead, comments }) => {
        const lines = order.flatMap((name, i) => [
          ...(i > 0 || lead ? ['---'] : []),
          ...manifest(name, flow, step, comments),
        ]);
        const after = migrated('k8s/app.yaml', written(lines, writing), writing);
        const objects = parseAllDocuments(after).map((document) => document.toJS());
        expect(objects).toEqual(expected(lines.join('\n')));
        expect(after.match(/^---/gm)?.length ?? 0).toBe(order.length - 2 + Number(lead));
        expect(after.startsWith('---')).toBe(lead);
        for (const name of ['web', 'worker', 'sidecar']) {
          expect(after.includes(`# about ${name}`)).toBe(comments);
        }
      }),
      RUNS,
    );
  });
});

describe('generated package.json files', () => {
  const names = ['web', 'clock', 'worker', 'build'];
  const commands: Readonly<Record<string, string>> = {
    web: 'vite \\"a b\\"',
    clock: 'rqscheduler',
    worker: 'cd api && python manage.py rqworker high',
    build: 'tsc',
  };
  const shapes = fc.record({
    writing: writings,
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    indent: fc.constantFrom('  ', '\t', '    '),
    line: fc.boolean(),
  });

  it('lose a script, comma and all, and gain a flag', () => {
    fc.assert(
      fc.property(shapes, ({ writing, order, indent, line }) => {
        const text = (kept: readonly string[], flag: string): string => {
          const members = kept.map(
            (name) => `"${name}": "${(commands[name] ?? '').replace(/rqworker/, `rqworker${flag}`)}"`,
          );
          const one = line
            ? [`{${members.join(', ')}}`]
            : [
                '{',
                ...members.map((m, i) => `${indent}${indent}${m}${i + 1 < members.length ? ',' : ''}`),
                `${indent}}`,
              ];
          const scripts = kept.length === 0 ? ['{}'] : one;
          return written(
            [
              '{',
              `${indent}"name": "python-app",`,
              `${indent}"scripts": ${scripts[0]}`,
              ...scripts.slice(1),
              '}',
            ],
            writing,
          );
        };
        const after = migrated('package.json', text(order, ''), writing);
        const kept = order.filter((name) => name !== 'clock');
        expect((writing.bom ? BOM : '') + after).toBe(text(kept, ' --with-scheduler'));
      }),
      RUNS,
    );
  });
});

describe('generated units of systemd', () => {
  const units = ['network.target', 'redis.service', 'clock.service', 'db.service'];
  const shapes = fc.record({
    writing: writings,
    after: fc.shuffledSubarray(units),
    wants: fc.shuffledSubarray(units),
    variables: fc.shuffledSubarray(['A=1', '"B=2 3"', 'RQ_SCHEDULER_NAME=main', "'RQ_SCHEDULER_INTERVAL=5'"]),
    gap: fc.constantFrom(' ', '  ', ' \\\n    '),
    comment: fc.boolean(),
  });
  const clock = '[Service]\nExecStart=/srv/bin/rqscheduler\n';

  it('lose the names of the scheduler and its settings, word by word', () => {
    fc.assert(
      fc.property(shapes, ({ writing, after, wants, variables, gap, comment }) => {
        const unit = (flag: string, keep: (word: string) => boolean, between: string): string => {
          const list = (key: string, words: readonly string[]): string[] => {
            const kept = words.filter(keep);
            if (words.length > 0 && kept.length === 0) return [];
            return `${key}=${kept.join(between)}`.split('\n');
          };
          const exec = [
            'ExecStart=/srv/bin/rq \\',
            ...(comment ? ['# queues'] : []),
            `    worker${flag} high`,
          ];
          const lines = ['[Unit]', ...list('After', after), ...list('Wants', wants), '', '[Service]'];
          return written([...lines, ...list('Environment', variables), ...exec, 'Restart=always'], writing);
        };
        const stays = (word: string): boolean => !/clock|RQ_SCHEDULER/.test(word);
        const all = unit('', () => true, gap);
        const { 'clock.service': gone, ...files } = migrate({
          'w.service': all,
          'clock.service': clock,
        }).files;
        expect(gone).toBe(undefined);
        expect(files['w.service']).toBe(unit(' --with-scheduler', stays, gap));
        const result = migrated('w.service', all, writing, { 'clock.service': clock });
        expect((writing.bom ? BOM : '') + result).toBe(files['w.service']);
      }),
      RUNS,
    );
  });
});

describe('generated configurations of circus', () => {
  const sections: Readonly<Record<string, readonly string[]>> = {
    circus: ['[circus]', 'check_delay = 5'],
    clock: ['[watcher:clock]', 'cmd = rqscheduler', '; inside', 'args = -i 5'],
    'env:clock': ['[env:clock]', 'A = 1'],
    worker: ['[watcher:worker]', 'cmd = rq', 'numprocesses = 2', 'args = worker high'],
    'env:worker': ['[env:worker]', 'RQ_SCHEDULER_NAME = main', 'B = 2'],
  };
  const shapes = fc.record({
    writing: writings,
    order: fc.shuffledSubarray(Object.keys(sections), { minLength: 5 }),
    blank: fc.boolean(),
  });

  it('lose the watcher and what is only for it', () => {
    fc.assert(
      fc.property(shapes, ({ writing, order, blank }) => {
        const text = (names: readonly string[]): string => {
          const lines = names.flatMap((name, i) => [
            ...(blank && i > 0 ? [''] : []),
            ...(sections[name] ?? []),
          ]);
          return written(lines, writing);
        };
        const after = migrated('circus.ini', text(order), writing);
        const kept = text(order.filter((name) => !name.endsWith('clock')));
        const meant = kept
          .replace('worker high', 'worker --with-scheduler high')
          .replace(`RQ_SCHEDULER_NAME = main${writing.eol}`, '');
        expect((writing.bom ? BOM : '') + after).toBe(meant);
      }),
      RUNS,
    );
  });
});
