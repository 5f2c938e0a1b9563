import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lookAtJournal, settleJournal } from '../../src/run/observe-journal.js';
import { FUTURE, useRedis } from '../redis/support.js';

const redis = useRedis();

type Row = readonly [op: string, id: string, series?: string];

/** A run of the journal as the scripts write it. */
async function plant(runId: string, at: number, counts: Record<string, number>, ...rows: readonly Row[]) {
  const records = rows.map(([op, id, series]) =>
    [op, id, String(FUTURE), 'q', false, false, false, false, false].concat(
      series ? [`${id}-1`, series] : [],
    ),
  );
  await redis.raw.eval(
    "return redis.call('XADD', KEYS[1], '*', 'b', cmsgpack.pack(cjson.decode(ARGV[1])))",
    ...([1, `migrate-scheduler:journal:${runId}`, JSON.stringify(records)] as const),
  );
  await redis.raw.hset(`migrate-scheduler:run:${runId}`, { state: 'applied', createdAt: at, ...counts });
  await redis.raw.zadd('migrate-scheduler:runs', at, runId);
}

async function look() {
  const seen = await lookAtJournal(redis.port, await redis.port.time());
  if (!seen) throw new Error('no run');
  return seen;
}

describe('the account of the journal', () => {
  it('calls nothing lost that a worker has just taken off its queue', async () => {
    await plant('r1', 1000, { moved: 2 }, ['move', 'taken'], ['move', 'lost'], ['rearm', 's', 's']);
    for (const id of ['taken', 'lost', 's-1'])
      await redis.raw.hset(`rq:job:${id}`, { status: 'queued', origin: 'q' });
    await redis.raw.hset('migrate-scheduler:series:s', { state: 'active', queue: 'q', job_id: 's-1' });
    const first = await look();
    expect(first.suspects.map(({ reason }) => reason)).toEqual(['not-queued', 'not-queued', 'not-on-queue']);
    const settling = settleJournal(redis.port, first, new Set());
    // Between the second and the third look its horse has started.
    await sleep(300);
    await redis.raw.hset('rq:job:taken', 'status', 'started');
    await redis.raw.zadd('rq:wip:q', FUTURE, 'taken');
    const { counts, examples } = await settling;
    expect(counts).toEqual({ lost: 1, running: 1, series: 1 });
    expect(examples).toEqual(['lost: not-queued']);
    const again = await settleJournal(redis.port, await look(), new Set(['s']));
    expect(again.counts).toEqual({ lost: 2, running: 1 });
  });

  it('knows what the application has done with rq_recurring since', async () => {
    await plant('r1', 1000, { moved: 3 }, ['move', 'series'], ['move', 'cancelled'], ['move', 'stray']);
    await plant('r2', 1001, { rearmed: 1 }, ['rearm', 'p', 'p']);
    for (const id of ['series', 'cancelled', 'stray'])
      await redis.raw.hset(`rq:job:${id}`, { status: 'scheduled', origin: 'q' });
    await redis.raw.hset('migrate-scheduler:series:series', { state: 'active', queue: 'q', job: 'series' });
    await redis.raw.hset('migrate-scheduler:series:p', { state: 'paused', queue: 'q', slot: '', job_id: '' });
    await redis.raw.expire('rq:job:cancelled', 1000);
    const { counts, examples } = await settleJournal(redis.port, await look(), new Set());
    expect(counts).toEqual({ lost: 1, series: 2, canceled: 1 });
    expect(examples).toEqual(['stray: stray']);
  });

  it('looks at every run, and takes no repair for the run that emptied the old schedule', async () => {
    await plant('old', 1000, { moved: 1 }, ['move', 'gone']);
    for (let i = 0; i < 101; i++) await plant(`repair-${i}`, 2000 + i, { mended: 1 }, ['remove', `g${i}`]);
    const seen = await look();
    expect(seen.lastRunAt).toBe(1000);
    expect(seen.suspects.map(({ reason }) => reason)).toEqual(['gone']);
  });
});
