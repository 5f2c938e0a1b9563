import { type HashSnapshot, hashProblems, type PayloadFacts } from './entry.js';
import { jobIdProblem } from './job-id.js';
import { decodeText } from './parse.js';
import { atLeast } from './version.js';

/**
 * What RQ's scheduler makes of an entry of `rq:scheduled:<queue>` once it is due (SEMANTICS §3):
 * `crash`   its process ends with an exception: no queue of that worker is scheduled any more
 * `block`   it stays for ever, looked at every second; with a thousand of them due, nothing of the queue is enqueued
 * `dropped` the entry is removed and its job never runs
 * `lost`    the job never runs, and no failed registry tells of it
 * `fails`   the job goes to the failed registry
 */
export type Fate = 'crash' | 'block' | 'dropped' | 'lost' | 'fails' | 'fine';

/** One entry as read. */
export interface NativeEntry {
  readonly id: Uint8Array;
  /** As Redis prints it. */
  readonly score: string;
  readonly hash: HashSnapshot;
  /** Does `rq:job:<id up to the first colon>` exist? Only of interest for an id with a colon. */
  readonly prefixJob?: boolean;
}

/** The fate and why: codes of native/entry.ts and native/job-id.ts besides those of this module. */
export interface Verdict {
  readonly fate: Fate;
  /** Empty for an entry with nothing to be said about it. */
  readonly codes: readonly string[];
}

/** Worst first. */
export const FATES: readonly Fate[] = ['crash', 'block', 'dropped', 'lost', 'fails', 'fine'];

/** Due entries that the scheduler looks at in one pass (rq registry.py `get_jobs_to_schedule`). */
export const CHUNK = 1000;

/** Versions between which behaviour changed; of two verified tags the older side is taken. */
const GHOSTS_ARE_SKIPPED = '1.10';
const GHOSTS_ARE_REMOVED = '2.0';
const STATUS_IS_AN_ENUM = '2.0';
/** For an id `a:b` the job `a` is enqueued; 3.0 then removes the entry `a`, so that `a:b` enqueues it at every look. */
const OTHER_JOB_FOR_EVER = '3.0';

/** rq/job.py `JobStatus`. */
const STATUSES: Readonly<Record<string, string>> = {
  queued: '2.0',
  finished: '2.0',
  failed: '2.0',
  started: '2.0',
  deferred: '2.0',
  scheduled: '2.0',
  stopped: '2.0',
  canceled: '2.0',
  created: '2.4.1',
  rate_limited: '3.0',
  ready_to_enqueue: '3.0',
};

/** Codes of `hashProblems` that do not end the scheduler. Native scheduling ignores dependencies, on every version. */
const MILD: Readonly<Record<string, (rq: string | null) => Fate>> = {
  'ttl-zero': () => 'lost',
  // Before, the work horse died of it and the job was in no registry.
  'data-unreadable': (rq) => (rq !== null && atLeast(rq, GHOSTS_ARE_SKIPPED) ? 'fails' : 'lost'),
};

/**
 * The fate of an entry under one RQ version; null stands for the worst of all versions. The codes tell everything that
 * is wrong, also what the scheduler does not come to see: who mends one thing has to mend the others too.
 */
export function fateOf(entry: NativeEntry, rq: string | null, payloads: PayloadFacts): Verdict {
  const found = [...scoreProblem(entry.score), ...idProblem(entry, rq)];
  const decided = found[0]?.[1];
  const ghost = entry.hash.type === 'none';
  if (ghost) found.push(['hash-missing', ghostFate(rq)]);
  else found.push(...inHash(entry.hash, rq, payloads));
  const codes = found.map(([code]) => code);
  // RQ looks up the hash before it looks at the characters of the id.
  if (ghost && codes[0] === 'id-characters') return { fate: ghostFate(rq), codes };
  return { fate: decided ?? worst(found.map(([, fate]) => fate)), codes };
}

type Problem = readonly [code: string, fate: Fate];

/** The scheduler asks for scores from 0 to now. */
function scoreProblem(score: string): Problem[] {
  if (score.startsWith('-') && Number(score) !== 0) return [['score-negative', 'lost']];
  return score === 'inf' ? [['score-infinite', 'lost']] : [];
}

function idProblem({ id, prefixJob }: NativeEntry, rq: string | null): Problem[] {
  const code = jobIdProblem(id, rq);
  if (code === null) return [];
  if (code !== 'id-colon') return [[code, 'crash']];
  if (!prefixJob) return [[code, 'dropped']];
  const stays = rq === null || atLeast(rq, OTHER_JOB_FOR_EVER);
  return [['id-colon-other-job', stays ? 'block' : 'dropped']];
}

function inHash(hash: HashSnapshot, rq: string | null, payloads: PayloadFacts): Problem[] {
  const codes = hashProblems(hash, rq, payloads).filter((code) => code !== 'has-dependencies');
  const found = codes.map((code): Problem => [code, MILD[code]?.(rq) ?? 'crash']);
  return hash.type === 'hash' ? [...found, ...statusProblem(hash.fields.get('status'), rq)] : found;
}

/** The worst verdict under any of these versions, with all their codes; none stands for every version. */
export function worstFate(entry: NativeEntry, versions: readonly string[], payloads: PayloadFacts): Verdict {
  const [first = null, ...rest] = versions;
  const verdicts = [first, ...rest].map((rq) => fateOf(entry, rq, payloads));
  const codes = new Set(verdicts.flatMap((one) => one.codes));
  return { fate: worst(verdicts.map(({ fate }) => fate)), codes: [...codes] };
}

/** Can a thousand due entries without a job block a queue on one of these versions? */
export function ghostsBlock(versions: readonly string[]): boolean {
  return versions.some((rq) => ghostFate(rq) === 'block');
}

function worst(fates: readonly Fate[]): Fate {
  return FATES.find((fate) => fates.includes(fate)) ?? 'fine';
}

function ghostFate(rq: string | null): Fate {
  if (rq === null || !atLeast(rq, GHOSTS_ARE_SKIPPED)) return 'crash';
  return atLeast(rq, GHOSTS_ARE_REMOVED) ? 'dropped' : 'block';
}

/** Absent and empty are fine for the scheduler, but from 2.0 such a job can be neither cancelled nor asked for its status. */
function statusProblem(raw: Uint8Array | undefined, rq: string | null): Problem[] {
  const isEnum = rq === null || atLeast(rq, STATUS_IS_AN_ENUM);
  if (raw === undefined || raw.length === 0) return isEnum ? [['status-missing', 'fine']] : [];
  const status = decodeText(raw);
  if (status === null) return [['status-invalid', 'crash']];
  if (!isEnum) return [];
  const since = Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined;
  const known = since !== undefined && (rq === null ? since === '2.0' : atLeast(rq, since));
  return known ? [] : [['status-unknown', 'crash']];
}
