import { setTimeout as sleep } from 'node:timers/promises';
import { Account, type Suspect } from '../journal/account.js';
import { decodeJobData } from '../legacy/job-data.js';
import { printableId } from '../native/job-id.js';
import { parseUtc } from '../native/parse.js';
import { BATCH, type Cursor } from '../redis/entries.js';
import type { RedisPort } from '../redis/port.js';
import { isRepair, type RunRecord } from '../redis/runs.js';
import type { AddedSeen, JournalSeen } from '../verify/observations.js';

/** Bytes of `data` that are read to name a function. */
const MAX_DATA = 64 * 1024;
/** Different function names that are counted apart. */
const MAX_FUNCTIONS = 1000;

/** Repairs that recur make a run each; every one of them counts. */
const MAX_RUNS = 100_000;
/** How often what is nowhere is looked at again, and the pause between. */
const LATER_LOOKS = 2;
const LOOK_GAP_MS = 1000;

/** The first look at the journal: what is lost is known after the later ones. */
export interface JournalLook {
  readonly runs: readonly RunRecord[];
  /** When the latest run that was no repair began, epoch seconds: it left nothing behind that was there; null for none. */
  readonly lastRunAt: number | null;
  readonly account: Account;
  readonly suspects: readonly Suspect[];
}

/** Every run that was not rolled back, newest first, and where its jobs are; null where there is none. */
export async function lookAtJournal(port: RedisPort, now: number): Promise<JournalLook | null> {
  const records = await Promise.all((await port.listRuns(MAX_RUNS)).map((runId) => port.readRun(runId)));
  const runs = records.filter((run) => run !== null).filter(({ state }) => state !== 'rolled-back');
  if (runs.length === 0) return null;
  const lists = new Map<string, Set<string>>();
  const account = new Account(now, (queue, id) => lists.get(queue)?.has(id) ?? false);
  const suspects: Suspect[] = [];
  for (const { runId } of runs) {
    for (let after: string | null = null; ; ) {
      const page = await port.accountJournal(runId, after);
      for (const job of page.jobs) {
        if (job.detail === 'queued' && !lists.has(job.queue))
          lists.set(job.queue, await port.queuedIds(job.queue));
        const suspect = account.add(job);
        if (suspect !== null) suspects.push(suspect);
      }
      after = page.next;
      if (after === null) break;
    }
  }
  return { runs, lastRunAt: runs.find((run) => !isRepair(run))?.createdAt ?? null, account, suspects };
}

/**
 * The later looks, the first of them two seconds after that of `lookAtJournal`. A worker that takes a job off its queue
 * leaves a moment, until its horse runs, in which the job is nowhere: on a busy queue one of many is always there.
 * `brokenSeries`: ids of those that were lost on both looks at the series themselves.
 */
export async function settleJournal(
  port: RedisPort,
  look: JournalLook,
  brokenSeries: ReadonlySet<string>,
): Promise<JournalSeen> {
  const { runs, account, suspects } = look;
  let open: readonly Suspect[] = suspects.filter(({ series }) => !series);
  for (let left = LATER_LOOKS; left > 0 && open.length > 0; left--) {
    const states = await port.judgeJobs(open.map(({ job, id }) => ({ queue: job.queue, id })));
    open = open.flatMap((suspect, i) => account.settle(suspect, states[i]?.state ?? suspect.job.state) ?? []);
    if (left > 1 && open.length > 0) await sleep(LOOK_GAP_MS);
  }
  const series = suspects
    .filter((suspect) => suspect.series)
    .flatMap(
      (one) => account.settle(one, brokenSeries.has(one.job.seriesId) ? one.job.state : 'armed') ?? [],
    );
  for (const one of [...open, ...series]) account.lose(one);
  return {
    runs: runs.map(({ runId }) => runId),
    unfinished: runs.find(({ state }) => state !== 'applied')?.runId ?? null,
    total: account.total,
    counts: account.counts,
    examples: account.lost.map(({ id, reason }) => `${printableId(id)}: ${reason}`),
  };
}

/** Legacy entries whose job was made after this moment, epoch seconds: an old client still writes. */
export async function lookForNewEntries(port: RedisPort, since: number): Promise<AddedSeen> {
  let count = 0;
  let first: number | null = null;
  let latest: number | null = null;
  const functions = new Map<string, number>();
  for (let cursor: Cursor | null = null; ; ) {
    const page = await port.pageLegacy(cursor);
    for (let from = 0; from < page.entries.length; from += BATCH) {
      const jobs = await port.readJobs(page.entries.slice(from, from + BATCH), {
        data: true,
        maxData: MAX_DATA,
      });
      for (const { fields } of jobs) {
        const created = parseUtc(fields.get('created_at') ?? new Uint8Array());
        if (created === null || created <= since) continue;
        count++;
        first = Math.min(first ?? created, created);
        latest = Math.max(latest ?? created, created);
        const data = fields.get('data');
        const decoded = data && decodeJobData(data);
        const name = decoded?.ok ? decoded.data.func : '?';
        if (functions.size < MAX_FUNCTIONS || functions.has(name))
          functions.set(name, (functions.get(name) ?? 0) + 1);
      }
    }
    cursor = page.next;
    if (cursor === null) break;
  }
  const names = [...functions].sort(([, a], [, b]) => b - a).map(([name, n]) => `${name} (${n})`);
  return { count, first, latest, functions: names };
}
