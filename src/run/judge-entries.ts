import { setImmediate as breathe } from 'node:timers/promises';
import { decodeJobData } from '../legacy/job-data.js';
import { metaShape } from '../legacy/meta.js';
import type { PayloadFacts } from '../native/entry.js';
import { type NativeEntry, type Verdict, worstFate } from '../native/poison.js';
import { atLeast } from '../native/version.js';
import { BATCH, type Cursor, type JobRead } from '../redis/entries.js';
import type { RedisPort } from '../redis/port.js';

/** Bytes of `data` that are looked into; longer ones are taken for readable. */
const MAX_DATA = 256 * 1024;
const COLON = 0x3a;

/** An entry of RQ's schedule as read, with what becomes of it. */
export interface Judged {
  readonly job: JobRead;
  readonly verdict: Verdict;
}

/**
 * Reads the schedule of a queue in bounded batches, ordered by score, and judges every entry under these RQ versions
 * (none: under all there are). Writes nothing.
 */
export async function* judgeQueue(
  port: RedisPort,
  queue: string,
  versions: readonly string[],
): AsyncGenerator<Judged[]> {
  let cursor: Cursor | null = null;
  do {
    const page = await port.pageScheduled(queue, cursor);
    for (let from = 0; from < page.entries.length; from += BATCH) {
      const part = page.entries.slice(from, from + BATCH);
      const jobs = await port.readJobs(part, { data: true, maxData: MAX_DATA });
      const others = await prefixJobs(port, jobs, versions);
      yield jobs.map((job) => ({ job, verdict: judge(job, versions, others) }));
      await breathe();
    }
    cursor = page.next;
  } while (cursor !== null);
}

function judge(job: JobRead, versions: readonly string[], prefixes: ReadonlySet<string>): Verdict {
  const fields = job.dataLength >= 0 && !job.fields.has('data') ? withData(job.fields) : job.fields;
  const entry: NativeEntry = {
    id: job.id,
    score: job.score,
    hash: { type: job.type, fields },
    prefixJob: prefixes.has(prefixOf(job.id)),
  };
  return worstFate(entry, versions, payloadFacts(job));
}

/** `data` that was too long to be read is there all the same. */
function withData(fields: JobRead['fields']): JobRead['fields'] {
  return new Map([...fields, ['data', new Uint8Array()]]);
}

function payloadFacts({ fields }: JobRead): PayloadFacts {
  const raw = fields.get('data');
  const data = raw === undefined ? null : decodeJobData(raw);
  return {
    dataReadable: data === null || data.ok || data.problem === 'data-too-large',
    meta: metaShape(fields.get('meta')),
  };
}

/** Of ids with a colon, the parts before it that are jobs of their own: RQ >= 2.0 takes one for the other. */
async function prefixJobs(
  port: RedisPort,
  jobs: readonly JobRead[],
  versions: readonly string[],
): Promise<ReadonlySet<string>> {
  const cut = versions.length === 0 || versions.some((rq) => atLeast(rq, '2.0'));
  const colons = cut ? jobs.filter(({ id }) => id.includes(COLON)) : [];
  if (colons.length === 0) return new Set();
  const ids = [...new Set(colons.map(({ id }) => prefixOf(id)))];
  const found = await port.readJobs(
    ids.map((id) => ({ id: Buffer.from(id, 'latin1'), score: '0' })),
    { data: false },
  );
  return new Set(ids.filter((_id, i) => found[i]?.type === 'hash'));
}

function prefixOf(id: Uint8Array): string {
  return Buffer.from(id).toString('latin1').split(':')[0] ?? '';
}
