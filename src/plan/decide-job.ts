import { classify } from '../legacy/classify.js';
import { decodeJobData, type JobData } from '../legacy/job-data.js';
import { decodeMeta, type MetaResult } from '../legacy/meta.js';
import type { JobSnapshot } from '../legacy/types.js';
import { hashProblems } from '../native/entry.js';
import { jobIdFor, jobIdProblem, printableId, safeJobId } from '../native/job-id.js';
import { parseUtc } from '../native/parse.js';
import { atLeast } from '../native/version.js';
import { conclude, type Item, type JobDecision } from './conclude.js';
import { decideCron } from './decide-cron.js';
import { decideRecurring, type RecurringPolicy, strategyFor } from './decide-recurring.js';
import { decideRepeat } from './decide-repeat.js';
import type { Recurrence } from './types.js';

export type { JobDecision } from './conclude.js';

/** What the decision about one entry depends on besides the entry. */
export interface JobPolicy {
  /** RQ version that will run the jobs; null = unknown, the strictest rules apply. */
  readonly rq: string | null;
  /** Give ids that RQ cannot hold a valid new name instead of refusing the job. */
  readonly renameIds: boolean;
  /** Codes the user allows. */
  readonly allow: ReadonlySet<string>;
  readonly recurring: RecurringPolicy;
  /** Dotted name under which workers import the package for recurring jobs. */
  readonly runtimeModule: string;
}

/** Entries that rq-scheduler itself could still run: leaving them behind would lose a run. */
const RUNNABLE_UNDER_LEGACY: ReadonlySet<string> = new Set([
  'id-colon',
  'id-characters',
  'has-dependencies',
  'job-busy',
  'recurring-kept',
  'rq-too-old-for-series',
  'tz-ambiguous',
  'tz-unknown',
  'tz-contradicts-score',
  'cron-inexpressible',
  'cron-never',
  'score-invalid',
  'repeat-needs-rq-2-3',
  'repeat-not-finite',
  'cron-needs-rq-2-5',
  'cron-not-finite',
  'cron-not-exact-in-utc',
  'cron-args-not-literal',
  'cron-options-lost',
  'cron-serializer',
]);

/** Problems that cost nobody but the job itself, so that a user may accept them. */
const ALLOWABLE: ReadonlySet<string> = new Set(['data-unreadable', 'has-dependencies']);

/** Statuses in which RQ itself is dealing with the job right now (SEMANTICS §4). */
const BUSY: ReadonlySet<string> = new Set(['queued', 'started', 'deferred']);

/** What rq_recurring.py runs on. */
const OLDEST_FOR_SERIES = '1.15.1';

/** Does leaving an entry for this reason lose a run that rq-scheduler would have made? */
export function wouldRunUnderLegacy(code: string): boolean {
  return RUNNABLE_UNDER_LEGACY.has(code);
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('utf8');
}

/**
 * Decides what becomes of one legacy entry. Classification is rq-scheduler's own (SEMANTICS §1);
 * what RQ's scheduler would crash on, drop or confuse is refused (SEMANTICS §3), never moved as it is.
 */
export function decideJob(job: JobSnapshot, policy: JobPolicy): JobDecision {
  const id = printableId(job.id);
  const base: Item = { id, newId: null, queue: null, kind: null, scheduledAt: Number(job.score), func: null };
  if (job.type === 'none') return conclude(base, 'drop', ['job-hash-missing'], 'warn');

  const raw = job.fields.get('data');
  const data = raw === undefined ? null : decodeJobData(raw);
  const decoded = decodeMeta(job.fields.get('meta'));
  const { kind, recurrence } = decoded.ok ? classify(decoded.meta) : { kind: null, recurrence: null };
  const item: Item = {
    ...base,
    queue: text(job.fields.get('origin')) || null,
    kind: job.type === 'hash' ? kind : null,
    func: data?.ok ? data.data.func : null,
    ...(recurrence ? { recurrence } : {}),
  };
  const problems = new Set(
    hashProblems(job, policy.rq, {
      // Data too large to look at is RQ's to read, and no fault of the job.
      dataReadable: data === null || data.ok || data.problem === 'data-too-large',
      meta: metaShape(decoded),
    }),
  );
  if (job.type === 'hash' && item.queue === null) problems.add('origin-missing');
  if (!decoded.ok) problems.add(decoded.problem);
  const standing = [...problems].filter((code) => !(policy.allow.has(code) && ALLOWABLE.has(code)));
  if (standing.length > 0) return conclude(item, 'refuse', standing, 'warn');

  if (!recurrence && wasEnqueued(job)) return conclude(item, 'keep', ['job-enqueued-already'], 'warn');
  if (recurrence) return decideStrategy(job, item, recurrence, data?.ok ? data.data : null, policy);
  if (BUSY.has(text(job.fields.get('status')))) return conclude(item, 'keep', ['job-busy'], 'warn');
  return decideId(job, item, policy);
}

/** Statuses that a job has from its enqueueing on (rq/job.py JobStatus). */
const ENQUEUED: ReadonlySet<string> = new Set([
  'queued',
  'started',
  'finished',
  'failed',
  'stopped',
  'canceled',
]);

/**
 * Was it put on its queue for the very time of this entry? rq-scheduler does that first and takes the entry out
 * afterwards (rq_scheduler 0.9-0.14 scheduler.py, enqueue_job): one that is killed in between leaves an entry whose
 * job has run or will.
 */
function wasEnqueued(job: JobSnapshot): boolean {
  const raw = job.fields.get('enqueued_at');
  const at = raw === undefined ? null : parseUtc(raw);
  return ENQUEUED.has(text(job.fields.get('status'))) && at !== null && at >= Number(job.score);
}

/** What becomes of a recurring job by its strategy; one that cannot have it stays, with the reason. */
function decideStrategy(
  job: JobSnapshot,
  item: Item,
  recurrence: Recurrence,
  data: JobData | null,
  policy: JobPolicy,
): JobDecision {
  switch (strategyFor(policy.recurring, item.id, item.func)) {
    case 'keep':
      return conclude(item, 'keep', ['recurring-kept'], 'info');
    case 'repeat':
      return decideRepeating(job, item, recurrence, policy);
    case 'cron':
      // Data too large to look at is too large for a file, too.
      return data === null
        ? conclude(item, 'keep', ['cron-args-not-literal'], 'warn', { detail: 'its arguments' })
        : decideForRqCron(job, item, recurrence, data, policy);
    case 'rearm':
      return decideSeries(job, item, recurrence, policy);
  }
}

/** A recurring job becomes a series. A running one is not disturbed: it waits where it gets another id. */
function decideSeries(job: JobSnapshot, item: Item, recurrence: Recurrence, policy: JobPolicy): JobDecision {
  if (policy.rq !== null && !atLeast(policy.rq, OLDEST_FOR_SERIES)) {
    return conclude(item, 'keep', ['rq-too-old-for-series'], 'warn');
  }
  const decided = decideRecurring(job.id, item.scheduledAt, recurrence, policy.recurring);
  const cron = recurrence.cronString;
  if (!decided.ok) return conclude(item, 'keep', [decided.code], 'warn', { cron, detail: decided.detail });
  const realId = printableId(jobIdFor(job.id, policy.rq));
  const renamed = realId !== item.id;
  if (renamed && BUSY.has(text(job.fields.get('status'))))
    return conclude(item, 'keep', ['job-busy'], 'warn');
  const { series, slot, recurrence: known, notes, doubts } = decided;
  const rearmed = { ...item, newId: `${series}-${slot}`, recurrence: known };
  const { findings } = conclude(rearmed, 'rearm', notes, 'warn', { cron, zone: known.zone ?? null, doubts });
  const named = renamed
    ? conclude({ ...rearmed, newId: realId }, 'rearm', ['id-renamed'], 'info').findings
    : [];
  return { item: { ...rearmed, action: 'rearm', reasons: notes }, findings: [...findings, ...named] };
}

/** One job that RQ repeats by itself; the original, which may be running, is left as it is. */
function decideRepeating(
  job: JobSnapshot,
  item: Item,
  recurrence: Recurrence,
  policy: JobPolicy,
): JobDecision {
  const decided = decideRepeat(job.id, recurrence, policy.rq);
  if (!Number.isFinite(item.scheduledAt)) return conclude(item, 'keep', ['score-invalid'], 'warn');
  if (!decided.ok) return conclude(item, 'keep', [decided.code], 'warn');
  return { item: { ...item, newId: decided.newId, action: 'repeat', reasons: [] }, findings: [] };
}

/** Left to `rq cron`; taken from rq-scheduler only when a process has it. */
function decideForRqCron(
  job: JobSnapshot,
  item: Item,
  recurrence: Recurrence,
  data: JobData,
  policy: JobPolicy,
): JobDecision {
  const { id, queue, scheduledAt } = item;
  const cron = recurrence.cronString;
  const decided = decideCron(job, { id, queue: queue ?? '', scheduledAt }, recurrence, data, policy);
  if (!decided.ok) return conclude(item, 'keep', [decided.code], 'warn', { cron, detail: decided.detail });
  const { registration, recurrence: known, notes, doubts, seen } = decided;
  const shown = { ...item, recurrence: known };
  const noted = conclude(shown, 'keep', notes, 'warn', { cron, zone: known.zone ?? null, doubts }).findings;
  const { item: left, findings } = seen
    ? conclude(shown, 'retire', [], 'info')
    : conclude(shown, 'keep', ['waiting-for-rq-cron'], 'info');
  return { item: left, findings: [...findings, ...noted], registration };
}

function metaShape(decoded: MetaResult): 'dict' | 'not-dict' | 'unreadable' {
  if (decoded.ok) return 'dict';
  if (decoded.problem === 'meta-unreadable') return 'unreadable';
  return decoded.problem === 'meta-not-dict' ? 'not-dict' : 'dict';
}

function decideId(job: JobSnapshot, item: Item, policy: JobPolicy): JobDecision {
  const problem = jobIdProblem(job.id, policy.rq);
  if (problem === null) return { item: { ...item, action: 'move', reasons: [] }, findings: [] };
  if (!policy.renameIds) return conclude(item, 'refuse', [problem], 'warn');
  return conclude({ ...item, newId: safeJobId(job.id) }, 'move', ['id-renamed'], 'info');
}
