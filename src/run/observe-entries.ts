import { printableId } from '../native/job-id.js';
import { FATES, type Fate, ghostsBlock } from '../native/poison.js';
import { type Remedy, remedyFor } from '../native/remedy.js';
import type { JobRead } from '../redis/entries.js';
import type { RedisPort } from '../redis/port.js';
import type { BadEntry, EntriesSeen } from '../verify/observations.js';
import { type Judged, judgeQueue } from './judge-entries.js';

/** Entries named one by one, of each fate. */
const SHOWN = 20;
const EXAMPLES = 10;

export const NO_ENTRIES: EntriesSeen = {
  withoutJob: { count: 0, examples: [] },
  dueGhosts: 0,
  ghostsBlock: false,
  counts: {},
  bad: [],
  withoutStatus: 0,
};

/** What RQ's scheduler will make of every entry of a queue; `now` in epoch seconds. */
export async function lookAtEntries(
  port: RedisPort,
  queue: string,
  versions: readonly string[],
  now: number,
): Promise<EntriesSeen> {
  let [without, dueGhosts, withoutStatus] = [0, 0, 0];
  const ghosts: JobRead[] = [];
  const counts: Partial<Record<Fate, number>> = {};
  const bad: BadEntry[] = [];
  for await (const batch of judgeQueue(port, queue, versions)) {
    for (const one of batch) {
      const { job, verdict } = one;
      // Told apart from the others: it has no job that could be mended.
      if (verdict.codes.includes('hash-missing')) {
        without++;
        if (Number(job.score) <= now) dueGhosts++;
        if (ghosts.length < EXAMPLES) ghosts.push(job);
        continue;
      }
      const { fate, codes } = verdict;
      const n = (counts[fate] ?? 0) + 1;
      counts[fate] = n;
      if (codes.includes('status-missing') && fate === 'fine') withoutStatus++;
      if (fate !== 'fine' && n <= SHOWN) bad.push(badEntry(queue, one));
    }
  }
  bad.sort((a, b) => FATES.indexOf(a.fate) - FATES.indexOf(b.fate));
  // An entry that ran and was removed between the two readings is none; of many, enough are left to tell of.
  const left = await stillThere(port, queue, ghosts);
  if (without === ghosts.length) {
    without = left.length;
    dueGhosts = left.filter(({ score }) => Number(score) <= now).length;
  }
  const withoutJob = { count: without, examples: left.map(({ id }) => printableId(id)) };
  return { withoutJob, dueGhosts, ghostsBlock: ghostsBlock(versions), counts, bad, withoutStatus };
}

async function stillThere(port: RedisPort, queue: string, ghosts: readonly JobRead[]): Promise<JobRead[]> {
  const states = await port.judgeJobs(ghosts.map(({ id }) => ({ queue, id })));
  return ghosts.filter((_job, i) => states[i]?.state === 'ghost');
}

function badEntry(queue: string, { job, verdict }: Judged): BadEntry {
  const remedy = remedyFor(job.id, job, queue, verdict);
  return {
    id: printableId(job.id),
    fate: verdict.fate,
    codes: verdict.codes,
    at: Number(job.score),
    remedy: nameOf(remedy),
  };
}

function nameOf(remedy: Remedy): string {
  if (remedy.kind !== 'mend') return remedy.kind;
  // Whoever reads it should know that the job then runs.
  if (remedy.newScore !== null) return 'due-now';
  return remedy.newId === null ? 'mend' : 'rename';
}
