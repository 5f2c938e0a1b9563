import type { Need } from './draft.js';
import type { PyFile } from './program.js';
import type { Binding } from './scopes.js';

/** Other dotted names of the same thing. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  'rq.Queue': ['rq.queue.Queue'],
  'rq.job.Job': ['rq.Job'],
};

/** What a fix writes for a name from elsewhere, and the import that this takes. */
export interface LocalName {
  /** As the code of the file may write it. */
  readonly written: string;
  /** Null where the file has it already. */
  readonly need: Need | null;
}

/** How `module.name` is, or can be, called at the top of a file. `name` null asks for the module itself. */
export function localName(file: PyFile, module: string, name: string | null): LocalName {
  const wanted = name === null ? module : `${module}.${name}`;
  const known = existingName(file, [wanted, ...(SAME[wanted] ?? [])]);
  if (known !== null) return { written: known, need: null };
  const parent = name === null ? null : existingName(file, [module]);
  if (parent !== null && module === 'datetime') return { written: `${parent}.${name}`, need: null };
  const plain = name ?? module;
  const local = isTaken(file, plain, wanted) ? aliasFor(module, plain) : plain;
  return { written: local, need: { module, name, local } };
}

function aliasFor(module: string, name: string): string {
  return `${module.split('.')[0]}_${name}`;
}

/** The name of a top-level import, one that is made in any case, of one of these. */
function existingName(file: PyFile, wanted: readonly string[]): string | null {
  for (const [local, bindings] of file.names.module.bindings) {
    const [only] = bindings;
    if (bindings.length !== 1 || only === undefined || only.by !== 'import') continue;
    if (wanted.includes(only.item.origin) && isPlain(file, only)) return local;
  }
  return null;
}

function isPlain(file: PyFile, { statement }: Extract<Binding, { by: 'import' }>): boolean {
  return file.names.parents.get(statement) === file.root;
}

/** Does the file use the name, anywhere, for something else? */
function isTaken(file: PyFile, name: string, wanted: string): boolean {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'identifier' || node.text !== name || node.field === 'attribute') continue;
    const parent = file.names.parents.get(node);
    if (parent?.type === 'keyword_argument' && node.field === 'name') continue;
    const bindings = file.names.module.bindings.get(name) ?? [];
    const same = bindings.every((one) => one.by === 'import' && one.item.origin === wanted);
    if (bindings.length === 0 ? isBound(file, name) : !same) return true;
  }
  return false;
}

function isBound(file: PyFile, name: string): boolean {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'identifier' || node.text !== name) continue;
    const scope = file.names.scopeAt(node);
    const bindings = scope.bindings.get(name) ?? [];
    if (bindings.some((one) => one.by !== 'import')) return true;
  }
  return false;
}
