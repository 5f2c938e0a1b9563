import { describe, expect, it } from 'vitest';
import { Account, type AccountedJob } from '../../src/journal/account.js';

const NOW = 1_800_000_000;

function record(
  id: string,
  state: string,
  more: Partial<Omit<AccountedJob, 'id' | 'newId'>> & { newId?: string } = {},
) {
  const { newId, ...rest } = more;
  const job: AccountedJob = {
    ...{ op: 'move', queue: 'q', score: `${NOW + 60}`, seriesId: '', detail: '', state, ...rest },
    id: Buffer.from(id),
    newId: newId === undefined ? null : Buffer.from(newId),
  };
  return job;
}

function account(...jobs: AccountedJob[]) {
  const one = new Account(NOW, (_queue, id) => id.startsWith('listed'));
  const suspects = jobs.flatMap((job) => one.add(job) ?? []);
  return { one, suspects };
}

describe('Account', () => {
  it('counts every job once, whatever became of it', () => {
    const { one, suspects } = account(
      ...['scheduled', 'started', 'finished', 'failed', 'deferred', 'canceled', 'stopped'].map((s) =>
        record(s, s),
      ),
      record('listed', 'queued', { detail: 'queued' }),
      record('limited', 'queued', { detail: 'rate_limited' }),
      record('over', 'gone', { score: `${NOW - 60}` }),
      record('ghost', 'dropped', { op: 'drop' }),
      record('cron', 'retired', { op: 'retire' }),
    );
    expect(suspects).toEqual([]);
    expect(one.total).toBe(12);
    expect(one.counts).toEqual({
      ...{ lost: 0, scheduled: 1, running: 1, finished: 1, failed: 1, deferred: 1, canceled: 1, stopped: 1 },
      ...{ queued: 2, finishedOrExpired: 1, dropped: 1, retired: 1 },
    });
  });

  it('suspects what is nowhere, and calls it lost only when it is so on the second look', () => {
    const { one, suspects } = account(
      record('early', 'gone'),
      record('stray', 'stray', { detail: 'scheduled' }),
      record('unlisted', 'queued', { detail: 'queued' }),
      record('text', 'wrong-type'),
      record('hurried', 'stray', { detail: 'queued' }),
    );
    expect(suspects.map(({ reason }) => reason)).toEqual([
      'gone',
      'stray',
      'not-queued',
      'wrong-type',
      'not-queued',
    ]);
    const again = ['gone', 'stray', 'stray', 'wrong-type', 'started'];
    const still = suspects.flatMap((suspect, i) => one.settle(suspect, again[i] ?? '') ?? []);
    expect(one.counts).toEqual({ lost: 0, running: 1 });
    for (const suspect of still) one.lose(suspect);
    expect(one.counts).toEqual({ lost: 4, running: 1 });
    expect(one.lost.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([
      ...['early: gone', 'stray: stray', 'unlisted: not-queued', 'text: wrong-type'],
    ]);
  });

  it('lets a later run speak for a job: newest first', () => {
    const { one } = account(
      record('a:b', 'scheduled', { op: 'mend', newId: 'a-b-1' }),
      record('bad', 'quarantined', { op: 'quarantine' }),
      record('s', 'armed', { op: 'repair', seriesId: 's' }),
      // The run before it knew them under their old names.
      record('a:b', 'gone'),
      record('bad', 'stray'),
      record('x', 'armed', { op: 'rearm', seriesId: 's', newId: 's-1' }),
    );
    expect(one.total).toBe(3);
    expect(one.counts).toEqual({ lost: 0, scheduled: 1, quarantined: 1, series: 1 });
  });

  it('knows of one whose time has come that it cannot have run as long as its entry waits', () => {
    const due = { score: `${NOW - 60}` };
    const { one, suspects } = account(record('ran', 'gone', due), record('ghost', 'ghost', due));
    expect(one.counts).toEqual({ lost: 0, finishedOrExpired: 1 });
    expect(suspects.map(({ reason }) => reason)).toEqual(['gone']);
  });

  it('lets no repair hide that a job was lost', () => {
    const { one, suspects } = account(
      record('lost', 'removed', { op: 'remove' }),
      record('stranger', 'removed', { op: 'remove' }),
      record('lost', 'gone'),
    );
    expect(suspects.map(({ reason }) => reason)).toEqual(['gone']);
    expect([one.total, one.counts]).toEqual([1, { lost: 0, removed: 2 }]);
  });

  it('counts series by the chain, and those that lost their next run as lost', () => {
    const { one, suspects } = account(
      ...['armed', 'finished', 'cancelled', 'forgotten'].map((state) =>
        record(state, state, { op: 'rearm', seriesId: state, newId: `${state}-1` }),
      ),
      ...['broken', 'taken'].map((id) =>
        record(id, 'lost', { op: 'rearm', seriesId: id, newId: `${id}-1`, detail: 'job-gone' }),
      ),
      record('repeat', 'finished', { op: 'repeat', newId: 'repeat-1' }),
    );
    expect(suspects.map(({ reason, series }) => [reason, series])).toEqual(Array(2).fill(['job-gone', true]));
    const [broken, taken] = suspects.map((suspect, i) => one.settle(suspect, i === 0 ? 'lost' : 'armed'));
    expect(taken).toBeNull();
    if (broken) one.lose(broken);
    expect(one.counts).toEqual({ lost: 1, series: 2, seriesEnded: 4 });
    expect(one.lost.map(({ reason }) => reason)).toEqual(['job-gone']);
  });
});
