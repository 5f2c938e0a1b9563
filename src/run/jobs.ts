import { setImmediate as breathe } from 'node:timers/promises';
import type { JobSnapshot } from '../legacy/types.js';
import { decideJob, type JobDecision, type JobPolicy } from '../plan/decide-job.js';
import { BATCH, type Cursor } from '../redis/entries.js';
import type { RedisPort } from '../redis/port.js';

/** A legacy entry together with what becomes of it. */
export interface DecidedJob extends JobDecision {
  readonly job: JobSnapshot;
}

/**
 * Reads the legacy schedule in bounded pages, ordered by score, and decides about every entry. At most
 * one batch of jobs is held at a time; nothing is written.
 */
export async function* decideAll(port: RedisPort, policy: JobPolicy): AsyncGenerator<DecidedJob[]> {
  let cursor: Cursor | null = null;
  do {
    const page = await port.pageLegacy(cursor);
    for (let from = 0; from < page.entries.length; from += BATCH) {
      const jobs = await port.readJobs(page.entries.slice(from, from + BATCH), { data: true });
      yield jobs.map((job) => ({ job, ...decideJob(job, policy) }));
      await breathe();
    }
    cursor = page.next;
  } while (cursor !== null);
}
