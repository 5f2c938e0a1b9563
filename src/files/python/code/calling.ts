import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, fieldOf } from '../../pysource/syntax.js';
import { returnsOf } from './functions.js';
import { classMember } from './members.js';
import type { PyFile } from './program.js';
import { OTHER, SCHEDULER_CLASS, type Value } from './value.js';
import type { Values } from './values.js';

const DJANGO_SCHEDULER = /^django_rq(\.queues)?\.(get_scheduler|get_scheduler_by_index)$/;
const FLASK_RQ = /^flask_rq2(\.app)?\.RQ$/;
/** Decorators and wrappers that leave what a function returns as it is. */
const LAZY =
  /^(werkzeug\.local\.LocalProxy|django\.utils\.functional\.SimpleLazyObject|fastapi\.Depends|fastapi\.params\.Depends)$/;

/** What a call may give. */
export function callValues(node: PyNode, file: PyFile, values: Values): Value[] {
  const callee = fieldOf(node, 'function');
  if (callee === undefined) return [OTHER];
  const found = values.of(callee, file).flatMap((value) => resultOf(value, node, file, values));
  return found.length > 0 ? found : [OTHER];
}

function resultOf(value: Value, node: PyNode, file: PyFile, values: Values): Value[] {
  switch (value.is) {
    case 'external':
      return fromOutside(value.name, node, file, values);
    case 'class':
      return made(value, node, file, values);
    case 'function':
      return returnedValues(value.node, value.file, values);
    default:
      return [OTHER];
  }
}

/** Results of classes and functions from outside of the project, by dotted name. */
function fromOutside(name: string, node: PyNode, file: PyFile, values: Values): Value[] {
  if (SCHEDULER_CLASS.test(name)) return [values.site('constructor', node, file)];
  if (DJANGO_SCHEDULER.test(name)) return [values.site('django', node, file)];
  if (name === 'flask_rq2.RQ().get_scheduler') return [values.site('flask', node, file)];
  if (FLASK_RQ.test(name)) return [{ is: 'flask-rq' }];
  const { positional, keywords } = argumentsOf(node);
  if (name === 'typing.cast' && positional[1]) {
    const [annotation, inner] = positional;
    const given = [...values.of(inner as PyNode, file)];
    if (given.some(({ is }) => is === 'scheduler')) return given;
    return (annotation ? values.declared(annotation, file) : null) ?? given;
  }
  const lazy = positional[0] ?? keywords.get('dependency');
  if (LAZY.test(name) && lazy) {
    return values
      .of(lazy, file)
      .flatMap((one) => (one.is === 'function' ? returnedValues(one.node, one.file, values) : [OTHER]));
  }
  return [{ is: 'result', of: name, node, file }];
}

function made(value: Extract<Value, { is: 'class' }>, node: PyNode, file: PyFile, values: Values): Value[] {
  const kind = classKind(value, values);
  if (kind === 'scheduler') return [values.site('subclass', node, file)];
  if (kind === 'flask-rq') return [{ is: 'flask-rq' }];
  return [{ is: 'instance', file: value.file, node: value.node }];
}

/** Whose class a class of the project extends. */
export function classKind(
  { node, file }: { readonly node: PyNode; readonly file: PyFile },
  values: Values,
  depth = 0,
): 'scheduler' | 'flask-rq' | null {
  if (depth > 8) return null;
  for (const base of fieldOf(node, 'superclasses')?.children ?? []) {
    for (const value of values.of(base, file)) {
      if (value.is === 'external' && SCHEDULER_CLASS.test(value.name)) return 'scheduler';
      if (value.is === 'external' && FLASK_RQ.test(value.name)) return 'flask-rq';
      const kind = value.is === 'class' ? classKind(value, values, depth + 1) : null;
      if (kind !== null) return kind;
    }
  }
  return null;
}

/** What a function returns or, as a context manager or dependency, yields; its annotation where that is all. */
export function returnedValues(node: PyNode, file: PyFile, values: Values): Value[] {
  if (node.type === 'lambda') {
    const body = fieldOf(node, 'body');
    return body ? [...values.of(body, file)] : [OTHER];
  }
  const given = returnsOf(node).flatMap((value) => [...values.of(value, file)]);
  if (given.some(({ is }) => is === 'scheduler' || is === 'instance' || is === 'result')) return given;
  const annotation = fieldOf(node, 'return_type');
  const declared = annotation ? values.declared(annotation, file) : null;
  return declared ?? (given.length > 0 ? given : [{ is: 'none' }]);
}

/** Opens the module that a name comes from. */
function readOn(value: Value, values: Values): readonly Value[] {
  if (value.is !== 'unread') return [value];
  const file = values.program.file(value.path);
  return file === null ? [] : (values.member(file, value.name) ?? []);
}

/** The functions that a call may run, for following an argument into them. */
export function calledFunctions(
  call: PyNode,
  file: PyFile,
  values: Values,
): { readonly file: PyFile; readonly node: PyNode }[] {
  const callee = fieldOf(call, 'function');
  if (callee === undefined) return [];
  return values
    .of(callee, file)
    .flatMap((one) => readOn(one, values))
    .flatMap((value) => {
      if (value.is === 'function') return [value];
      if (value.is !== 'class') return [];
      const init = classMember(value, '__init__', false, values) ?? [];
      return init.flatMap((one) => (one.is === 'function' ? [one] : []));
    });
}
