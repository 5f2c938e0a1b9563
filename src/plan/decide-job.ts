import { classify } from '../legacy/classify.js';
import { funcNameOf } from '../legacy/job-data.js';
import { decodeMeta } from '../legacy/meta.js';
import type { JobSnapshot } from '../legacy/types.js';
import { hashProblems } from '../native/entry.js';
import { jobIdProblem, printableId, safeJobId } from '../native/job-id.js';
import type { Finding, JobItem, JobKind, Recurrence, Severity } from './types.js';

/** What the decision about one entry depends on besides the entry. */
export interface JobPolicy {
  /** RQ version that will run the jobs; null = unknown, the strictest rules apply. */
  readonly rq: string | null;
  /** Give ids that RQ cannot hold a valid new name instead of refusing the job. */
  readonly renameIds: boolean;
  /** Codes the user allows. */
  readonly allow: ReadonlySet<string>;
}

/** The decision for one entry: what is shown, what is to be said. */
export interface JobDecision {
  readonly item: JobItem;
  readonly findings: readonly Finding[];
}

/** Entries that rq-scheduler itself could still run: leaving them behind would lose them. */
const RUNNABLE_UNDER_LEGACY: ReadonlySet<string> = new Set([
  'id-colon',
  'id-characters',
  'has-dependencies',
  'job-busy',
  'recurring-not-migrated',
]);

/** Statuses in which RQ itself is dealing with the job right now (SEMANTICS §4). */
const BUSY: ReadonlySet<string> = new Set(['queued', 'started', 'deferred']);

/** Does leaving an entry for this reason lose a run that rq-scheduler would have made? */
export function wouldRunUnderLegacy(code: string): boolean {
  return RUNNABLE_UNDER_LEGACY.has(code);
}

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');

/**
 * Decides what becomes of one legacy entry. Classification is rq-scheduler's own (SEMANTICS §1);
 * what RQ's scheduler would crash on, drop or confuse is refused (SEMANTICS §3), never moved.
 */
export function decideJob(job: JobSnapshot, policy: JobPolicy): JobDecision {
  const id = printableId(job.id);
  const base = { id, newId: null, scheduledAt: Number(job.score) };
  if (job.type === 'none') {
    return conclude({ ...base, queue: null, kind: null, func: null }, 'drop', ['job-hash-missing'], 'warn');
  }
  const origin = text(job.fields.get('origin')) || null;
  const data = job.fields.get('data');
  const meta = decodeMeta(job.fields.get('meta'));
  const known = {
    ...base,
    queue: origin,
    func: data && data.length > 0 ? funcNameOf(data) : null,
  };
  const problems = [...hashProblems(job, policy.rq)];
  if (job.type === 'hash' && origin === null) problems.push('origin-missing');
  if (meta.problem !== null && !problems.includes(meta.problem)) problems.push(meta.problem);
  const kept = problems.filter((code) => !policy.allow.has(code));
  if (kept.length > 0) return conclude({ ...known, kind: null }, 'refuse', kept, 'warn');

  const { kind, recurrence } = classify(meta);
  const status = text(job.fields.get('status')) ?? '';
  const item = { ...known, kind, ...(recurrence ? { recurrence } : {}) };
  if (kind !== 'oneshot') return conclude(item, 'keep', ['recurring-not-migrated'], 'warn');
  if (BUSY.has(status)) return conclude(item, 'keep', ['job-busy'], 'warn');

  const idProblem = jobIdProblem(job.id, policy.rq);
  if (idProblem === null) return { item: { ...item, action: 'move', reasons: [] }, findings: [] };
  if (idProblem === 'id-not-utf8' || !policy.renameIds) return conclude(item, 'refuse', [idProblem], 'warn');
  return conclude({ ...item, newId: safeJobId(id) }, 'move', [idProblem], 'info');
}

type Undecided = Omit<JobItem, 'action' | 'reasons' | 'kind'> & {
  kind: JobKind | null;
  recurrence?: Recurrence;
};

function conclude(
  item: Undecided,
  action: JobItem['action'],
  reasons: readonly string[],
  severity: Severity,
): JobDecision {
  const findings = reasons.map((code): Finding => {
    const renamed = item.newId !== null && severity === 'info';
    return {
      code: renamed ? 'id-renamed' : code,
      severity,
      jobId: item.id,
      args: { id: item.id, newId: item.newId, queue: item.queue, func: item.func },
    };
  });
  return { item: { ...item, action, reasons }, findings };
}
