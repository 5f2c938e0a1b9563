import { importsOf } from './imports.js';
import type { PyNode } from './parser.js';
import { dottedName, fieldOf, walk } from './syntax.js';

/** A class of the file itself. */
export interface LocalClass {
  /** Base classes as written, dotted. */
  readonly bases: readonly string[];
  /** Names of the methods it defines. */
  readonly methods: ReadonlySet<string>;
}

/**
 * What the names of one file stand for, regardless of scope and order: start-up scripts are small,
 * and one name rarely means two things in them.
 */
export interface Names {
  /** Local name to its fully dotted origin. */
  readonly imports: ReadonlyMap<string, string>;
  /** Target (`worker`, `self.worker`) to every expression assigned to it. */
  readonly assigned: ReadonlyMap<string, readonly PyNode[]>;
  /** Targets that are changed in place (`listen.append(...)`, `listen += ...`). */
  readonly mutated: ReadonlySet<string>;
  readonly classes: ReadonlyMap<string, LocalClass>;
  /** Function or method name to the expressions it returns. */
  readonly returns: ReadonlyMap<string, readonly PyNode[]>;
}

/** What `from <module> import *` brings of the names that matter here. */
const STARRED: Readonly<Record<string, readonly string[]>> = {
  rq: ['Worker', 'SimpleWorker', 'Queue'],
  rq_scheduler: ['Scheduler'],
  django_rq: ['get_worker', 'get_queue', 'get_scheduler'],
};

const MUTATORS = new Set(['append', 'extend', 'insert', 'remove', 'pop', 'clear']);

/** Collects the names of a parsed file. */
export function namesOf(root: PyNode): Names {
  const assigned = new Map<string, PyNode[]>();
  const mutated = new Set<string>();
  const classes = new Map<string, LocalClass>();
  const returns = new Map<string, PyNode[]>();
  for (const node of walk(root)) {
    if (node.type === 'assignment' || node.type === 'named_expression') collectAssignment(node, assigned);
    else if (node.type === 'augmented_assignment') addTarget(fieldOf(node, 'left'), mutated);
    else if (node.type === 'attribute' && MUTATORS.has(fieldOf(node, 'attribute')?.text ?? '')) {
      addTarget(fieldOf(node, 'object'), mutated);
    } else if (node.type === 'class_definition') collectClass(node, classes);
    else if (node.type === 'function_definition') collectReturns(node, returns);
  }
  return { imports: importMap(root), assigned, mutated, classes, returns };
}

/** The fully dotted origin of a name as written (`rq.Worker` for `Worker`); null when not imported. */
export function originOf(names: Names, written: string): string | null {
  const [head = '', ...rest] = written.split('.');
  const origin = names.imports.get(head);
  return origin === undefined ? null : [origin, ...rest].join('.');
}

function importMap(root: PyNode): Map<string, string> {
  const map = new Map<string, string>();
  for (const { local, origin, module } of importsOf(root)) {
    if (local !== null) map.set(local, origin);
    else for (const name of STARRED[module] ?? []) map.set(name, `${module}.${name}`);
  }
  return map;
}

function collectAssignment(node: PyNode, assigned: Map<string, PyNode[]>): void {
  const left = fieldOf(node, 'left') ?? fieldOf(node, 'name');
  const right = fieldOf(node, 'right') ?? fieldOf(node, 'value');
  const target = left === undefined ? null : dottedName(left);
  if (target === null || right === undefined) return;
  push(assigned, target, right);
}

function collectClass(node: PyNode, classes: Map<string, LocalClass>): void {
  const name = fieldOf(node, 'name')?.text;
  if (name === undefined) return;
  const bases = (fieldOf(node, 'superclasses')?.children ?? []).map(dottedName).filter((b) => b !== null);
  const members = (fieldOf(node, 'body')?.children ?? [])
    .map((member) => (member.type === 'decorated_definition' ? fieldOf(member, 'definition') : member))
    .filter((member) => member?.type === 'function_definition');
  const methods = new Set(members.map((member) => (member ? (fieldOf(member, 'name')?.text ?? '') : '')));
  classes.set(name, { bases, methods });
}

function collectReturns(node: PyNode, returns: Map<string, PyNode[]>): void {
  const name = fieldOf(node, 'name')?.text;
  const body = fieldOf(node, 'body');
  if (name === undefined || body === undefined) return;
  for (const inner of walk(body)) {
    const value = inner.type === 'return_statement' ? inner.children[0] : undefined;
    if (value !== undefined) push(returns, name, value);
  }
}

function addTarget(node: PyNode | undefined, into: Set<string>): void {
  const name = node === undefined ? null : dottedName(node);
  if (name !== null) into.add(name);
}

function push(map: Map<string, PyNode[]>, key: string, node: PyNode): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [node]);
  else list.push(node);
}
