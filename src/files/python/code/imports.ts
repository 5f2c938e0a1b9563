import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { walk } from '../../pysource/syntax.js';
import type { FixLevel } from '../uses.js';
import type { Draft, Need } from './draft.js';
import { type ImportName, importEdits, listedNames } from './import-edits.js';
import type { PyFile } from './program.js';
import { readersOf } from './readers.js';
import { type Binding, lookUp } from './scopes.js';
import type { Values } from './values.js';

type ImportBinding = Extract<Binding, { by: 'import' }>;

/** A name of rq-scheduler's that a file imports, directly or from a module of the project. */
interface OwnImport extends ImportName {
  readonly file: PyFile;
  readonly binding: ImportBinding;
}

/** Drafts that are carried out in a file at a level. */
export type Active = (file: PyFile, level: FixLevel) => readonly Draft[];

/** Decides which imports go at a level, and edits them. */
export class Imports {
  readonly #own = new Map<PyFile, OwnImport[]>();
  readonly #reads = new Map<Binding, PyNode[]>();
  readonly #open = new Set<Binding>();

  constructor(
    readonly values: Values,
    readonly active: Active,
  ) {
    for (const file of values.program.parsed) this.#own.set(file, this.#ownImports(file));
  }

  /** The lowest level at which everything of ours that the statement imports goes. */
  level(file: PyFile, statement: PyNode): FixLevel {
    const names = (this.#own.get(file) ?? []).filter((one) => one.statement === statement);
    if (names.length === 0) return 'none';
    for (const level of ['safe', 'unsafe'] as const) {
      if (names.every((name) => this.#goes(name, level))) return level;
    }
    return 'none';
  }

  edits(file: PyFile, level: FixLevel): Edit[] {
    const dropped = (this.#own.get(file) ?? []).filter((name) => this.#goes(name, level));
    const active = this.active(file, level);
    const inPlace = new Map<PyNode, Need[]>();
    for (const name of dropped) {
      if (file.names.parents.get(name.statement) === file.root) continue;
      const needs = this.#neededThrough(name, active);
      if (needs.length > 0) inPlace.set(name.statement, [...(inPlace.get(name.statement) ?? []), ...needs]);
    }
    const needs = active.flatMap((draft) =>
      draft.needs.filter((need) => !isSupplied(draft, need, inPlace, file)),
    );
    if (dropped.length === 0 && needs.length === 0) return [];
    return importEdits(file, dropped, inPlace, needs);
  }

  /** Needs of drafts that stand where the name of a nested import stood. */
  #neededThrough({ binding, file }: OwnImport, active: readonly Draft[]): Need[] {
    const reads = this.#readsOf(binding, file);
    return active
      .filter((draft) => reads.some((node) => draft.edits.some((edit) => covers(edit, node))))
      .flatMap(({ needs }) => needs.filter(({ module }) => module === 'rq' || module === 'django_rq'));
  }

  #ownImports(file: PyFile): OwnImport[] {
    const found: OwnImport[] = [];
    for (const scope of scopesOf(file)) {
      for (const [local, bindings] of scope.bindings) {
        for (const binding of bindings) {
          if (binding.by !== 'import' || !this.#isOurs(binding, file)) continue;
          const node = listedNames(binding.statement).find((one) => boundName(one) === local);
          if (node) found.push({ file, binding, statement: binding.statement, node, local });
        }
      }
    }
    return found;
  }

  #isOurs(binding: ImportBinding, file: PyFile): boolean {
    const values = this.values.binding(binding, file);
    return values.length > 0 && values.every((one) => one.is === 'external' && isOurs(one.name));
  }

  #goes(name: OwnImport, level: FixLevel): boolean {
    const { binding, file, local } = name;
    if (binding.item.optional || file.broken) return false;
    if (this.#open.has(binding)) return true;
    this.#open.add(binding);
    try {
      const active = this.active(file, level);
      const reads = this.#readsOf(binding, file);
      const edits = active.flatMap((one) => one.edits);
      if (!reads.every((node) => edits.some((edit) => covers(edit, node)))) return false;
      if (isExported(file, local) || this.#quotedElsewhere(file, local, active)) return false;
      const importers = this.#importersOf(file, local);
      if (!importers.every((one) => this.#goes(one, level))) return false;
      const readers = [...readersOf(file, local, this.values)];
      const changed = (one: { file: PyFile; node: PyNode }) =>
        this.active(one.file, level).some(({ edits: made }) => made.some((edit) => covers(edit, one.node)));
      if (!readers.every(changed)) return false;
      const unused = reads.length === 0 && importers.length === 0 && readers.length === 0;
      return !unused || level === 'unsafe' || !isKeptOnPurpose(file, name.statement);
    } finally {
      this.#open.delete(binding);
    }
  }

  /** A quoted annotation that names the class and is not changed. */
  #quotedElsewhere(file: PyFile, local: string, active: readonly Draft[]): boolean {
    const quoted = new RegExp(`^[rbu]*['"]{1,3}[^'"]*\\b${local}\\b[^'"]*['"]{1,3}$`);
    for (const node of file.names.parents.keys()) {
      if (node.type !== 'string' || !quoted.test(node.text)) continue;
      const inType = ancestorIs(node, 'type', file);
      if (
        inType &&
        !active.some((one) => one.edits.some((edit) => edit.start >= node.start && edit.end <= node.end))
      )
        return true;
    }
    return false;
  }

  #importersOf(file: PyFile, name: string): OwnImport[] {
    const found: OwnImport[] = [];
    for (const [other, names] of this.#own) {
      if (other === file) continue;
      for (const one of names) {
        const { module, origin } = one.binding.item;
        if (origin === `${module}.${name}` && this.values.program.locate(module, other.path) === file.path)
          found.push(one);
      }
    }
    return found;
  }

  #readsOf(binding: ImportBinding, file: PyFile): PyNode[] {
    const known = this.#reads.get(binding);
    if (known !== undefined) return known;
    const local = binding.item.local ?? '';
    const reads: PyNode[] = [];
    for (const [node, parent] of file.names.parents) {
      if (node.type !== 'identifier' || node.text !== local || node.field === 'attribute') continue;
      if (parent.type === 'keyword_argument' && node.field === 'name') continue;
      if (/^(dotted_name|aliased_import|global_statement|nonlocal_statement)$/.test(parent.type)) continue;
      if (lookUp(local, file.names.scopeAt(node)).includes(binding)) reads.push(node);
    }
    this.#reads.set(binding, reads);
    return reads;
  }
}

function isSupplied(
  draft: Draft,
  need: Need,
  inPlace: ReadonlyMap<PyNode, readonly Need[]>,
  file: PyFile,
): boolean {
  for (const [statement, needs] of inPlace) {
    const scope = file.names.scopeAt(statement).node;
    const inside = draft.node.start >= scope.start && draft.node.end <= scope.end;
    if (inside && needs.some((one) => one.module === need.module && one.name === need.name)) return true;
  }
  return false;
}

function covers({ start, end }: Edit, node: PyNode): boolean {
  return end > start && start <= node.start && node.end <= end;
}

function isOurs(name: string): boolean {
  return /^rq_scheduler(\.|$)|^django_rq(\.queues)?\.get_scheduler$/.test(name);
}

/** The name that one entry of an import statement binds. */
function boundName(node: PyNode): string {
  if (node.type === 'aliased_import') return node.children.find(({ field }) => field === 'alias')?.text ?? '';
  const statement = node.text.split('.', 1)[0] ?? '';
  return statement;
}

function* scopesOf(file: PyFile) {
  const seen = new Set<object>();
  for (const node of walk(file.root)) {
    const scope = file.names.scopeAt(node);
    if (!seen.has(scope)) yield scope;
    seen.add(scope);
  }
}

function ancestorIs(node: PyNode, type: string, file: PyFile): boolean {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at)) {
    if (at.type === type) return true;
  }
  return false;
}

/** Named in `__all__`. */
function isExported(file: PyFile, local: string): boolean {
  const all = file.names.module.bindings.get('__all__') ?? [];
  return all.some((one) => one.by === 'value' && new RegExp(`['"]${local}['"]`).test(one.value.text));
}

/** An unused import in a package's `__init__.py`, or one that linters are told to leave alone. */
function isKeptOnPurpose(file: PyFile, statement: PyNode): boolean {
  const line = /^[^\r\n]*/.exec(file.text.slice(statement.end))?.[0] ?? '';
  return file.path.endsWith('__init__.py') || /#.*\bnoqa\b/.test(line);
}
