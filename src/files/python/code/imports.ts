import type { Edit } from '../../../plan/types.js';
import type { PyImport } from '../../pysource/imports.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { counterpart, isOurs, starredNames } from './counterparts.js';
import type { Draft, Need } from './draft.js';
import { type ImportName, importEdits, importLines, listedNames, unique } from './import-edits.js';
import { indentAt, newlineOf } from './lines.js';
import type { PyFile } from './program.js';
import { isReadElsewhere, readsOf } from './readers.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

const WHY = 'swap-import';

/** One name of an import statement that is rq-scheduler's, and what is imported in its place. */
export interface OurImport extends ImportName {
  readonly file: PyFile;
  readonly item: PyImport;
  /** Null where nothing takes its place. */
  readonly need: Need | null;
  /** Why not; '' where something does. */
  readonly why: string;
}

/** Finds the imports of rq-scheduler's names, and says what becomes of each once some drafts are carried out. */
export class Imports {
  readonly #own = new Map<PyFile, readonly OurImport[]>();

  constructor(
    readonly values: Values,
    readonly runtime: string,
  ) {}

  /** The names of rq-scheduler's that a file imports, `from … import *` included. */
  of(file: PyFile): readonly OurImport[] {
    const known = this.#own.get(file);
    if (known !== undefined) return known;
    const found = [...file.names.parents.keys()]
      .filter(({ type }) => /^import(_from)?_statement$/.test(type))
      .flatMap((statement) => this.#ofStatement(statement, file));
    this.#own.set(file, found);
    return found;
  }

  /** Does nothing of rq-scheduler's stay imported in the file, in whatever form, once these drafts are carried out? */
  loses(file: PyFile, drafts: readonly Draft[]): boolean {
    const active = drafts.filter((draft) => draft.file === file);
    return this.of(file).every((one) => this.#drops(one, active));
  }

  /** The names that are imported from the runtime in the file, once its active drafts are carried out. */
  swapped(file: PyFile, active: readonly Draft[]): readonly OurImport[] {
    return this.of(file).filter((one) => one.need !== null && !this.#drops(one, active));
  }

  /** Edits of the imports of a file, with what its `active` drafts and swaps need besides. */
  edits(file: PyFile, active: readonly Draft[]): Edit[] {
    const edits: Edit[] = [];
    const dropped: ImportName[] = [];
    const inPlace = new Map<PyNode, Need[]>();
    const put = (statement: PyNode, needs: readonly Need[]) =>
      inPlace.set(statement, [...(inPlace.get(statement) ?? []), ...needs]);
    const byStatement = new Map<PyNode, OurImport[]>();
    for (const one of file.broken ? [] : this.of(file))
      byStatement.set(one.statement, [...(byStatement.get(one.statement) ?? []), one]);
    for (const [statement, names] of byStatement) {
      const gone = names.filter((one) => this.#drops(one, active));
      const kept = names.filter((one) => !gone.includes(one));
      for (const one of gone) {
        dropped.push(one);
        if (file.names.parents.get(statement) !== file.root) put(statement, this.#neededThrough(one, active));
      }
      const inside = swapInside(statement, kept, gone.length > 0);
      if (inside !== null) edits.push(...inside);
      else
        for (const one of kept) {
          if (one.need === null) continue;
          dropped.push(one);
          put(statement, [one.need]);
        }
    }
    for (const one of file.broken ? [] : this.#carriers(file)) {
      const nested = file.names.parents.get(one.statement) !== file.root;
      const through = this.#neededThrough(one, active);
      if (through.length > 0 && this.#isIdle(one, active, nested)) {
        dropped.push(one);
        if (nested) put(one.statement, through);
      } else if (through.length > 0 && nested) {
        edits.push(...behind(file, one.statement, through));
        put(one.statement, through);
      }
    }
    const needs = active.flatMap((draft) =>
      draft.needs.filter((need) => !isSupplied(draft, need, inPlace, file)),
    );
    if (dropped.length > 0 || needs.length > 0) edits.push(...importEdits(file, dropped, inPlace, needs));
    return edits;
  }

  #ofStatement(statement: PyNode, file: PyFile): OurImport[] {
    const items = file.names.importsOf(statement);
    const listed = listedNames(statement);
    if (listed.length === 0)
      return items.filter(({ origin }) => isOurs(origin)).map((item) => this.#star(item, statement, file));
    return items.flatMap((item, i) => {
      const node = listed[i];
      const dotted = statement.type === 'import_statement' ? item.module : item.origin;
      return node === undefined || !isOurs(dotted) ? [] : [this.#named(item, dotted, node, statement, file)];
    });
  }

  #named(item: PyImport, dotted: string, node: PyNode, statement: PyNode, file: PyFile): OurImport {
    const local = item.local ?? '';
    const common = { file, item, statement, node, local };
    const place = counterpart(dotted, this.runtime);
    const why = this.#whyNot(item, dotted, statement, file);
    if (why !== '' || place === null) return { ...common, need: null, why };
    if (statement.type === 'import_statement') {
      // `import rq_scheduler.utils` binds `rq_scheduler`, and the package loads its modules itself.
      const module = item.origin === item.module ? place : this.runtime;
      return { ...common, need: { module, name: null, local }, why };
    }
    const at = place.lastIndexOf('.');
    return { ...common, need: { module: place.slice(0, at), name: place.slice(at + 1), local }, why };
  }

  #whyNot(item: PyImport, dotted: string, statement: PyNode, file: PyFile): string {
    if (file.broken) return 'syntax-error';
    if (this.values.program.locate(item.module, file.path) !== null) return 'own-module';
    if (/_by_index$/.test(dotted)) return 'by-index';
    const bound = statement.type === 'import_statement' && item.origin !== item.module;
    if (bound && !item.module.startsWith('rq_')) return 'dotted-import';
    return counterpart(dotted, this.runtime) === null ? 'no-counterpart' : '';
  }

  /** A star brings more than is wanted: of rq_recurring only what rq-scheduler's had is imported, by name. */
  #star(item: PyImport, statement: PyNode, file: PyFile): OurImport {
    const node = statement.children.find(({ type }) => type === 'wildcard_import') ?? statement;
    const common = { file, item, statement, node, local: '*' };
    const place = counterpart(item.module, this.runtime);
    const names = starredNames(item.module);
    const why = file.broken ? 'syntax-error' : place === null ? 'no-counterpart' : '';
    if (why !== '' || place === null) return { ...common, need: null, why };
    const read = (name: string) => isUnbound(file, name);
    const wanted =
      names === null
        ? '*'
        : ['Scheduler', ...[...names].filter((one) => one !== 'Scheduler' && read(one))].join(', ');
    return { ...common, need: { module: place, name: wanted, local: wanted }, why: '' };
  }

  /** Imports of django-rq's modules of which `get_scheduler` may be read. */
  #carriers(file: PyFile): OurImport[] {
    if (!file.text.includes('django_rq')) return [];
    return [...file.names.parents.keys()]
      .filter(({ type }) => /^import(_from)?_statement$/.test(type))
      .flatMap((statement) =>
        listedNames(statement).flatMap((node, i) => {
          const item = file.names.importsOf(statement)[i];
          if (item === undefined || !/^django_rq(\.queues)?$/.test(item.origin)) return [];
          return [{ file, item, statement, node, local: item.local ?? '', need: null, why: '' }];
        }),
      );
  }

  #drops(one: OurImport, active: readonly Draft[]): boolean {
    return one.item.local !== null && !one.file.broken && this.#isIdle(one, active, false);
  }

  /** Is all that the file does with the name done otherwise, and, unless it is local, nobody else's? */
  #isIdle(one: OurImport, active: readonly Draft[], local: boolean): boolean {
    if (one.item.optional) return false;
    const reads = readsOf(one);
    const edits = active.flatMap((draft) => draft.edits);
    if (reads.length === 0 || !reads.every((node) => edits.some((edit) => covers(edit, node)))) return false;
    return local || !isReadElsewhere(one.file, one.local, this.values);
  }

  /** Needs of drafts that stand where the name of a nested import stood. */
  #neededThrough(one: OurImport, active: readonly Draft[]): Need[] {
    const reads = readsOf(one);
    return active
      .filter((draft) => reads.some((node) => draft.edits.some((edit) => covers(edit, node))))
      .flatMap(({ needs }) => needs.filter(({ module }) => module !== 'datetime'));
  }
}

/** Edits within a statement whose names all go on under the same names; null where it is to be written anew. */
function swapInside(statement: PyNode, kept: readonly OurImport[], others: boolean): Edit[] | null {
  const [first] = kept;
  if (first === undefined || kept.every(({ need }) => need === null)) return [];
  if (statement.type === 'import_statement') {
    return kept.flatMap(({ node, need, local }) => {
      if (need === null) return [];
      const text = `${need.module} as ${local}`;
      return [{ start: node.start, end: node.end, text, why: WHY }];
    });
  }
  const module = fieldOf(statement, 'module_name');
  const total = Math.max(1, listedNames(statement).length);
  const same = kept.every(({ need }) => need !== null && need.module === first.need?.module);
  if (module === undefined || others || !same || kept.length < total) return null;
  const target = { start: module.start, end: module.end, text: first.need?.module ?? '', why: WHY };
  return [
    target,
    ...kept.flatMap(({ node, need }) => {
      const name = node.type === 'aliased_import' ? (fieldOf(node, 'name') ?? node) : node;
      const written = need?.name ?? '';
      if (written === name.text) return [];
      const text =
        node === name && node.type !== 'wildcard_import' ? `${written} as ${need?.local}` : written;
      return [{ start: name.start, end: name.end, text, why: WHY }];
    }),
  ];
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

/** The imports, on lines of their own behind a statement; before what follows it on its line. */
function behind(file: PyFile, statement: PyNode, needs: readonly Need[]): Edit[] {
  const indent = indentAt(file.text, statement.start);
  const between = indent === null ? '; ' : `${newlineOf(file.text)}${indent}`;
  const text = importLines(unique(needs))
    .map((line) => between + line)
    .join('');
  return [{ start: statement.end, end: statement.end, text, why: WHY }];
}

/** Does the edit replace the whole node? */
export function covers({ start, end }: Edit, node: PyNode): boolean {
  return end > start && start <= node.start && node.end <= end;
}

/** Is the name read in the file although nothing binds it there? */
function isUnbound(file: PyFile, name: string): boolean {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'identifier' || node.text !== name || node.field === 'attribute') continue;
    if (lookUp(name, file.names.scopeAt(node)).length === 0) return true;
  }
  return false;
}
