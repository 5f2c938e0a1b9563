import { type Names, namesOf, originOf } from '../pysource/names.js';
import type { PyNode } from '../pysource/parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue, walk } from '../pysource/syntax.js';

/** An environment variable read by a literal name. */
export interface EnvRead {
  readonly name: string;
  readonly start: number;
}

/** Packages whose callables take the variable's name first: `env('X')`, `env.int('X')`, `config('X')`. */
const READER = /^(decouple|environs|environ|starlette\.config|starlette\.datastructures)(\.|$)/;
const OS_READ = /^os\.(getenv|environb?\.(get|pop|setdefault))$/;

/**
 * Reads through `os.environ`, `os.getenv`, decouple, environs, django-environ and Starlette's
 * Config, and the fields of pydantic settings classes (matched to variables regardless of case).
 */
export function environmentReads(root: PyNode): readonly EnvRead[] {
  const names = namesOf(root);
  const reads: EnvRead[] = [];
  const written = new Set<PyNode>();
  for (const node of walk(root)) {
    if (node.type === 'assignment') {
      const left = fieldOf(node, 'left');
      if (left !== undefined) written.add(left);
    }
    if (written.has(node)) continue;
    for (const name of readsOf(names, node)) reads.push({ name, start: node.start });
  }
  return reads;
}

function readsOf(names: Names, node: PyNode): readonly string[] {
  switch (node.type) {
    case 'subscript':
      return isEnviron(names, fieldOf(node, 'value')) ? literal(fieldOf(node, 'subscript')) : [];
    case 'comparison_operator':
      return isEnviron(names, node.children[1]) ? literal(node.children[0]) : [];
    case 'call':
      return readsName(names, fieldOf(node, 'function')) ? firstArgument(node) : [];
    case 'class_definition':
      return settingsFields(node);
    default:
      return [];
  }
}

function literal(node: PyNode | undefined): string[] {
  const value = node === undefined ? null : stringValue(node);
  return value === null ? [] : [value];
}

function firstArgument(call: PyNode): string[] {
  const { positional, keywords } = argumentsOf(call);
  return literal(positional[0] ?? keywords.get('key'));
}

function isEnviron(names: Names, node: PyNode | undefined): boolean {
  const written = node === undefined ? null : dottedName(node);
  return written !== null && /^os\.environb?$/.test(originOf(names, written) ?? '');
}

function readsName(names: Names, callee: PyNode | undefined): boolean {
  const written = callee === undefined ? null : dottedName(callee);
  if (written === null) return false;
  const origin = originOf(names, written);
  if (origin !== null && (OS_READ.test(origin) || READER.test(origin))) return true;
  const [head = ''] = written.split('.');
  return (names.assigned.get(head) ?? []).some((value) => isReader(names, value));
}

/** `env = Env()`, `config = Config('.env')`, `config = Config(RepositoryEnv('.env'))`. */
function isReader(names: Names, value: PyNode): boolean {
  const callee = value.type === 'call' ? fieldOf(value, 'function') : undefined;
  const written = callee === undefined ? null : dottedName(callee);
  return written !== null && READER.test(originOf(names, written) ?? '');
}

/** Annotated fields of a `BaseSettings` subclass: pydantic reads the variable of that name. */
function settingsFields(node: PyNode): string[] {
  const bases = fieldOf(node, 'superclasses')?.children.map((base) => dottedName(base) ?? '') ?? [];
  if (!bases.some((base) => /(^|\.)BaseSettings$/.test(base))) return [];
  const statements = fieldOf(node, 'body')?.children.flatMap((s) => [s, ...s.children]) ?? [];
  return statements
    .filter((s) => s.type === 'assignment' && fieldOf(s, 'type') !== undefined)
    .map((s) => fieldOf(s, 'left')?.text.toUpperCase() ?? '');
}
