import { describe, expect, it } from 'vitest';
import type { JobStep } from '../../src/redis/moves.js';
import { Twins } from '../../src/run/twins.js';
import { useRedis } from '../redis/support.js';

const redis = useRedis();

const FIELDS = { kind: 'cron', cron: '0 3 * * *', tz: 'UTC', queue: 'default', data: 'call', remaining: '' };

const rearm = (over: Partial<typeof FIELDS> & { timeout?: string } = {}, seriesId = 'new') => {
  const seriesFields = Object.entries({ ...FIELDS, timeout: '', ...over });
  const step = {
    op: 'rearm',
    id: Buffer.from(seriesId),
    score: '9',
    queue: 'default',
    newId: 'x',
    slot: '9',
  };
  return { ...step, realId: step.id, jobFields: [], seriesId, seriesFields } as Extract<
    JobStep,
    { op: 'rearm' }
  >;
};

async function stored(id: string, over: Record<string, string> = {}): Promise<void> {
  const fields = { ...FIELDS, state: 'active', job_id: `${id}-9`, timeout: '180', ...over };
  await redis.raw.sadd('migrate-scheduler:series', id);
  await redis.raw.hset(`migrate-scheduler:series:${id}`, fields);
  await redis.raw.hset(`rq:job:${id}-9`, 'status', 'started');
}

describe('a recurring job registered again under a new id', () => {
  it('is known by its rule, queue and call; not by the timeout that a run under rq-scheduler leaves', async () => {
    await stored('old');
    const twins = await Twins.load(redis.port);
    expect(await twins.of(rearm())).toBe('old');
    expect([twins.has('old'), twins.has('new')]).toEqual([true, false]);
    // The application's own Scheduler names what rq-scheduler does with results.
    await stored('old', { result_ttl: '-1' });
    expect(await twins.of(rearm())).toBe('old');
    expect(await twins.of(rearm({ cron: '0 4 * * *' }))).toBeNull();
    expect(await twins.of(rearm({ data: 'other' }))).toBeNull();
    // By the id of its own job it is that series' business.
    expect(await twins.of(rearm({}, 'old'))).toBeNull();
  });

  it('is new where runs are counted, or where the other is over or lost', async () => {
    await stored('counted', { remaining: '3' });
    await stored('over', { state: 'finished' });
    await stored('lost', { job_id: 'gone' });
    const twins = await Twins.load(redis.port);
    expect(await twins.of(rearm())).toBeNull();
    twins.add(rearm({ remaining: '3' }));
    expect(await twins.of(rearm({ remaining: '3' }, 'newer'))).toBeNull();
    twins.add(rearm());
    await stored('new');
    expect(await twins.of(rearm({}, 'newer'))).toBe('new');
  });

  it('is new where the other has got another rule or call since, unless rq_recurring wrote that', async () => {
    await stored('old');
    const twins = await Twins.load(redis.port);
    await stored('old', { data: 'the same in other bytes', name: 'old', legacy_id: 'old' });
    expect(await twins.of(rearm())).toBe('old');
    await stored('old', { cron: '0 4 * * *', name: 'old', legacy_id: 'old' });
    expect(await twins.of(rearm())).toBeNull();
    const again = await Twins.load(redis.port);
    await stored('old', { data: 'other', name: '' });
    expect(await again.of(rearm({ cron: '0 4 * * *' }))).toBeNull();
  });
});
