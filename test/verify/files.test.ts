import { describe, expect, it } from 'vitest';
import { importsDropIn } from '../../src/files/python/drop-in.js';
import type { Finding } from '../../src/plan/types.js';
import { fileChecks } from '../../src/verify/files.js';

/** The checks of a project that has nothing but what was seen in files that no kind knows. */
function checks(...seen: readonly [code: string, severity: Finding['severity'], path: string][]): string[] {
  const findings = seen.map(
    ([code, severity, path]): Finding => ({ code, severity, path, line: 3, args: {} }),
  );
  return fileChecks({ facts: [], findings: [], seen: findings, rq: null }, null)
    .filter(({ code }) => code === 'files-scheduler-gone' || code === 'files-keys-watched')
    .map(({ code, status, path, line }) => `${status} ${code}${path ? ` ${path}:${line}` : ''}`);
}

describe('files that no kind knows', () => {
  it.each([
    [checks(), ['pass files-scheduler-gone']],
    [
      checks(['scheduler-started-here', 'error', 'main.tf'], ['scheduler-in-ci', 'warn', '.travis.yml']),
      ['fail files-scheduler-gone main.tf:3', 'warn files-scheduler-gone .travis.yml:3'],
    ],
    [
      checks(['legacy-keys-watched', 'warn', 'board.json'], ['scheduler-named', 'info', 'x.tf']),
      ['pass files-scheduler-gone', 'warn files-keys-watched board.json:3'],
    ],
  ])('%j', (found, expected) => {
    expect(found).toEqual(expected);
  });
});

it('fails where code imports rq_recurring and the files name an rq that it cannot use', () => {
  const facts = [
    { type: 'dependency', name: 'rq', specifier: '==1.10.1', where: { path: 'requirements.txt', line: 2 } },
  ] as const;
  const versions = (needsSeries: boolean) =>
    fileChecks({ facts, findings: [], seen: [], rq: '1.10.1', needsSeries }, null).filter(
      ({ code }) => code === 'files-versions-suit',
    );
  expect(versions(false)).toMatchObject([{ status: 'pass' }]);
  expect(versions(true)).toMatchObject([{ status: 'fail', path: 'requirements.txt', line: 2 }]);
});

it.each([
  ['from rq_recurring import Scheduler', true],
  ['    from shop.rq_recurring.django import get_scheduler', true],
  ['import rq_recurring as rq_scheduler', true],
  ['from shop import rq_recurring', true],
  ['# from rq_recurring import Scheduler', false],
  ['import rq_recurring_other', false],
])('%j imports rq_recurring: %s', (text, expected) => {
  expect(importsDropIn(text)).toBe(expected);
});
