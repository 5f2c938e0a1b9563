import { type Names, originOf } from './names.js';
import type { PyNode } from './parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue } from './syntax.js';

/** Names may refer to each other in a circle. */
const MAX_STEPS = 12;

/** Is this dotted origin RQ's Queue class, or django-rq's subclass of it? */
export function isQueueClass(origin: string | null): boolean {
  return origin !== null && /^(rq|django_rq)(\.\w+)*\.(Django)?(RQ)?Queue$/i.test(origin);
}

/**
 * Queue names that an expression such as `['high', Queue('low')]`, `map(Queue, listen)` or
 * `[Queue(n) for n in listen]` stands for; null when they are not written out in the file.
 */
export function queueNames(names: Names, node: PyNode, steps = MAX_STEPS): readonly string[] | null {
  if (steps === 0) return null;
  const literal = stringValue(node);
  if (literal !== null) return [literal];
  const next = (inner: PyNode | undefined): readonly string[] | null =>
    inner === undefined ? null : queueNames(names, inner, steps - 1);
  switch (node.type) {
    case 'list':
    case 'tuple':
    case 'set':
      return joined(node.children.filter((child) => child.type !== 'comment').map(next));
    case 'parenthesized_expression':
      return next(node.children[0]);
    case 'identifier':
    case 'attribute':
      return next(soleValue(names, node));
    case 'list_comprehension':
    case 'generator_expression':
      return next(iterated(names, node));
    case 'call':
      return ofCall(names, node, next);
    default:
      return null;
  }
}

type Next = (inner: PyNode | undefined) => readonly string[] | null;

function ofCall(names: Names, call: PyNode, next: Next): readonly string[] | null {
  const callee = fieldOf(call, 'function');
  const written = callee === undefined ? null : dottedName(callee);
  if (written === null) return null;
  const { positional, keywords, open } = argumentsOf(call);
  if (['list', 'tuple', 'set', 'sorted'].includes(written) && positional.length === 1)
    return next(positional[0]);
  const [first, second] = positional;
  if (written === 'map' && first && second && makesQueue(names, first)) return next(second);
  if (!isQueueCall(names, written)) return null;
  const name = first ?? keywords.get('name');
  if (name === undefined) return open ? null : ['default'];
  return next(name);
}

/** `Queue(...)`, a local subclass of it, or `django_rq.get_queue(...)`: all default to `default`. */
export function isQueueCall(names: Names, written: string): boolean {
  const origin = originOf(names, written);
  if (isQueueClass(origin) || origin === 'django_rq.get_queue' || origin === 'django_rq.queues.get_queue')
    return true;
  const bases = names.classes.get(written)?.bases ?? [];
  return bases.some((base) => isQueueClass(originOf(names, base)));
}

/** First argument of `map`: the class itself, or a lambda around it. */
function makesQueue(names: Names, node: PyNode): boolean {
  if (node.type === 'lambda') {
    const parameter = fieldOf(node, 'parameters')?.children[0]?.text;
    return isQueueOf(names, fieldOf(node, 'body'), parameter);
  }
  const written = dottedName(node);
  return written !== null && (written === 'str' || isQueueCall(names, written));
}

/** The iterable of `[Queue(n) for n in iterable]`, where nothing else is done to its items. */
function iterated(names: Names, node: PyNode): PyNode | undefined {
  const clauses = node.children.filter((child) => child.type === 'for_in_clause');
  if (clauses.length !== 1 || node.children.some((child) => child.type === 'if_clause')) return undefined;
  const [clause] = clauses;
  if (clause === undefined) return undefined;
  const item = fieldOf(clause, 'left')?.text;
  return isQueueOf(names, fieldOf(node, 'body'), item) ? fieldOf(clause, 'right') : undefined;
}

/** Is `node` the item itself, or `Queue(item, ...)`? */
function isQueueOf(names: Names, node: PyNode | undefined, item: string | undefined): boolean {
  if (node === undefined || item === undefined) return false;
  if (node.type === 'identifier') return node.text === item;
  const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
  const written = callee === undefined ? null : dottedName(callee);
  if (written === null || !isQueueCall(names, written)) return false;
  const { positional, keywords } = argumentsOf(node);
  return (positional[0] ?? keywords.get('name'))?.text === item;
}

/** The one expression assigned to a name that nothing changes in place. */
function soleValue(names: Names, node: PyNode): PyNode | undefined {
  const written = dottedName(node);
  if (written === null || names.mutated.has(written)) return undefined;
  const values = names.assigned.get(written) ?? [];
  return values.length === 1 ? values[0] : undefined;
}

function joined(parts: readonly (readonly string[] | null)[]): readonly string[] | null {
  const out: string[] = [];
  for (const part of parts) {
    if (part === null) return null;
    out.push(...part);
  }
  return out;
}
