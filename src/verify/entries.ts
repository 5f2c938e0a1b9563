import { CHUNK, type Fate } from '../native/poison.js';
import { check } from './check.js';
import type { BadEntry, Check, CheckStatus, EntriesSeen, QueueSeen } from './observations.js';

/** A job that fails harms nobody else, and its failed registry tells of it. */
const STATUS: Readonly<Record<Fate, CheckStatus>> = {
  crash: 'fail',
  block: 'fail',
  dropped: 'fail',
  lost: 'fail',
  fails: 'warn',
  fine: 'pass',
};

/** The checks of the entries of one queue: one of all together where they are well, else one of each that is not. */
export function entryChecks({ name, scheduled, entries }: QueueSeen): Check[] {
  const { withoutJob } = entries;
  const bad = Object.entries(entries.counts).filter(([fate]) => fate !== 'fine');
  const count = bad.reduce((sum, [, n]) => sum + n, 0);
  return [
    check('jobs-present', withoutJob.count === 0 ? 'pass' : 'fail', name, {
      count: withoutJob.count,
      examples: withoutJob.examples,
      scheduled,
    }),
    ...ghosts(name, entries),
    ...entries.bad.map((one) => badEntry(name, one)),
    ...(count > entries.bad.length ? [more(name, entries, count)] : []),
    ...(count === 0 ? [check('entries-fit', 'pass', name, { scheduled })] : []),
    ...(entries.withoutStatus > 0
      ? [check('entries-without-status', 'warn', name, { count: entries.withoutStatus })]
      : []),
  ];
}

/** RQ 1.10 to 1.16 skips such entries and looks at the first thousand only (SEMANTICS §3). */
function ghosts(where: string, { dueGhosts, ghostsBlock }: EntriesSeen): Check[] {
  if (!ghostsBlock || dueGhosts === 0) return [];
  const status = dueGhosts >= CHUNK ? 'fail' : 'warn';
  return [check('ghosts-block', status, where, { count: dueGhosts, limit: CHUNK })];
}

function badEntry(where: string, { id, fate, codes, at, remedy }: BadEntry): Check {
  const args = { id, fate, reasons: codes, at, remedy };
  return { ...check('entry-unfit', STATUS[fate], where, args), jobId: id };
}

/** What was not shown one by one. */
function more(where: string, { bad, counts }: EntriesSeen, count: number): Check {
  const hidden = Object.entries(counts).some(
    ([fate, n]) => STATUS[fate as Fate] === 'fail' && n > bad.filter((one) => one.fate === fate).length,
  );
  return check('entries-unfit-more', hidden ? 'fail' : 'warn', where, { count: count - bad.length });
}
