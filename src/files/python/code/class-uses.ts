import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { PyFile } from './program.js';
import { type RawUse, sitesOf } from './raw-use.js';
import { lookUp, parameterName, type Scope } from './scopes.js';
import { SCHEDULER_CLASS, type Site } from './value.js';
import type { Values } from './values.js';

/** The class itself, or the function that makes one, used other than by calling it. */
export function classUse(node: PyNode, file: PyFile, values: Values): RawUse | null {
  if (!namesOurs(node, file, values)) return null;
  const parent = file.names.parents.get(node) as PyNode;
  // `rq_scheduler.Scheduler`: the whole expression counts, not its beginning.
  if (parent.type === 'attribute' && namesOurs(parent, file, values)) return null;
  if (parent.type === 'call' && node.field === 'function') return null;
  const common = { file, node, mixed: false };
  const annotation = annotatedBy(node, file, values);
  if (annotation !== null) return { is: 'annotation', ...common, sites: annotation };
  if (parent.type === 'argument_list' && parent.field === 'superclasses') {
    const definition = file.names.parents.get(parent) as PyNode;
    return { is: 'open', ...common, node: definition, sites: [] };
  }
  return { is: 'open', ...common, sites: [] };
}

function namesOurs(node: PyNode, file: PyFile, values: Values): boolean {
  return values.of(node, file).some((value) => value.is === 'external' && isOurs(value.name));
}

/** Schedulers of what a type annotation around this node is about; null where there is none. */
function annotatedBy(node: PyNode, file: PyFile, values: Values): Site[] | null {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at)) {
    if (at.type !== 'type') continue;
    const owner = file.names.parents.get(at);
    if (owner === undefined) return null;
    if (at.field === 'return_type') return sitesOf(values.returned(owner, file));
    const target = owner.type === 'assignment' ? fieldOf(owner, 'left') : parameterName(owner);
    if (target === undefined) return [];
    const scope = owner.type === 'assignment' ? file.names.scopeAt(owner) : scopeOfParameter(owner, file);
    const bindings = scope === null ? [] : lookUp(target.text, scope);
    return sitesOf(bindings.flatMap((binding) => values.binding(binding, file)));
  }
  return null;
}

/** `function.schedule(…)` and `function.cron(…)` of what Flask-RQ2's decorator `rq.job` decorates. */
export function* flaskJobs(call: PyNode, file: PyFile, values: Values): Generator<RawUse> {
  const callee = fieldOf(call, 'function');
  const method = callee?.type === 'attribute' ? (fieldOf(callee, 'attribute')?.text ?? '') : '';
  const object = callee === undefined ? undefined : fieldOf(callee, 'object');
  if (callee === undefined || object === undefined || (method !== 'schedule' && method !== 'cron')) return;
  for (const value of values.of(object, file)) {
    if (value.is !== 'function') continue;
    const decorated = value.file.names.parents.get(value.node);
    for (const decorator of decorated?.children ?? []) {
      if (decorator.type !== 'decorator') continue;
      const [expression] = decorator.children;
      const made = expression?.type === 'call' ? fieldOf(expression, 'function') : expression;
      if (made === undefined || values.external(made, value.file) !== 'flask_rq2.RQ().job') continue;
      const rq = fieldOf(made, 'object') ?? null;
      yield { is: 'flask-job', file, node: call, sites: [], mixed: false, method, callee, rq };
      return;
    }
  }
}

function isOurs(name: string): boolean {
  return (
    /^rq_scheduler(\.|$)/.test(name) ||
    SCHEDULER_CLASS.test(name) ||
    /^django_rq(\.queues)?\.get_scheduler/.test(name)
  );
}

function scopeOfParameter(parameter: PyNode, file: PyFile): Scope | null {
  const list = file.names.parents.get(parameter);
  const fn = list === undefined ? undefined : file.names.parents.get(list);
  const inside = fn === undefined ? undefined : fieldOf(fn, 'body')?.children[0];
  return inside === undefined ? null : file.names.scopeAt(inside);
}
