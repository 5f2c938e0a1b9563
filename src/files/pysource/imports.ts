import type { PyNode } from './parser.js';
import { dottedName, fieldOf } from './syntax.js';

/** One name that an import statement binds. */
export interface PyImport {
  /** The name as the file uses it; null for `from x import *`. */
  readonly local: string | null;
  /** What it stands for, fully dotted, e.g. `rq_scheduler.Scheduler`; the module for `*`. */
  readonly origin: string;
  /** The module that the statement loads, e.g. `rq_scheduler.utils`. */
  readonly module: string;
  /** Inside a `try` whose handlers may swallow the failure to import. */
  readonly optional: boolean;
  readonly start: number;
}

/** All imports of a file at any depth, in source order. Relative imports keep their leading dots. */
export function importsOf(root: PyNode): readonly PyImport[] {
  const found: PyImport[] = [];
  const stack: { node: PyNode; optional: boolean }[] = [{ node: root, optional: false }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { node, optional } = at;
    if (node.type === 'import_statement') found.push(...plainImport(node, optional));
    else if (node.type === 'import_from_statement') found.push(...fromImport(node, optional));
    const guards = node.type === 'try_statement' && node.children.some((c) => c.type === 'except_clause');
    for (const child of node.children.toReversed()) {
      const body = guards && (child.field === 'body' || child.type === 'except_clause');
      stack.push({ node: child, optional: optional || body });
    }
  }
  return found;
}

function plainImport(node: PyNode, optional: boolean): PyImport[] {
  return names(node).map(({ name, alias }) => ({
    local: alias ?? name.split('.', 1)[0] ?? name,
    origin: alias === null ? (name.split('.', 1)[0] ?? name) : name,
    module: name,
    optional,
    start: node.start,
  }));
}

function fromImport(node: PyNode, optional: boolean): PyImport[] {
  const from = fieldOf(node, 'module_name');
  if (from === undefined) return [];
  const module = dottedName(from) ?? from.text.replace(/\s/g, '');
  const common = { module, optional, start: node.start };
  if (node.children.some((child) => child.type === 'wildcard_import')) {
    return [{ local: null, origin: module, ...common }];
  }
  return names(node).map(({ name, alias }) => ({
    local: alias ?? name,
    origin: `${module}.${name}`,
    ...common,
  }));
}

function names(statement: PyNode): { name: string; alias: string | null }[] {
  return statement.children
    .filter((child) => child.field === 'name')
    .flatMap((child) => {
      const aliased = child.type === 'aliased_import';
      const target = aliased ? fieldOf(child, 'name') : child;
      const name = target === undefined ? null : dottedName(target);
      if (name === null) return [];
      return [{ name, alias: aliased ? (fieldOf(child, 'alias')?.text ?? null) : null }];
    });
}
