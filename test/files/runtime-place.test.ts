import { describe, expect, it } from 'vitest';
import { runtimeFolder } from '../../src/files/runtime-place.js';
import type { Fact } from '../../src/files/types.js';

const where = { path: 'f', line: 1 };
const worker = (role: 'worker' | 'both', ...via: string[]): Fact => ({
  type: 'process',
  id: via.join(),
  name: 'w',
  role,
  queues: null,
  withScheduler: 'off',
  alsoRuns: [],
  replicas: 1,
  via: via.map((path) => ({ path, line: 1 })),
  where,
});
const djangoRq: Fact = { type: 'dependency', name: 'django-rq', specifier: '', where };

describe('the folder for rq_recurring.py', () => {
  it('is that of the script that starts a worker', () => {
    expect(runtimeFolder([worker('worker', 'docker/run.sh', 'src/worker.py')], [])).toBe('src');
    expect(runtimeFolder([worker('worker', 'worker.py')], [])).toBe('');
  });

  it('is not that of a management command, nor of a script that starts the scheduler beside other workers', () => {
    const facts = [worker('both', 'shop/tick.py'), worker('worker', 'shop/management/commands/dig.py')];
    expect(runtimeFolder(facts, ['manage.py'])).toBe('');
    expect(runtimeFolder([worker('both', 'shop/run.py')], [])).toBe('shop');
    expect(runtimeFolder([...facts, djangoRq], ['site/manage.py', 'site/shop/tick.py'])).toBe('site');
  });

  it("is the project's own where several manage.py could be meant, or nothing tells", () => {
    expect(runtimeFolder([worker('worker'), djangoRq], ['a/manage.py', 'b/manage.py'])).toBe('');
    expect(runtimeFolder([worker('worker')], ['site/manage.py'])).toBe('');
    expect(runtimeFolder([], [])).toBe('');
  });
});
