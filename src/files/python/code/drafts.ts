import { fieldOf } from '../../pysource/syntax.js';
import { argumentList } from './arguments.js';
import { enqueueDrafts } from './call-enqueue.js';
import { cronDrafts, recurs, scheduleDrafts } from './call-recurring.js';
import {
  cancelDraft,
  changeTimeDrafts,
  containsDraft,
  countDraft,
  getJobsDraft,
  jobDraft,
} from './call-registry.js';
import { type CodeContext, Work } from './context.js';
import type { Draft } from './draft.js';
import { flaskJobDraft } from './flask-jobs.js';
import { localName } from './local-names.js';
import { makingOf } from './making.js';
import type { RawUse } from './raw-use.js';

/** Methods of the scheduler's own loop (rq_scheduler/scheduler.py): a worker's scheduler does all that. */
const LOOP = new Set([
  'run',
  'acquire_lock',
  'remove_lock',
  'register_birth',
  'register_death',
  'heartbeat',
  'enqueue_jobs',
  'get_jobs_to_queue',
]);

/** What becomes of one use. */
export function draftsOf(use: RawUse, context: CodeContext): Draft[] {
  const drafts = plain(use, context);
  // What may also be something else cannot be changed into a Queue.
  return use.mixed
    ? drafts.map((draft) => ({ ...draft, own: 'none', args: { ...draft.args, why: 'mixed' } }))
    : drafts;
}

function plain(use: RawUse, context: CodeContext): Draft[] {
  switch (use.is) {
    case 'call':
      return ofCall(use, context);
    case 'contains':
      return [containsDraft(use, context)];
    case 'construct':
      return [constructed(use, context)];
    case 'annotation':
      return [annotated(use, context)];
    case 'read':
      return ofRead(use, context);
    case 'flask-job':
      return [flaskJobDraft(use, context)];
    case 'class':
      return [
        without(
          use,
          context,
          use.reason === 'subclass' ? 'code-subclass' : 'code-scheduler-object',
          use.reason,
        ),
      ];
    default:
      return [without(use, context, 'code-scheduler-object', use.reason)];
  }
}

function ofCall(use: Extract<RawUse, { is: 'call' }>, context: CodeContext): Draft[] {
  switch (use.method) {
    case 'enqueue_at':
    case 'enqueue_in':
      return enqueueDrafts(use, context);
    case 'schedule':
      return scheduleDrafts(use, context);
    case 'enqueue_periodic':
      return [without(use, context, 'code-schedule', 'old-method')];
    case 'cron':
      return cronDrafts(use, context);
    case 'cancel':
      return [cancelDraft(use, context)];
    case 'get_jobs':
      return [getJobsDraft(use, context)];
    case 'count':
      return [countDraft(use, context)];
    case 'change_execution_time':
      return changeTimeDrafts(use, context);
    case 'enqueue_job':
    case 'get_queue_for_job':
      return [jobDraft(use, context)];
    default:
      return [
        without(
          use,
          context,
          LOOP.has(use.method) ? 'code-run' : 'code-other-method',
          LOOP.has(use.method) ? 'loop' : 'no-counterpart',
        ),
      ];
  }
}

/** A use that nothing can be made of. */
function without(use: RawUse, context: CodeContext, code: string, why: string): Draft {
  const work = new Work(use.file, context);
  work.atMost('none', why);
  if (use.is === 'call') work.args.method = use.method;
  if (use.is === 'read') work.args.method = use.attribute;
  return work.draft(code, use.node, use.sites);
}

function constructed(use: Extract<RawUse, { is: 'construct' }>, context: CodeContext): Draft {
  const { site, file } = use;
  const making = makingOf(site);
  const work = new Work(file, context);
  work.atMost(making.level, making.reason);
  work.edits.push(...making.edits);
  work.needs.push(...making.needs);
  work.args.queue = making.queue;
  work.args.kind = site.kind;
  const code =
    site.kind === 'django' || site.kind === 'flask' ? 'code-get-scheduler' : 'code-scheduler-object';
  return work.draft(code, use.node, use.sites);
}

function annotated(use: Extract<RawUse, { is: 'annotation' }>, context: CodeContext): Draft {
  const { node, file, sites } = use;
  const work = new Work(file, context);
  if (sites.length === 0 || sites.some(({ kind }) => kind === 'declared')) work.atMost('none', 'declared');
  work.args.kind = 'annotation';
  const { written, need } = localName(file, 'rq', 'Queue');
  if (need !== null) work.needs.push(need);
  const content = node.type === 'string' ? node.children.find(({ type }) => type === 'string_content') : node;
  if (content) work.edit(content.start, content.end, written, 'swap-scheduler');
  return work.draft('code-scheduler-object', node, sites);
}

/** Attributes that a Queue has too, under the same name, or under another. */
const READ: Readonly<Record<string, string>> = {
  connection: 'connection',
  queue_name: 'name',
  job_class: 'job_class',
};

/** Parts of rq-scheduler's schedule in Redis, by the class attributes that name them. */
const KEYS = /^(scheduled_jobs_key|scheduler_key|scheduler_lock_key|redis_scheduler_namespace_prefix|key)$/;

function ofRead(use: Extract<RawUse, { is: 'read' }>, context: CodeContext): Draft[] {
  const { attribute, name, file, node } = use;
  const known = READ[attribute];
  if (use.written || known === undefined) {
    const code = KEYS.test(attribute) ? 'code-legacy-key' : 'code-other-method';
    return [
      without(
        use,
        context,
        code,
        use.written ? 'written' : KEYS.test(attribute) ? 'legacy-key' : 'method-passed',
      ),
    ];
  }
  if (known === attribute) return [];
  const work = new Work(file, context);
  work.edit(name.start, name.end, known, 'swap-call');
  return [work.draft('code-other-method', node, use.sites)];
}

/** Does this use make jobs, and of which kind? */
export function makesOf(use: RawUse): 'once' | 'recurring' | null {
  if (use.is === 'flask-job')
    return use.method === 'cron' || hasKeyword(use, 'interval') ? 'recurring' : 'once';
  if (use.is !== 'call') return null;
  if (use.method === 'enqueue_at' || use.method === 'enqueue_in') return 'once';
  if (use.method === 'cron' || use.method === 'enqueue_periodic') return 'recurring';
  return use.method !== 'schedule' ? null : recurs(use.node) ? 'recurring' : 'once';
}

function hasKeyword(use: RawUse, keyword: string): boolean {
  return argumentList(use.node).some(({ name }) => name?.text === keyword);
}

/** Does this use name a queue of its own, so that jobs are on several? */
export function namesQueue(use: RawUse): boolean {
  return use.is === 'call' && fieldOf(use.node, 'arguments') !== undefined && hasKeyword(use, 'queue_name');
}
