import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits } from '../../../src/files/edit.js';
import { dotenv } from '../../../src/files/env/dotenv.js';
import type { Decision } from '../../../src/files/types.js';

const view = { get: () => undefined, paths: [] };
const decision: Decision = {
  removeScheduler: true,
  keepDependency: false,
  replaceScheduler: null,
  enableScheduler: new Set(),
  enableInScripts: new Set(),
  removeEnv: new Map([
    ['RQ_SCHEDULER_INTERVAL', 'x'],
    ['RQ_SCHEDULER_NAME', 'x'],
  ]),
  minimumRq: null,
  addCroniter: false,
};

function edited(text: string): string {
  const doc = dotenv.parse({ path: '.env', text });
  const out = applyEdits(text, dotenv.edits(doc, decision, view).edits);
  expect(dotenv.confirm(doc, dotenv.parse({ path: '.env', text: out }), decision, view)).toBeNull();
  return out;
}

describe('dotenv', () => {
  it.each([
    ['.env', true],
    ['api/.env.production', true],
    ['web.env', true],
    ['env.example', true],
    ['.envrc', false],
    ['environment.yml', false],
  ])('matches %s: %s', (path, expected) => {
    expect(dotenv.match(path)).toBe(expected);
  });

  it('gives the variables with their lines', () => {
    const text = '\xef\xbb\xbfA=1\n# B=2\nexport C = "x\ny=1"\nD=\nE\nF=\'\n';
    const facts = dotenv.facts(dotenv.parse({ path: '.env', text }), view);
    expect(facts.map((f) => (f.type === 'env-set' ? [f.name, f.where.line] : 0))).toEqual([
      ['A', 1],
      ['C', 3],
      ['D', 5],
      ['F', 7],
    ]);
  });

  it.each([
    ['A=1\nRQ_SCHEDULER_INTERVAL=300\nB=2\n', 'A=1\nB=2\n'],
    ['A=1\r\nexport RQ_SCHEDULER_NAME = "x" # n\r\nB=2', 'A=1\r\nB=2'],
    ['RQ_SCHEDULER_INTERVAL="3\n0\n"\nB=2\n', 'B=2\n'],
    ['A=1\nRQ_SCHEDULER_INTERVAL=300', 'A=1'],
    ['A=1\n\nRQ_SCHEDULER_NAME=x\nRQ_SCHEDULER_INTERVAL=300', 'A=1\n'],
    ['# RQ scheduler\nRQ_SCHEDULER_INTERVAL=300\n', ''],
    ['# RQ_SCHEDULER_INTERVAL, A\nRQ_SCHEDULER_INTERVAL=300\nA=1\n', '# RQ_SCHEDULER_INTERVAL, A\nA=1\n'],
    ['# scheduler\n\nRQ_SCHEDULER_INTERVAL=300\n', '# scheduler\n\n'],
    ['# redis\nRQ_SCHEDULER_INTERVAL=300\n', '# redis\n'],
    ['A=1\n\n# scheduler\nRQ_SCHEDULER_INTERVAL=3\nRQ_SCHEDULER_NAME=x\n\nB=2\n', 'A=1\n\nB=2\n'],
    ['A=1\n# scheduler\nRQ_SCHEDULER_INTERVAL=3\n\nB=2\n', 'A=1\n\nB=2\n'],
    ['RQ_SCHEDULER_INTERVAL_X=1\nX="RQ_SCHEDULER_INTERVAL=1"\n#RQ_SCHEDULER_INTERVAL=1\n', null],
  ])('%j', (before, after) => {
    expect(edited(before)).toBe(after ?? before);
  });

  it('removes the line and not one byte more; twice is once', () => {
    const line = fc.constantFrom(
      'A=1',
      'B="x\ny"',
      '',
      '# \xb6\xa8\xca\xb1',
      "C='\xe5\xae\x9a'",
      'export D=$A',
      'E',
    );
    const lines = fc.array(line, { maxLength: 5 });
    const target = fc.constantFrom(
      'RQ_SCHEDULER_INTERVAL=5',
      'export RQ_SCHEDULER_NAME="a b"',
      "RQ_SCHEDULER_NAME='\n'",
    );
    fc.assert(
      fc.property(
        lines,
        target,
        lines,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (above, wanted, below, newline, bom) => {
          const file = (parts: string[]) =>
            (bom ? '\xef\xbb\xbf' : '') + [...parts, 'Z=9'].join('\n').replaceAll('\n', newline);
          const expected = file([...above, ...below]);
          expect(edited(file([...above, wanted, ...below]))).toBe(expected);
          expect(edited(expected)).toBe(expected);
        },
      ),
    );
  });
});
