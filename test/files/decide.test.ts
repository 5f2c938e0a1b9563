import { describe, expect, it } from 'vitest';
import { type DecideOptions, decide } from '../../src/files/decide.js';
import { targetFromDependencies } from '../../src/files/decide-versions.js';
import type { Fact } from '../../src/files/types.js';

const where = { path: 'f', line: 7 };

function worker(id: string, over: Partial<Extract<Fact, { type: 'process' }>> = {}): Fact {
  return {
    type: 'process',
    id,
    name: id,
    role: 'worker',
    queues: ['default'],
    withScheduler: 'off',
    alsoRuns: [],
    replicas: 1,
    via: [],
    where,
    ...over,
  };
}
const dependency = (name: string, specifier = ''): Fact => ({ type: 'dependency', name, specifier, where });
const imports = (module: string, optional = false): Fact => ({ type: 'import', module, optional, where });
const set = (name: string): Fact => ({ type: 'env-set', name, where });
const read = (name: string): Fact => ({ type: 'env-read', name, where });

const usual: DecideOptions = {
  jobQueues: null,
  keepScheduler: false,
  allow: new Set(),
  rqTarget: '1.16.2',
  needsCroniter: false,
  cronConfig: null,
};

function decided(facts: Fact[], over: Partial<DecideOptions> = {}) {
  const { decision, findings } = decide(facts, { ...usual, ...over });
  return {
    ...decision,
    findings,
    codes: findings.map((f) => f.code),
    enabled: [...decision.enableScheduler],
  };
}

describe('decide: removal', () => {
  it('removes the scheduler when nothing needs it', () => {
    expect(decided([dependency('rq'), dependency('rq-scheduler')])).toMatchObject({
      removeScheduler: true,
      codes: [],
    });
  });

  it.each(['rq_scheduler', 'rq_scheduler.utils', 'django_rq.get_scheduler', 'flask_rq2'])(
    'keeps it while code imports %s, unless allowed',
    (module) => {
      const facts = [imports(module), imports(module, true)];
      const blocked = decided(facts);
      expect(blocked.removeScheduler).toBe(false);
      expect(blocked.findings).toMatchObject([
        { code: 'code-imports', severity: 'error', path: 'f', line: 7, args: { module, optional: false } },
        { code: 'code-imports', severity: 'error', args: { module, optional: true } },
      ]);
      expect(decided(facts, { allow: new Set(['code-imports']) }).removeScheduler).toBe(true);
    },
  );

  it.each(['rq.Connection', 'rq_schedulers'])('does not mind an import of %s', (module) => {
    expect(decided([imports(module)])).toMatchObject({ removeScheduler: true, codes: [] });
  });

  it.each(['django-rq-scheduler', 'flask-rq2'])('keeps it for %s', (name) => {
    expect(decided([dependency(name)])).toMatchObject({
      removeScheduler: false,
      codes: ['dependent-package'],
    });
  });

  it.each([
    ['==2022.12.0', ['dependent-package']],
    ['==2023.1.0', []],
  ])('django-rq-scheduler %s', (specifier, codes) => {
    const facts = [dependency('django-rq-scheduler'), dependency('django-rq-scheduler', specifier)];
    expect(decided(facts)).toMatchObject({ codes: codes.flatMap((code) => [code, code]) });
  });

  it('keeps the dependency where a package that needs it, or a scheduler with other work, stays', () => {
    const allow = new Set(['dependent-package']);
    const goes = { removeScheduler: true, keepDependency: true };
    expect(decided([dependency('flask-rq2')], { allow })).toMatchObject(goes);
    expect(decided([worker('c', { role: 'scheduler', alsoRuns: ['seed'] })])).toMatchObject(goes);
    expect(decided([worker('c', { role: 'scheduler' })]).keepDependency).toBe(false);
  });

  it('does not leave a project without rq', () => {
    expect(decided([dependency('rq-scheduler')])).toMatchObject({
      removeScheduler: false,
      codes: ['rq-not-listed'],
    });
    expect(decided([dependency('rq-scheduler'), dependency('django-rq', '==4.0')]).removeScheduler).toBe(
      true,
    );
  });

  it('only warns of imports when the scheduler stays anyway', () => {
    const kept = decided([imports('rq_scheduler')], { keepScheduler: true });
    expect(kept.removeScheduler).toBe(false);
    expect(kept.findings.map((f) => f.severity)).toEqual(['warn']);
  });
});

describe('decide: workers', () => {
  const facts = [
    worker('a', { queues: ['high', 'default'] }),
    worker('b', { queues: ['low'] }),
    worker('c', { queues: null }),
    worker('d', { withScheduler: 'on' }),
    worker('e', { role: 'worker-pool' }),
    worker('f', { role: 'other' }),
    worker('g', { role: 'both' }),
  ];

  it('enables every worker of a queue with jobs, and those whose queues are unknown', () => {
    expect(decided(facts, { jobQueues: ['high'] }).enabled).toEqual(['a', 'c']);
    expect(decided(facts, { jobQueues: ['default'] }).enabled).toEqual(['a', 'c', 'g']);
  });

  it.each([[null], [[]]])('enables all when the queues are %j', (jobQueues) => {
    expect(decided(facts, { jobQueues }).enabled).toEqual(['a', 'b', 'c', 'g']);
  });

  it('reports what it cannot switch on', () => {
    const via = [{ path: 'worker.py', line: 3 }];
    const { findings, enabled } = decided([
      worker('a', { withScheduler: 'off-explicit', via }),
      worker('b', { withScheduler: 'unknown' }),
    ]);
    expect(enabled).toEqual([]);
    expect(findings).toMatchObject([
      { code: 'worker-scheduler-off', severity: 'error', path: 'worker.py', line: 3 },
      { code: 'worker-start-unknown', severity: 'error', path: 'f', line: 7 },
    ]);
  });

  it('names once what several workers start, where the last file followed says it', () => {
    const via = [
      { path: 'Dockerfile', line: 9 },
      { path: 'worker.py', line: 3 },
    ];
    const unknown = { withScheduler: 'unknown' as const, via };
    expect(decided([worker('a', unknown), worker('b', unknown)]).findings).toMatchObject([
      { code: 'worker-start-unknown', path: 'worker.py', line: 3, args: { process: 'a, b' } },
    ]);
  });

  it('names queues that no worker serves', () => {
    const { findings } = decided([worker('a'), worker('p', { role: 'worker-pool', queues: ['pool'] })], {
      jobQueues: ['default', 'pool', 'mail'],
    });
    // At the place where the queue can be added.
    expect(findings).toMatchObject([{ code: 'queue-without-worker', ...where, args: { queue: 'mail' } }]);
    expect(decided([worker('a', { queues: null })], { jobQueues: ['mail'] }).codes).toEqual([]);
  });
});

describe('decide: versions', () => {
  it.each([
    ['worker', '1.16.2', null],
    ['worker', '1.2', null],
    ['worker', '1.1', '1.2'],
    ['worker', null, '1.2'],
    ['worker-pool', '1.15.1', '1.16'],
    ['worker-pool', '1.16.0', null],
    ['other', '0.9', null],
  ] as const)('%s with rq %s needs %s', (role, rqTarget, minimumRq) => {
    const result = decided([worker('a', { role })], { rqTarget });
    expect(result.minimumRq).toBe(minimumRq);
    expect(result.codes).toEqual(minimumRq !== null && rqTarget !== null ? ['rq-too-old'] : []);
  });

  it.each([
    ['==2.3.0', '1.10', true],
    ['==2.3.1', '1.10', false],
    ['==2.8.0', '1.14', true],
    ['==2.8.1', '1.14', false],
    ['>=2', '1.14', false],
  ])('django-rq %s beside rq %s: %s', (specifier, rqTarget, old) => {
    const { codes } = decided([worker('a'), dependency('django-rq', specifier)], { rqTarget });
    expect(codes).toEqual(old ? ['django-rq-too-old'] : []);
  });

  it.each([
    ['1.15.1', true],
    ['2.4', true],
    [null, true],
    ['2.5', false],
    ['3.0.0', false],
  ])('rq %s: croniter to be added: %s', (rqTarget, added) => {
    expect(decided([], { rqTarget, needsCroniter: true }).addCroniter).toBe(added);
    expect(decided([], { rqTarget }).addCroniter).toBe(false);
  });

  it.each([
    [['==1.15.1'], '1.15.1'],
    [['1.15.1'], '1.15.1'],
    [['~=1.15.1'], '1.15.1'],
    [['~=1.10', '==1.16'], '1.16'],
    [['==1.16', '==1.9'], '1.9'],
    [['>=1.15'], null],
    [['==1.*'], null],
    [['^1.15'], null],
    [[''], null],
    [[], null],
  ])('target of %j is %s', (specifiers, expected) => {
    expect(targetFromDependencies(specifiers.map((s) => dependency('rq', s)))).toBe(expected);
  });
});

describe('decide: environment', () => {
  it('takes out the settings of the polling loop, as they are spelt', () => {
    const { removeEnv } = decided(
      [
        'RQ_SCHEDULER_INTERVAL',
        'RQ_SCHEDULER_NAME',
        'push_check_frequency',
        'RQ_REDIS_URL',
        'RQ_REDIS_HOST',
      ].map(set),
    );
    expect([...removeEnv.keys()]).toEqual([
      'RQ_SCHEDULER_INTERVAL',
      'RQ_SCHEDULER_NAME',
      'push_check_frequency',
    ]);
  });

  it('leaves what Python still reads, and says where', () => {
    const { removeEnv, findings } = decided([
      set('push_check_frequency'),
      read('PUSH_CHECK_FREQUENCY'),
      read('X'),
    ]);
    expect(removeEnv.size).toBe(0);
    expect(findings).toMatchObject([{ code: 'env-still-read', severity: 'warn', path: 'f', line: 7 }]);
  });

  it('leaves all with Flask-RQ2 and while the scheduler stays', () => {
    const facts = [set('RQ_SCHEDULER_INTERVAL')];
    const allow = new Set(['dependent-package']);
    expect(decided([...facts, dependency('flask-rq2')], { allow }).removeEnv.size).toBe(0);
    expect(decided(facts, { keepScheduler: true }).removeEnv.size).toBe(0);
  });
});

describe('decide: rq for rq_recurring', () => {
  const needed = { needsSeries: true, rqTarget: null };
  const target = (facts: Fact[]) => ({ ...needed, rqTarget: targetFromDependencies(facts) });

  it.each(['==1.10.1', '==1.15.0', '<1.15', '>=1.5,<1.12', '~=1.13.0', '==1.14.*'])(
    'refuses one that is named as %s, unless it is to be raised',
    (specifier) => {
      const facts = [dependency('rq', specifier)];
      const refused = decided(facts, target(facts));
      expect(refused.findings).toMatchObject([
        { code: 'rq-too-old-for-series', severity: 'error', path: 'f', line: 7, args: { minimum: '1.15.1' } },
      ]);
      expect(refused.minimumRq).toBeNull();
      const raised = decided(facts, { ...target(facts), raiseRq: true });
      expect([raised.minimumRq, raised.codes.includes('rq-too-old-for-series')]).toEqual(['1.15.1', false]);
    },
  );

  it('refuses one that only a lock file names', () => {
    const facts: Fact[] = [{ type: 'locked', name: 'rq', version: '1.4.3', where }];
    expect(decided(facts, target(facts)).codes).toEqual(['rq-too-old-for-series']);
  });

  it.each(['', '>=1.5', '==2.6.1', '==1.15.1', '>=2.6,<2.7', '~=1.16.0', '^1.10', '<3', '==2.*', '>1.15'])(
    'takes one that is named as %j, with a floor where versions are open',
    (specifier) => {
      const facts = [dependency('rq', specifier)];
      expect(decided(facts, target(facts)).codes).toEqual([]);
    },
  );

  it('asks nothing where it is not used', () => {
    expect(decided([dependency('rq', '==1.10.1')], { rqTarget: '1.10.1' }).codes).toEqual([]);
  });
});
