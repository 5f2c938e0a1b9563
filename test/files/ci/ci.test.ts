import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ciKind } from '../../../src/files/ci/ci.js';
import { applyEdits } from '../../../src/files/edit.js';
import type { ProjectView } from '../../../src/files/types.js';
import { decisionOf } from '../compose/project.js';

const decision = decisionOf([]);
const view: ProjectView = { get: () => undefined, paths: [] };

function migrated(text: string): string {
  const file = { path: '.gitlab-ci.yml', text };
  const { edits } = ciKind.edits(file, decision, view);
  const after = { ...file, text: applyEdits(text, edits) };
  expect(ciKind.confirm(file, after, decision, view)).toBe(null);
  return after.text;
}

describe('workflows', () => {
  it.each([
    ['- pip install a rq-scheduler b', '- pip install a b'],
    ['- pip install rq-scheduler==0.13.1 a && b', '- pip install a && b'],
    [`- run: "pip install -r req.txt a 'rq-scheduler>=0.11'"`, '- run: "pip install -r req.txt a"'],
    ['- python3 -m pip install -U rq_scheduler a', '- python3 -m pip install -U a'],
    ['- pip install rq-scheduler', '- pip install rq-scheduler'],
    ['- pip install -r req.txt rq-scheduler; pytest', '- pip install -r req.txt rq-scheduler; pytest'],
    ['- pip install a django-rq-scheduler', '- pip install a django-rq-scheduler'],
    ['- pip install a # rq-scheduler b', '- pip install a # rq-scheduler b'],
  ])('%s', (before, after) => {
    expect(migrated(before)).toBe(after);
  });

  it('lose the one word, whatever stands around it', () => {
    const names = fc.constantFrom('redis', 'rq', 'pytest~=8.0', '"flask[async]"', '-U', '--no-cache-dir');
    const shape = fc.record({
      before: fc.array(names),
      after: fc.array(names),
      eol: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
    });
    fc.assert(
      fc.property(shape, ({ before, after, eol, last }) => {
        const text = (words: readonly string[]): string =>
          ['t:', ' script:', `  - pip install ${words.join(' ')}`, '  - pytest'].join(eol) +
          (last ? eol : '');
        const others = [...before, ...after].some((word) => !word.startsWith('-'));
        const whole = [...before, 'rq-scheduler==0.13.1', ...after];
        const result = migrated(text(whole));
        expect(result).toBe(text(others ? [...before, ...after] : whole));
        expect(migrated(result)).toBe(result);
      }),
    );
  });
});
