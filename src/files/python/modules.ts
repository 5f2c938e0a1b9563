import type { PyImport } from '../pysource/imports.js';
import type { PyNode } from '../pysource/parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue, walk } from '../pysource/syntax.js';

/** A use of a module that matters to the migration. */
export interface ModuleUse {
  /** `rq_scheduler[.…]`, `django_rq.get_scheduler`, `flask_rq2[.…]` or `rq.Connection`. */
  readonly module: string;
  readonly optional: boolean;
  readonly start: number;
}

/**
 * Imports of rq_scheduler and flask_rq2, of `rq.Connection` (gone in rq 2.0, FIELD-RULES R4), and
 * uses of `django_rq.get_scheduler`, which imports rq_scheduler itself (django_rq/queues.py).
 */
export function schedulerModules(root: PyNode, imports: readonly PyImport[]): readonly ModuleUse[] {
  const uses: ModuleUse[] = [];
  const seen = new Set<string>();
  const add = (use: ModuleUse) => {
    const key = `${use.start} ${use.module}`;
    if (!seen.has(key)) uses.push(use);
    seen.add(key);
  };
  for (const { local, origin, module, optional, start } of imports) {
    if (within(module, 'rq_scheduler') || within(module, 'flask_rq2')) add({ module, optional, start });
    const name = local === null ? null : special(origin);
    if (name !== null) add({ module: name, optional, start });
  }
  const heads = new Map(imports.flatMap((i) => (i.local === null ? [] : [[i.local, i] as const])));
  for (const node of walk(root)) {
    const use = attributeUse(node, heads) ?? dynamicImport(node);
    if (use !== null) add(use);
  }
  return uses.sort((a, b) => a.start - b.start);
}

function within(module: string, top: string): boolean {
  return module === top || module.startsWith(`${top}.`);
}

function special(origin: string): string | null {
  if (/^django_rq(\.queues)?\.get_scheduler(_by_index)?$/.test(origin)) return 'django_rq.get_scheduler';
  return /^rq(\.connections)?\.Connection$/.test(origin) ? 'rq.Connection' : null;
}

/** `django_rq.get_scheduler` or `rq.Connection` reached through an imported module. */
function attributeUse(node: PyNode, heads: ReadonlyMap<string, PyImport>): ModuleUse | null {
  if (node.type !== 'attribute') return null;
  const [head = '', ...rest] = (dottedName(node) ?? '').split('.');
  const bound = heads.get(head);
  const module = bound === undefined ? null : special([bound.origin, ...rest].join('.'));
  return bound === undefined || module === null
    ? null
    : { module, optional: bound.optional, start: node.start };
}

/** `importlib.import_module('rq_scheduler')` and `__import__('rq_scheduler')`. */
function dynamicImport(node: PyNode): ModuleUse | null {
  const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
  const name = callee === undefined ? null : dottedName(callee)?.split('.').at(-1);
  if (name !== 'import_module' && name !== '__import__') return null;
  const [first] = argumentsOf(node).positional;
  const module = first === undefined ? null : stringValue(first);
  if (module === null || !(within(module, 'rq_scheduler') || within(module, 'flask_rq2'))) return null;
  return { module, optional: false, start: node.start };
}
