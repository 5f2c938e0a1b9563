import { type Names, originOf } from './names.js';
import type { PyNode } from './parser.js';
import { isQueueCall, queueNames } from './queues.js';
import { argumentsOf, dottedName, fieldOf } from './syntax.js';

/** What an expression evaluates to, as far as starting processes goes. */
export type RqObject =
  | {
      readonly is: 'worker';
      readonly queues: readonly string[] | null;
      /** Its class overrides `work`: what it passes on cannot be told. */
      readonly ownWork: boolean;
    }
  | { readonly is: 'pool'; readonly queues: readonly string[] | null }
  | { readonly is: 'scheduler' }
  | { readonly is: 'flask-rq' }
  | { readonly is: 'other' };

const MAX_STEPS = 12;

/** Evaluates an expression; null when the file does not say where the value comes from. */
export function evaluate(names: Names, node: PyNode, steps = MAX_STEPS): RqObject | null {
  if (steps === 0) return null;
  if (node.type === 'parenthesized_expression' || node.type === 'named_expression') {
    const inner = node.children.at(-1);
    return inner === undefined ? null : evaluate(names, inner, steps - 1);
  }
  if (node.type === 'call') return evaluateCall(names, node, steps);
  const written = dottedName(node);
  if (written === null) return null;
  return best(names, names.assigned.get(written) ?? [], steps);
}

/** A name may be bound several times: the first value of interest counts. */
function best(names: Names, values: readonly PyNode[], steps: number): RqObject | null {
  const objects = values.map((value) => evaluate(names, value, steps - 1)).filter((o) => o !== null);
  return objects.find((o) => o.is !== 'other') ?? objects[0] ?? null;
}

function evaluateCall(names: Names, call: PyNode, steps: number): RqObject | null {
  const callee = fieldOf(call, 'function');
  const written = callee === undefined ? null : dottedName(callee);
  if (callee === undefined || written === null) return null;
  const made = classObject(names, written, call);
  if (made !== null) return made;
  const origin = originOf(names, written);
  if (origin !== null)
    return factory(names, origin, call) ?? ofFlask(names, callee, call, steps) ?? { is: 'other' };
  const flask = ofFlask(names, callee, call, steps);
  if (flask !== null) return flask;
  const name = written.split('.').at(-1) ?? written;
  return best(names, names.returns.get(name) ?? [], steps);
}

/** `django_rq.get_worker('high')` and its like. */
function factory(names: Names, origin: string, call: PyNode): RqObject | null {
  if (/^django_rq(\.workers)?\.get_worker$/.test(origin)) return named(names, call, ['default']);
  if (/^django_rq(\.queues)?\.get_scheduler$/.test(origin)) return { is: 'scheduler' };
  return null;
}

/** `rq.get_worker()` and `rq.get_scheduler()` of a `flask_rq2.RQ`. */
function ofFlask(names: Names, callee: PyNode, call: PyNode, steps: number): RqObject | null {
  const object = fieldOf(callee, 'object');
  if (object === undefined || evaluate(names, object, steps - 1)?.is !== 'flask-rq') return null;
  const method = fieldOf(callee, 'attribute')?.text;
  // Without names Flask-RQ2 takes them from the app's RQ_QUEUES setting.
  if (method === 'get_worker') return named(names, call, null);
  return method === 'get_scheduler' ? { is: 'scheduler' } : { is: 'other' };
}

/** A worker whose queue names are the positional arguments. */
function named(names: Names, call: PyNode, none: readonly string[] | null): RqObject {
  const { positional, open } = argumentsOf(call);
  const each = positional.map((node) => queueNames(names, node));
  const queues = each.every((q) => q !== null) ? each.flat() : null;
  return { is: 'worker', queues: open ? null : queues?.length === 0 ? none : queues, ownWork: false };
}

/** The object that calling a class makes, for RQ's classes and the file's own subclasses. */
function classObject(names: Names, written: string, call: PyNode): RqObject | null {
  const kind = classKind(names, written);
  if (kind === null) return null;
  if (kind === 'scheduler' || kind === 'flask-rq') return { is: kind };
  const { positional, keywords } = argumentsOf(call);
  const given = positional[0] ?? keywords.get('queues');
  const queues = given === undefined ? null : queueNames(names, given);
  if (kind === 'pool') return { is: 'pool', queues };
  return { is: 'worker', queues, ownWork: overridesWork(names, written) };
}

/** Which class a name as written stands for: RQ's own, or a subclass made in this file. */
export function classKind(
  names: Names,
  written: string,
  steps = MAX_STEPS,
): 'worker' | 'pool' | 'scheduler' | 'flask-rq' | null {
  const origin = originOf(names, written);
  if (origin !== null) return importedKind(origin);
  if (steps === 0 || isQueueCall(names, written)) return null;
  for (const base of names.classes.get(written)?.bases ?? []) {
    const kind = classKind(names, base, steps - 1);
    if (kind !== null) return kind;
  }
  return null;
}

function importedKind(origin: string): 'worker' | 'pool' | 'scheduler' | 'flask-rq' | null {
  if (/^rq_scheduler(\.scheduler)?\.\w*Scheduler$/.test(origin)) return 'scheduler';
  if (/^rq(\.worker_pool)?\.WorkerPool$/.test(origin)) return 'pool';
  if (/^flask_rq2(\.app)?\.RQ$/.test(origin)) return 'flask-rq';
  // rq_win.WindowsWorker, rq_gevent_worker.GeventWorker and the like subclass RQ's Worker.
  if (/^(rq|rq_(?!scheduler)\w+|django_rq)(\.\w+)*\.\w*Worker$/.test(origin)) return 'worker';
  return null;
}

function overridesWork(names: Names, written: string, steps = MAX_STEPS): boolean {
  const local = names.classes.get(written);
  if (local === undefined || steps === 0) return false;
  return local.methods.has('work') || local.bases.some((base) => overridesWork(names, base, steps - 1));
}
