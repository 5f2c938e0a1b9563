import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { Draft, Need } from './draft.js';
import { type ImportName, importEdits, importLines, listedNames, unique } from './import-edits.js';
import { indentAt, newlineOf } from './lines.js';
import { carriersIn, type OurImport, oursIn } from './our-imports.js';
import type { PyFile } from './program.js';
import { isReadElsewhere, readsOf } from './readers.js';
import type { Values } from './values.js';

const WHY = 'swap-import';

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
    const found = oursIn(file, this.values, this.runtime);
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
      edits.push(...kept.flatMap(({ reads = [] }) => reads));
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
    for (const one of file.broken ? [] : carriersIn(file)) {
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
    if (kept.some(({ need }) => need !== null && need.name !== null)) return null;
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
