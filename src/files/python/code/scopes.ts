import { importsOf, type PyImport } from '../../pysource/imports.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';

/** How a name comes by its value. */
export type Binding =
  /** `name = value`, `(name := value)`, `with value as name`; `value` is evaluated in `scope`. */
  | { readonly by: 'value'; readonly value: PyNode; readonly target: PyNode; readonly entered: boolean }
  | { readonly by: 'import'; readonly item: PyImport; readonly statement: PyNode; readonly target: PyNode }
  | { readonly by: 'def'; readonly node: PyNode; readonly target: PyNode }
  | { readonly by: 'class'; readonly node: PyNode; readonly target: PyNode }
  | { readonly by: 'parameter'; readonly function: PyNode; readonly node: PyNode; readonly target: PyNode }
  /** `name: Annotation` without a value. */
  | { readonly by: 'annotation'; readonly annotation: PyNode; readonly target: PyNode }
  /** Anything else: loops, `except … as`, patterns, unpacking of what is not written out. */
  | { readonly by: 'other'; readonly target: PyNode };

/** A module, class, function, lambda or comprehension with the names it binds. */
export interface Scope {
  readonly node: PyNode;
  readonly kind: 'module' | 'class' | 'function';
  readonly parent: Scope | null;
  readonly bindings: Map<string, Binding[]>;
  /** Names declared `global` here. */
  readonly globals: Set<string>;
}

/** The names of one parsed file. */
export interface Names {
  readonly module: Scope;
  /** Modules of `from x import *`. */
  readonly stars: readonly PyImport[];
  readonly parents: ReadonlyMap<PyNode, PyNode>;
  /** The scope in whose names an expression at this node is read. */
  scopeAt(node: PyNode): Scope;
  /** What an import statement imports, in the order in which it lists it. */
  importsOf(statement: PyNode): readonly PyImport[];
}

const FUNCTIONS = new Set([
  'function_definition',
  'lambda',
  'list_comprehension',
  'set_comprehension',
  'dictionary_comprehension',
  'generator_expression',
]);

/** Reads the names of a file: by scope, all bindings of each, regardless of order. */
export function namesIn(root: PyNode): Names {
  const parents = parentsOf(root);
  const scopes = new Map<PyNode, Scope>();
  let complete = false;
  const module = newScope(root, 'module', null);
  scopes.set(root, module);
  const imports = new Map<number, PyImport[]>();
  for (const item of importsOf(root)) imports.set(item.start, [...(imports.get(item.start) ?? []), item]);
  const found = new Map<PyNode, Scope>();
  const scopeAt = (node: PyNode): Scope => {
    const known = complete ? found.get(node) : undefined;
    if (known !== undefined) return known;
    const scope = scopeOf(node, parents, scopes, module);
    if (complete) found.set(node, scope);
    return scope;
  };
  const stars: PyImport[] = [];
  for (const node of inOrder(root)) {
    const kind = FUNCTIONS.has(node.type) ? 'function' : node.type === 'class_definition' ? 'class' : null;
    if (kind !== null) scopes.set(node, newScope(node, kind, scopeAt(node)));
    if (node.type === 'global_statement') {
      for (const name of node.children) scopeAt(node).globals.add(name.text);
    }
  }
  complete = true;
  for (const node of inOrder(root)) {
    if (node.type === 'import_statement' || node.type === 'import_from_statement') {
      for (const item of imports.get(node.start) ?? []) {
        if (item.local === null) stars.push(item);
        else bind(scopeAt(node), item.local, { by: 'import', item, statement: node, target: node });
      }
    } else bindingsOf(node, scopeAt, scopes);
  }
  return { module, stars, parents, scopeAt, importsOf: ({ start }) => imports.get(start) ?? [] };
}

function newScope(node: PyNode, kind: Scope['kind'], parent: Scope | null): Scope {
  return { node, kind, parent, bindings: new Map(), globals: new Set() };
}

function parentsOf(root: PyNode): Map<PyNode, PyNode> {
  const parents = new Map<PyNode, PyNode>();
  for (const node of inOrder(root)) for (const child of node.children) parents.set(child, node);
  return parents;
}

function* inOrder(root: PyNode): Generator<PyNode> {
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child !== undefined) stack.push(child);
    }
  }
}

/** Decorators, defaults, annotations and base classes are read outside of what they belong to. */
const OUTSIDE = new Set(['superclasses', 'return_type', 'type']);

function scopeOf(
  node: PyNode,
  parents: ReadonlyMap<PyNode, PyNode>,
  scopes: ReadonlyMap<PyNode, Scope>,
  module: Scope,
): Scope {
  let skip = false;
  for (let here: PyNode | undefined = node; here !== undefined; here = parents.get(here)) {
    const parent = parents.get(here);
    if (here !== node && !skip) {
      const scope = scopes.get(here);
      if (scope !== undefined) return scope;
    }
    skip = parent !== undefined && scopes.has(parent) && isOutside(here, parent, parents, node);
  }
  return module;
}

function isOutside(
  here: PyNode,
  parent: PyNode,
  parents: ReadonlyMap<PyNode, PyNode>,
  node: PyNode,
): boolean {
  if (parent.type === 'class_definition') return OUTSIDE.has(here.field ?? '');
  if (parent.type !== 'function_definition' && parent.type !== 'lambda') return false;
  if (here.field === 'return_type') return true;
  if (here.field !== 'parameters') return false;
  for (let at: PyNode | undefined = node; at !== undefined && at !== here; at = parents.get(at)) {
    if (at.field === 'value' || at.field === 'type') return true;
  }
  return false;
}

function bind(scope: Scope, name: string, binding: Binding): void {
  let home: Scope = scope;
  if (scope.globals.has(name)) while (home.parent !== null) home = home.parent;
  const list = home.bindings.get(name);
  if (list === undefined) home.bindings.set(name, [binding]);
  else list.push(binding);
}

type ScopeAt = (node: PyNode) => Scope;

function bindingsOf(node: PyNode, scopeAt: ScopeAt, scopes: ReadonlyMap<PyNode, Scope>): void {
  switch (node.type) {
    case 'assignment':
      bindAssignment(node, scopeAt);
      break;
    case 'named_expression': {
      const name = fieldOf(node, 'name');
      const value = fieldOf(node, 'value');
      if (name && value) bindTarget(name, value, walrusScope(scopeAt(node)), false);
      break;
    }
    case 'for_statement':
    case 'for_in_clause': {
      const left = fieldOf(node, 'left');
      if (left) bindTarget(left, null, scopeAt(left), false);
      break;
    }
    case 'as_pattern':
      bindAs(node, scopeAt);
      break;
    case 'function_definition':
      bindFunction(node, scopeAt, scopes);
      break;
    case 'lambda':
      bindParameters(node, scopes.get(node));
      break;
    case 'class_definition': {
      const name = fieldOf(node, 'name');
      if (name) bind(scopeAt(node), name.text, { by: 'class', node, target: name });
      break;
    }
  }
}

/** A walrus inside a comprehension binds in the function around it. */
function walrusScope(scope: Scope): Scope {
  let here = scope;
  while (here.parent !== null && /comprehension|generator/.test(here.node.type)) here = here.parent;
  return here;
}

function bindAssignment(node: PyNode, scopeAt: ScopeAt): void {
  const left = fieldOf(node, 'left');
  const right = fieldOf(node, 'right');
  const annotation = fieldOf(node, 'type');
  if (left === undefined) return;
  const scope = scopeAt(node);
  if (right === undefined) {
    if (annotation && left.type === 'identifier')
      bind(scope, left.text, { by: 'annotation', annotation, target: left });
    return;
  }
  bindTarget(left, assigned(right), scope, false);
}

/** `a = b = value`: what `a` gets is `value`. */
function assigned(right: PyNode): PyNode {
  let value = right;
  while (value.type === 'assignment') {
    const inner = fieldOf(value, 'right');
    if (inner === undefined) break;
    value = inner;
  }
  return value;
}

const SEQUENCES = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'expression_list',
  'tuple',
  'list',
]);

function bindTarget(target: PyNode, value: PyNode | null, scope: Scope, entered: boolean): void {
  if (target.type === 'identifier') {
    bind(
      scope,
      target.text,
      value === null ? { by: 'other', target } : { by: 'value', value, target, entered },
    );
    return;
  }
  if (!SEQUENCES.has(target.type)) return;
  const values = value !== null && SEQUENCES.has(value.type) ? noComments(value) : [];
  const targets = noComments(target);
  const matched =
    values.length === targets.length && ![...values, ...targets].some(({ type }) => /splat/.test(type));
  targets.forEach((one, i) => {
    bindTarget(one, matched ? (values[i] ?? null) : null, scope, entered);
  });
}

function noComments(node: PyNode): PyNode[] {
  return node.children.filter((child) => child.type !== 'comment');
}

/** `with value as name` and `except Error as name`. */
function bindAs(node: PyNode, scopeAt: ScopeAt): void {
  const alias = fieldOf(node, 'alias');
  const [value] = node.children;
  const target = alias?.type === 'as_pattern_target' ? alias.children[0] : alias;
  if (target === undefined || value === undefined) return;
  bindTarget(target, value === alias ? null : value, scopeAt(node), true);
}

function bindFunction(node: PyNode, scopeAt: ScopeAt, scopes: ReadonlyMap<PyNode, Scope>): void {
  const name = fieldOf(node, 'name');
  if (name) bind(scopeAt(node), name.text, { by: 'def', node, target: name });
  bindParameters(node, scopes.get(node));
}

function bindParameters(node: PyNode, scope: Scope | undefined): void {
  if (scope === undefined) return;
  for (const parameter of fieldOf(node, 'parameters')?.children ?? []) {
    const name = parameterName(parameter);
    if (name) bind(scope, name.text, { by: 'parameter', function: node, node: parameter, target: name });
  }
}

/** The identifier of one parameter; undefined for `*`, `/` and `**kwargs`. */
export function parameterName(parameter: PyNode): PyNode | undefined {
  if (parameter.type === 'identifier') return parameter;
  if (/^(default_parameter|typed_default_parameter)$/.test(parameter.type)) return fieldOf(parameter, 'name');
  if (parameter.type !== 'typed_parameter') return undefined;
  const [first] = parameter.children;
  return first?.type === 'identifier' ? first : undefined;
}

/** The bindings that a name refers to when it is read in `scope`; empty for builtins and unknown names. */
export function lookUp(name: string, scope: Scope): readonly Binding[] {
  for (let here: Scope | null = scope; here !== null; here = here.parent) {
    if (here.kind === 'class' && here !== scope) continue;
    const found = here.bindings.get(name);
    if (found !== undefined) return found;
  }
  return [];
}
