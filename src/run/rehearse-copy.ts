import { type Dumped, KEYS_A_CALL, keysOfJob } from '../redis/copy.js';
import type { Cursor, Entry } from '../redis/entries.js';
import { KEY, scheduledKey } from '../redis/keys.js';
import type { RedisPort } from '../redis/port.js';
import type { Scratch } from '../redis/scratch.js';
import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';

/** What was copied from the source. */
export interface Copied {
  /** Entries of the legacy schedule that there were, and those copied (`--limit`). */
  readonly total: number;
  readonly entries: number;
  readonly keys: number;
  /** Bytes of all dumps. */
  readonly bytes: number;
  /** Keys that the scratch server could not RESTORE and that were copied by type. */
  readonly byType: number;
}

/** Jobs whose keys are read in one call. */
const JOBS_A_CALL = KEYS_A_CALL / 4;

/** Stops the rehearsal between two steps, with nothing to go on with. */
export function stopHere({ stop }: Pick<Context, 'stop'>): void {
  if (stop.signal === null) return;
  const code = stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
  throw refusal(code, 'rehearsal-stopped', { signal: stop.signal });
}

/**
 * Copies what a run looks at: the legacy entries in order, the four keys of each job, the native schedules, series,
 * queues and the heartbeats that tell RQ's version. Only reads from the source, in bounded calls.
 */
export async function copyToScratch(
  context: Pick<Context, 'options' | 'terminal' | 'stop'>,
  source: RedisPort,
  scratch: Scratch,
): Promise<Copied> {
  const { terminal, options } = context;
  const total = await source.legacyCount();
  const limit = Math.min(options.limit ?? Number.POSITIVE_INFINITY, total);
  const copier = new Copier(source, scratch);
  await copier.keys(await smallKeys(source));
  let entries = 0;
  await eachPage(
    (cursor) => source.pageLegacy(cursor),
    async (page) => {
      stopHere(context);
      const wanted = page.slice(0, limit - entries);
      await scratch.addEntries(KEY.legacyJobs, wanted);
      for (let from = 0; from < wanted.length; from += JOBS_A_CALL) {
        await copier.keys(wanted.slice(from, from + JOBS_A_CALL).flatMap(({ id }) => keysOfJob(id)));
      }
      entries += wanted.length;
      terminal.progress(
        `Copying: ${entries.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} entries`,
      );
      return entries < limit;
    },
  );
  for (const { name } of await source.nativeQueues(await source.schedulerKeys(), 0)) {
    await eachPage(
      (cursor) => source.pageScheduled(name, cursor),
      async (page) => {
        stopHere(context);
        await scratch.addEntries(scheduledKey(name), page);
        return true;
      },
    );
  }
  terminal.progressEnd();
  return { total, entries, ...copier.counts };
}

/** Keys beside the jobs, all of them small. */
async function smallKeys(source: RedisPort): Promise<Buffer[]> {
  const workers = (await source.workers()).map(({ key }) => key);
  const crons = (await source.cronProcesses()).map(({ name }) => `rq:cron_scheduler:${name}`);
  const fixed = [KEY.queues, KEY.workers, KEY.cronSchedulers, KEY.series];
  const named = [...fixed, ...workers, ...crons].map((key) => Buffer.from(key));
  return [...named, ...(await keysOfSeries(source))];
}

/** Series with their real jobs and armed ones: a job that is registered again is compared with them. */
async function keysOfSeries(source: RedisPort): Promise<Buffer[]> {
  const ids = await source.seriesIds();
  const read = await source.readSeries(ids, { data: false });
  return read.flatMap(({ id, fields }) => {
    const jobs = [fields.get('job'), fields.get('job_id')].flatMap((job) =>
      job?.length ? keysOfJob(job) : [],
    );
    return [Buffer.from(`${KEY.series}:${id}`), ...jobs];
  });
}

async function eachPage(
  read: (cursor: Cursor | null) => ReturnType<RedisPort['pageLegacy']>,
  take: (entries: readonly Entry[]) => Promise<boolean>,
): Promise<void> {
  let cursor: Cursor | null = null;
  do {
    const page = await read(cursor);
    cursor = (await take(page.entries)) ? page.next : null;
  } while (cursor !== null);
}

class Copier {
  counts = { keys: 0, bytes: 0, byType: 0 };

  constructor(
    private readonly source: RedisPort,
    private readonly scratch: Scratch,
  ) {}

  async keys(keys: readonly Buffer[]): Promise<void> {
    for await (const dumped of this.source.dumpKeys(keys)) {
      const failed = dumped.length > 0 ? await this.scratch.restore(dumped) : [];
      for (const one of failed) await this.#byType(one);
      this.counts.keys += dumped.length;
      this.counts.bytes += dumped.reduce((sum, { payload }) => sum + payload.length, 0);
      this.counts.byType += failed.length;
    }
  }

  /** A server writes dumps that an older one cannot read. */
  async #byType({ key, pttl }: Dumped): Promise<void> {
    const value = await this.source.readValue(key);
    if (value) await this.scratch.write(key, value, pttl);
  }
}
