import { describe, expect, it } from 'vitest';
import type { Fact } from '../../src/files/types.js';
import { checkAll } from '../../src/verify/checks.js';
import { beatSkew, hostSkew } from '../../src/verify/clocks.js';
import { fileChecks } from '../../src/verify/files.js';
import type { EntriesSeen, Observations, QueueSeen, WorkerSeen } from '../../src/verify/observations.js';

const ENTRIES: EntriesSeen = {
  withoutJob: { count: 0, examples: [] },
  dueGhosts: 0,
  ghostsBlock: true,
  counts: {},
  bad: [],
  withoutStatus: 0,
};
const QUEUE: QueueSeen = {
  ...{ name: 'q', scheduled: 1, next: 2000, overdue: 0, holder: null, takeover: null },
  scheduler: 'active',
  entries: ENTRIES,
};
const WORKER: WorkerSeen = {
  ...{ name: 'w', queues: ['q'], version: '1.15.1', hostname: 'h', pid: 1, state: 'idle', alive: true },
};
const SEEN: Observations = {
  ...{ now: 1000, rq: '1.15.1', target: null, journal: null, suspended: false },
  legacy: { waiting: 0, alive: [], added: null },
  queues: [QUEUE],
  workers: [WORKER],
  series: { active: 0, broken: [] },
  cron: [],
  clocks: { host: 0, uncertainty: 0, others: [] },
};

const of = (change: Partial<Observations>, code: string) =>
  checkAll({ ...SEEN, ...change }).filter((check) => check.code === code);
const one = (change: Partial<Observations>, code: string) => of(change, code)[0];

describe('checkAll', () => {
  it('says how long nothing is scheduled when a scheduler has died and others listen', () => {
    const queue: QueueSeen = { ...QUEUE, scheduler: 'dead', takeover: 861 };
    const args = { verdict: 'dead', workerAlive: true, listening: 1, takeover: 861 };
    expect(one({ queues: [queue] }, 'scheduler-beats')).toMatchObject({ status: 'fail', args });
    const alone = one({ queues: [{ ...QUEUE, scheduler: 'absent' }], workers: [] }, 'scheduler-beats');
    expect(alone).toMatchObject({ status: 'fail', args: { workerAlive: false, takeover: null } });
    expect(one({ queues: [{ ...QUEUE, scheduler: 'inconclusive' }] }, 'scheduler-beats')?.status).toBe(
      'warn',
    );
  });

  it('tells of queues without scheduled jobs in one line', () => {
    const idle: QueueSeen = { ...QUEUE, scheduled: 0, scheduler: 'absent', name: 'idle' };
    const checks = of(
      { queues: [QUEUE, idle, { ...idle, scheduler: 'active', name: 'other' }] },
      'other-queues',
    );
    expect(checks).toMatchObject([{ status: 'pass', args: { count: 2, served: 1, without: ['idle'] } }]);
  });

  it('names unfit entries one by one, worst status as their fate has it, and ghosts before they block', () => {
    const bad = { id: 'x', fate: 'crash', codes: ['data-missing'], at: 5, remedy: 'quarantine' } as const;
    const fails = { ...bad, id: 'y', fate: 'fails' } as const;
    const entries = { ...ENTRIES, counts: { crash: 3, fails: 1, fine: 9 }, bad: [bad, fails] };
    const queues = [{ ...QUEUE, entries }];
    expect(of({ queues }, 'entry-unfit').map(({ status, jobId }) => [status, jobId])).toEqual([
      ['fail', 'x'],
      ['warn', 'y'],
    ]);
    expect(one({ queues }, 'entries-unfit-more')).toMatchObject({ status: 'fail', args: { count: 2 } });
    expect(one({ queues }, 'entries-fit')).toBeUndefined();
    expect(one({}, 'entries-fit')?.status).toBe('pass');
    const ghosts = (dueGhosts: number) =>
      one({ queues: [{ ...QUEUE, entries: { ...ENTRIES, dueGhosts } }] }, 'ghosts-block');
    expect([ghosts(0), ghosts(999), ghosts(1000)].map((check) => check?.status)).toEqual([
      undefined,
      'warn',
      'fail',
    ]);
  });

  it('tells old, mixed, silent and impossible workers', () => {
    const versions = (...all: string[]) => all.map((version, i) => ({ ...WORKER, name: `w${i}`, version }));
    expect(one({}, 'worker-versions')?.status).toBe('pass');
    expect(one({ suspended: true }, 'workers-not-suspended')?.status).toBe('fail');
    expect(one({ workers: versions('1.15.1', '2.0.0') }, 'worker-versions')?.status).toBe('warn');
    expect(one({ target: '2.0.0' }, 'worker-versions')).toMatchObject({
      status: 'warn',
      args: { older: true },
    });
    expect(one({ workers: versions('1.1.0', '1.15.1') }, 'worker-cannot-schedule')).toMatchObject({
      ...{ status: 'fail', args: { workers: ['w0'] } },
    });
    expect(
      one({ workers: [WORKER, { ...WORKER, name: 'old', alive: false }] }, 'workers-beat'),
    ).toMatchObject({
      ...{ status: 'warn', args: { workers: ['old'], alive: 1 } },
    });
  });

  it('wants one rq cron process alive, and no two of one file', () => {
    const cron = (name: string, silent: number, configFile = 'cron_config') => ({ name, silent, configFile });
    expect(of({}, 'cron-process-beats')).toEqual([]);
    expect(one({ cron: [cron('a', 30)] }, 'cron-process-beats')?.status).toBe('pass');
    expect(one({ cron: [cron('a', 130)] }, 'cron-process-beats')?.status).toBe('fail');
    expect(one({ cron: [cron('a', 130)], rq: '2.6.0' }, 'cron-process-beats')?.status).toBe('warn');
    expect(one({ cron: [cron('a', 1), cron('b', 2)] }, 'cron-process-once')?.status).toBe('fail');
    expect(one({ cron: [cron('a', 1), cron('b', 2, 'other')] }, 'cron-process-once')).toBeUndefined();
    expect(one({ cron: [cron('a', 1), cron('b', 900)] }, 'cron-process-once')).toBeUndefined();
  });

  it('warns of clocks only where they surely differ', () => {
    const clocks = (host: number, uncertainty: number, ahead = 0) => ({
      ...{ host, uncertainty, others: [{ name: 'worker w', ahead }] },
    });
    const status = (...args: Parameters<typeof clocks>) =>
      one({ clocks: clocks(...args) }, 'clocks-agree')?.status;
    expect([
      status(0, 0),
      status(5, 4),
      status(5, 1),
      status(-9, 1),
      status(0, 0, 3),
      status(0, 0, -3),
    ]).toEqual([...['pass', 'pass', 'warn', 'warn', 'warn', 'warn']]);
    expect(hostSkew(100, 95, 102)).toEqual({ host: 6, uncertainty: 1 });
    expect(beatSkew({ claimed: 100, at: 100 }, { claimed: 110, at: 103 })).toBe(7);
    expect(beatSkew({ claimed: 80, at: 100 }, { claimed: 83, at: 103 })).toBe(-17);
    expect(beatSkew({ claimed: 80, at: 100 }, { claimed: 80, at: 103 })).toBe(0);
    expect(beatSkew({ claimed: 99, at: 100 }, { claimed: 102, at: 103 })).toBe(0);
  });

  it('counts lost jobs of the journal and entries of old clients', () => {
    const journal = {
      runs: ['r'],
      unfinished: 'r',
      total: 2,
      counts: { lost: 1, scheduled: 1 },
      examples: ['x: gone'],
    };
    expect(one({ journal }, 'jobs-accounted')).toMatchObject({ status: 'fail', args: { lost: 1, total: 2 } });
    expect(one({ journal }, 'run-unfinished')?.status).toBe('warn');
    const added = { count: 1, first: 5, latest: 5, functions: ['a.b (1)'] };
    const legacy = { waiting: 1, alive: [], added };
    expect(one({ legacy }, 'no-new-legacy-entries')?.status).toBe('fail');
  });
});

describe('fileChecks', () => {
  const worker = (
    name: string,
    queues: string[] | null,
    on: 'on' | 'off' | 'unknown',
    line: number,
  ): Fact => ({
    ...{ type: 'process', id: name, name, role: 'worker', queues, withScheduler: on },
    ...{ alsoRuns: [], replicas: 1, via: [], where: { path: 'compose.yml', line } },
  });
  const covered = (facts: Fact[]) =>
    fileChecks({ facts, findings: [], seen: [], rq: '1.15.1' }, [QUEUE])
      .filter(({ code }) => code === 'files-queue-covered')
      .map(({ status, where, path, line }) => ({ status, where, path, line }));

  it('skips where there is no project', () => {
    expect(fileChecks(null, [])).toMatchObject([{ code: 'files-none', status: 'skip' }]);
  });

  it('wants a worker with its scheduler for every queue with jobs, and says where', () => {
    const at = (status: string, line: number) => [{ status, where: 'q', path: 'compose.yml', line }];
    expect(covered([worker('a', ['q'], 'on', 3)])).toEqual(at('pass', 3));
    expect(covered([worker('a', ['q'], 'off', 3), worker('b', ['q'], 'on', 9)])).toEqual(at('pass', 9));
    expect(covered([worker('a', ['q'], 'off', 3)])).toEqual(at('fail', 3));
    expect(covered([worker('a', null, 'on', 3)])).toEqual(at('warn', 3));
    expect(covered([worker('a', ['other'], 'on', 3)])).toMatchObject([{ status: 'fail', where: 'q' }]);
  });
});
