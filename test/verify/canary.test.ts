import { describe, expect, it } from 'vitest';
import { type CanarySeen, canaryCheck, canaryQueues, importCheck, proved } from '../../src/verify/canary.js';
import type { Check, QueueSeen } from '../../src/verify/observations.js';

const DUE = 1_795_500_000;

function judge(more: Partial<CanarySeen>) {
  const { status, args } = canaryCheck({
    queue: 'default',
    outcome: 'finished',
    serializer: 'pickle',
    due: DUE,
    enqueuedAt: DUE + 0.4,
    startedAt: DUE + 0.5,
    notStartedAt: DUE + 0.45,
    seenStartedAt: DUE + 0.55,
    patience: 15,
    ...more,
  });
  return { status, ...args };
}

describe('a canary', () => {
  it('passes within two seconds and says how late it was', () => {
    expect(judge({})).toMatchObject({ status: 'pass', enqueued: 0.4, started: 0.5, skew: 0 });
    const late = { startedAt: DUE + 2.5, notStartedAt: DUE + 2.45, seenStartedAt: DUE + 2.6 };
    expect(judge(late)).toMatchObject({ status: 'warn', started: 2.5, skew: 0 });
  });

  it('is a warning where the clocks of worker and Redis differ, whichever is ahead', () => {
    // Behind: by its own clock it was in time.
    const behind = { notStartedAt: DUE + 5.4, seenStartedAt: DUE + 5.5 };
    expect(judge(behind)).toMatchObject({ status: 'warn', started: 0.5, skew: -4.9 });
    const ahead = { startedAt: DUE + 3, notStartedAt: DUE, seenStartedAt: DUE };
    expect(judge(ahead)).toMatchObject({ status: 'warn', skew: 3 });
  });

  it('fails without a scheduler or a result, and warns where only a free worker is missing', () => {
    const none = { enqueuedAt: null, startedAt: null, seenStartedAt: null };
    expect(judge({ outcome: 'timeout-scheduled', ...none })).toMatchObject({
      status: 'fail',
      enqueued: null,
    });
    expect(judge({ outcome: 'timeout-queued', startedAt: null, seenStartedAt: null }).status).toBe('warn');
    expect(judge({ outcome: 'timeout-started' }).status).toBe('warn');
    expect(judge({ outcome: 'failed' }).status).toBe('fail');
    expect(judge({ outcome: 'gone', ...none }).status).toBe('fail');
    expect(importCheck('q', 'failed', 15).status).toBe('fail');
    expect(importCheck('q', 'timeout-queued', 15).status).toBe('warn');
  });

  it('goes to queues that a live worker serves and that need a scheduler, or have one', () => {
    const queue = (name: string, scheduled: number, scheduler: QueueSeen['scheduler']) => ({
      ...{ name, scheduled, scheduler },
    });
    const worker = (alive: boolean, ...queues: string[]) => ({ alive, queues });
    const { measure, skip } = canaryQueues({
      queues: [
        queue('busy', 2, 'absent'),
        queue('idle', 0, 'active'),
        queue('orphan', 1, 'active'),
        queue('plain', 0, 'absent'),
        queue('old', 0, 'absent'),
      ],
      workers: [worker(true, 'busy', 'idle', 'plain', 'new'), worker(false, 'orphan')],
    });
    expect(measure).toEqual(['busy', 'idle']);
    expect(skip).toEqual([
      { queue: 'new', reason: 'no-scheduler' },
      { queue: 'orphan', reason: 'no-worker' },
      { queue: 'plain', reason: 'no-scheduler' },
    ]);
  });

  it('proves what the lock of an old RQ leaves open, for its own queue only', () => {
    const beats = (where: string): Check => ({ code: 'scheduler-beats', status: 'warn', where, args: {} });
    const ran = {
      code: 'canary-ran',
      status: 'warn',
      where: 'a',
      args: { enqueued: 0.5, started: null },
    } as const;
    const after = proved([beats('a'), beats('b')], [ran, { ...ran, where: 'b', args: { enqueued: null } }]);
    expect(after.map(({ status }) => status)).toEqual(['pass', 'warn']);
  });
});
