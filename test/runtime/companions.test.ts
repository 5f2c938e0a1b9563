import { describe, expect, it } from 'vitest';
import { ensurePackages } from '../../src/world/engines/python-env.js';
import { TEST_CACHE } from '../support/paths.js';
import { runProgram, WIDE } from './py.js';

/** Without rq-scheduler, as a project is after its move. */
const DJANGO = [
  ['rq==1.15.1', 'Django<5', 'django-rq==2.10.2', 'redis<9', 'click<9'],
  ['rq==1.16.2', 'Django<5', 'django-rq==2.10.3', 'redis<9', 'click<9'],
  ['rq==3.0.0', 'Django<6', 'django-rq==4.2.0', 'redis<9', 'click<9'],
] as const;

const FAKE = [
  ['rq==1.15.1', 'fakeredis==1.10.2', 'redis<5', 'click<9'],
  ['rq==3.0.0', 'fakeredis==2.41.0', 'redis<9', 'click<9'],
  ['rq==1.15.1', 'fakeredis==2.10.3', 'redis<5', 'click<9'],
  ['rq==2.6.1', 'fakeredis==2.20.1', 'redis<6', 'click<9'],
] as const;

async function expectToPass(name: string, packages: readonly string[], program: string) {
  const { python } = await ensurePackages({ cacheDir: TEST_CACHE, name, packages });
  const { code, output } = await runProgram(python, [program]);
  expect(output).toMatch(/\nOK/);
  expect(code).toBe(0);
}

describe('rq_recurring.django', { timeout: 300_000 }, () => {
  it.each(WIDE ? DJANGO : DJANGO.filter(([rq]) => rq !== 'rq==1.16.2'))('beside %s, %s, %s', (...packages) =>
    expectToPass('django', packages, 'test_django.py'),
  );
});

describe('rq_recurring with fakeredis', { timeout: 300_000 }, () => {
  it.each(WIDE ? FAKE : FAKE.slice(0, 2))('%s, %s, %s', (...packages) =>
    expectToPass('fakeredis', packages, 'test_fakeredis.py'),
  );
});
