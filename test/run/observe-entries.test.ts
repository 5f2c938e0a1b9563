import { expect, it } from 'vitest';
import type { RedisPort } from '../../src/redis/port.js';
import { lookAtEntries } from '../../src/run/observe-entries.js';
import { useRedis } from '../redis/support.js';

const redis = useRedis();

it('takes no job that ran and was removed between two readings for an entry without a job', async () => {
  await redis.raw.zadd('rq:scheduled:q', 100, 'ran', 200, 'ghost');
  const port: RedisPort = {
    ...redis.port,
    // RQ at work: behind the reading of the entries, before that of their jobs.
    readJobs: async (entries, options) => {
      await redis.raw.zrem('rq:scheduled:q', 'ran');
      return redis.port.readJobs(entries, options);
    },
  };
  const seen = await lookAtEntries(port, 'q', ['2.0'], 1000);
  expect([seen.withoutJob, seen.dueGhosts]).toEqual([{ count: 1, examples: ['ghost'] }, 1]);
});
