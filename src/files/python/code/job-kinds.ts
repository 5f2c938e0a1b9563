import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { recurs } from './call-recurring.js';
import type { CodeContext } from './context.js';
import type { PyFile } from './program.js';
import { lookUp } from './scopes.js';

/** What is handed to `cancel` and `in`: a job, its id, a series, or what `get_jobs` lists. */
export type JobKind = 'job' | 'id' | 'series' | 'listed' | 'unknown';

/** Tells from where a value comes, else from its form. */
export function jobKind(node: PyNode, file: PyFile, context: CodeContext, depth = 0): JobKind {
  if (node.type === 'string' || node.type === 'concatenated_string' || node.type === 'binary_operator')
    return 'id';
  if (node.type === 'parenthesized_expression' && node.children[0])
    return jobKind(node.children[0], file, context, depth + 1);
  if (node.type === 'attribute')
    return /^(id|_id|\w*job_id)$/.test(fieldOf(node, 'attribute')?.text ?? '') ? 'id' : 'unknown';
  if (node.type === 'call') return ofCall(node, file, context);
  if (node.type !== 'identifier' || depth > 8) return 'unknown';
  const kinds = new Set<JobKind>();
  for (const binding of lookUp(node.text, file.names.scopeAt(node))) {
    if (binding.by === 'value') kinds.add(jobKind(binding.value, file, context, depth + 1));
    else if (binding.by === 'other')
      kinds.add(isListed(binding.target, file, context) ? 'listed' : 'unknown');
    else kinds.add('unknown');
  }
  const [only] = kinds;
  if (kinds.size === 1 && only !== undefined && only !== 'unknown') return only;
  return kinds.size <= 1 && /(^|_)(job_)?ids?$/i.test(node.text) ? 'id' : 'unknown';
}

function ofCall(node: PyNode, file: PyFile, context: CodeContext): JobKind {
  const callee = fieldOf(node, 'function');
  const method = callee?.type === 'attribute' ? fieldOf(callee, 'attribute')?.text : callee?.text;
  const name = callee === undefined ? null : context.values.external(callee, file);
  if (name !== null && /^rq\.job\.Job\.(fetch|create)$/.test(name)) return 'job';
  if (method === 'get_id' || name === 'builtins.str') return 'id';
  const object = callee?.type === 'attribute' ? fieldOf(callee, 'object') : undefined;
  const scheduler =
    object !== undefined && context.values.of(object, file).some(({ is }) => is === 'scheduler');
  if (!scheduler) return 'unknown';
  if (method === 'cron') return 'series';
  if (method === 'schedule') return recurs(node) ? 'series' : 'job';
  return method === 'enqueue_at' || method === 'enqueue_in' ? 'job' : 'unknown';
}

/** `for job in scheduler.get_jobs()`, also through `list(…)` and `sorted(…)`. */
function isListed(target: PyNode, file: PyFile, context: CodeContext): boolean {
  const loop = file.names.parents.get(target);
  if (loop?.type !== 'for_statement' && loop?.type !== 'for_in_clause') return false;
  let source = fieldOf(loop, 'right');
  for (let i = 0; i < 4 && source !== undefined; i++) {
    const callee = source.type === 'call' ? fieldOf(source, 'function') : undefined;
    if (callee?.type === 'attribute' && fieldOf(callee, 'attribute')?.text === 'get_jobs') {
      const object = fieldOf(callee, 'object');
      return object !== undefined && context.values.of(object, file).some(({ is }) => is === 'scheduler');
    }
    if (callee?.type === 'identifier' && /^(list|sorted|tuple|iter)$/.test(callee.text)) {
      source = fieldOf(source, 'arguments')?.children[0];
    } else if (source.type === 'identifier') {
      const [binding] = lookUp(source.text, file.names.scopeAt(source));
      source = binding?.by === 'value' ? binding.value : undefined;
    } else return false;
  }
  return false;
}

/** What a Series has in common with a Job (rq_recurring.py). */
const SERIES_FIELDS = new Set(['id', 'description', 'timeout', 'ttl', 'result_ttl']);

/**
 * Is everything that is done with what `get_jobs` lists possible with series too: being counted, cancelled, looked
 * for, or asked for its id?
 */
export function servesSeries(listing: PyNode, file: PyFile): boolean {
  const parents = file.names.parents;
  let node = listing;
  let parent = parents.get(node);
  while (parent?.type === 'argument_list') {
    const call = parents.get(parent);
    const name = call === undefined ? '' : (fieldOf(call, 'function')?.text ?? '');
    if (call === undefined || !/^(list|tuple|iter|len|sum|any|bool)$/.test(name)) return false;
    if (name === 'len' || name === 'bool') return true;
    [node, parent] = [call, parents.get(call)];
  }
  if (parent?.type !== 'for_statement' && parent?.type !== 'for_in_clause') return false;
  const target = fieldOf(parent, 'left');
  if (target?.type !== 'identifier') return false;
  const bindings = lookUp(target.text, file.names.scopeAt(target));
  for (const [read, owner] of parents) {
    if (
      read === target ||
      read.type !== 'identifier' ||
      read.text !== target.text ||
      read.field === 'attribute'
    )
      continue;
    if (lookUp(read.text, file.names.scopeAt(read)) !== bindings) continue;
    if (!isSharedUse(read, owner, file)) return false;
  }
  return true;
}

function isSharedUse(read: PyNode, owner: PyNode, file: PyFile): boolean {
  if (owner.type === 'attribute') return SERIES_FIELDS.has(fieldOf(owner, 'attribute')?.text ?? '');
  if (owner.type !== 'argument_list') return false;
  const call = file.names.parents.get(owner);
  const callee = call === undefined ? undefined : fieldOf(call, 'function');
  return (
    callee?.type === 'attribute' && fieldOf(callee, 'attribute')?.text === 'cancel' && read.field !== 'name'
  );
}
