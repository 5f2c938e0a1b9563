import { enqueueDrafts } from './call-enqueue.js';
import { type CodeContext, Work } from './context.js';
import type { Draft } from './draft.js';
import { localName } from './local-names.js';
import { makingOf } from './making.js';
import type { RawUse } from './raw-use.js';

/**
 * What a use says of its object: `once` makes a job that runs once, `made` makes or names the object,
 * `recurring` repeats, and `sees` lists, cancels or may do anything with the jobs of all Schedulers.
 */
export type UseRole = 'once' | 'made' | 'recurring' | 'sees';

export function roleOf(use: RawUse): UseRole {
  if (use.is === 'flask-job') return 'recurring';
  if (use.mixed) return 'sees';
  if (use.is === 'construct' || use.is === 'annotation') return 'made';
  if (use.is === 'open') return 'sees';
  if (use.method === 'enqueue_at' || use.method === 'enqueue_in') return 'once';
  return isRegistering(use.method) ? 'recurring' : 'sees';
}

/** Methods that register a job which may run again. */
function isRegistering(method: string): boolean {
  return method === 'schedule' || method === 'cron' || method === 'enqueue_periodic';
}

/** RQ's own code for a use whose object becomes a Queue; its level is `none` where there is none that is the same. */
export function nativeDrafts(use: RawUse, context: CodeContext): Draft[] {
  switch (use.is) {
    case 'call':
      return enqueueDrafts(use, context);
    case 'construct':
      return [constructed(use, context)];
    case 'annotation':
      return [annotated(use, context)];
    default:
      return [];
  }
}

function constructed(use: Extract<RawUse, { is: 'construct' }>, context: CodeContext): Draft {
  const { site, file } = use;
  const making = makingOf(site);
  const work = new Work(file, context);
  work.level = making.level;
  work.edits.push(...making.edits);
  work.needs.push(...making.needs);
  work.args.queue = making.queue;
  work.args.kind = site.kind;
  if (site.kind === 'flask') work.args.why = 'flask-rq';
  const code =
    site.kind === 'django' || site.kind === 'flask' ? 'code-get-scheduler' : 'code-scheduler-object';
  return work.draft(code, use.node, use.sites);
}

function annotated(use: Extract<RawUse, { is: 'annotation' }>, context: CodeContext): Draft {
  const { node, file, sites } = use;
  const work = new Work(file, context);
  if (sites.length === 0 || sites.some(({ kind }) => kind === 'declared')) work.level = 'none';
  work.args.kind = 'annotation';
  const { written, need } = localName(file, 'rq', 'Queue');
  if (need !== null) work.needs.push(need);
  const content = node.type === 'string' ? node.children.find(({ type }) => type === 'string_content') : node;
  if (content) work.edit(content.start, content.end, written, 'swap-scheduler');
  return work.draft('code-scheduler-object', node, sites);
}
