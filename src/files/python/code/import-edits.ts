import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { dottedName, fieldOf } from '../../pysource/syntax.js';
import type { Need } from './draft.js';
import { indentAt, lineEnd, lineStart, newlineOf } from './lines.js';
import type { PyFile } from './program.js';

/** One name of one import statement. */
export interface ImportName {
  readonly statement: PyNode;
  /** The `name` or `name as alias` in it. */
  readonly node: PyNode;
  readonly local: string;
}

const WHY = 'swap-import';

/** The names that an import statement lists. */
export function listedNames(statement: PyNode): readonly PyNode[] {
  return statement.children.filter(({ field }) => field === 'name');
}

/**
 * Edits of the import statements of one file: names that go, lines that come in the place of a statement
 * (`inPlace`), and names that the file needs besides.
 */
export function importEdits(
  file: PyFile,
  dropped: readonly ImportName[],
  inPlace: ReadonlyMap<PyNode, readonly Need[]>,
  needs: readonly Need[],
): Edit[] {
  const edits: Edit[] = [];
  const gone = new Map<PyNode, PyNode[]>();
  for (const { statement, node } of dropped) gone.set(statement, [...(gone.get(statement) ?? []), node]);
  const merged = mergeable(file, unique(needs), gone, edits);
  let rest = merged.left;
  const home = homeOf(file, gone);
  for (const [statement, names] of gone) {
    const extra = statement === home ? rest : [];
    if (statement === home) rest = [];
    const own = (inPlace.get(statement) ?? []).filter(
      (need) => !merged.done.some((one) => sameNeed(one, need)),
    );
    edits.push(...statementEdits(file, statement, names, unique([...own, ...extra])));
  }
  if (rest.length > 0) edits.push(insertion(file, rest));
  return edits;
}

function sameNeed(a: Need, b: Need): boolean {
  return a.module === b.module && a.name === b.name && a.local === b.local;
}

/** The needs, each once. */
export function unique(needs: readonly Need[]): Need[] {
  return needs.filter((need, i) => needs.findIndex((one) => sameNeed(one, need)) === i);
}

/** The first statement at the top of the module that loses names: new imports go there. */
function homeOf(file: PyFile, gone: ReadonlyMap<PyNode, readonly PyNode[]>): PyNode | null {
  const top = [...gone.keys()].filter((statement) => file.names.parents.get(statement) === file.root);
  return top.sort((a, b) => a.start - b.start)[0] ?? null;
}

/** Puts names into simple imports of the same module that are there already. */
function mergeable(
  file: PyFile,
  needs: readonly Need[],
  gone: ReadonlyMap<PyNode, readonly PyNode[]>,
  edits: Edit[],
): { readonly left: Need[]; readonly done: readonly Need[] } {
  const left: Need[] = [];
  const done: Need[] = [];
  const into = new Map<PyNode, Need[]>();
  for (const need of needs) {
    const statement = file.root.children.find(
      (node) =>
        node.type === 'import_from_statement' &&
        !gone.has(node) &&
        isSimple(node, file) &&
        moduleOf(node) === need.module,
    );
    if (statement === undefined || need.name === null) left.push(need);
    else into.set(statement, [...(into.get(statement) ?? []), need]);
  }
  for (const [statement, more] of into) {
    done.push(...more);
    edits.push(...inserted(statement, more));
  }
  return { left, done };
}

function moduleOf(statement: PyNode): string | null {
  const module = fieldOf(statement, 'module_name');
  return module === undefined ? null : dottedName(module);
}

/** On one line, no parentheses, no star. */
function isSimple(statement: PyNode, file: PyFile): boolean {
  const text = file.text.slice(statement.start, statement.end);
  return !/[\n\r()*\\]/.test(text) && text.length < 75;
}

/** Among names in alphabetical order the new ones are put in order too, else behind them. */
function inserted(statement: PyNode, needs: readonly Need[]): Edit[] {
  const names = listedNames(statement);
  const written = names.map(({ text }) => text);
  const ordered = written.every((name, i) => i === 0 || (written[i - 1] ?? '') <= name);
  return [...needs]
    .sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
    .map((need) => {
      const before = ordered ? names.find(({ text }) => text > nameOf(need)) : undefined;
      if (before) return { start: before.start, end: before.start, text: `${nameOf(need)}, `, why: WHY };
      return { start: statement.end, end: statement.end, text: `, ${nameOf(need)}`, why: WHY };
    });
}

function nameOf({ name, local }: Need): string {
  return name === local || name === null ? local : `${name} as ${local}`;
}

/** The statements that import these names. */
export function importLines(needs: readonly Need[]): string[] {
  const plain = needs.filter(({ name }) => name === null);
  const byModule = new Map<string, string[]>();
  for (const need of needs) {
    if (need.name === null) continue;
    byModule.set(need.module, [...(byModule.get(need.module) ?? []), nameOf(need)]);
  }
  const from = [...byModule].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...plain.map(({ module, local }) =>
      module === local ? `import ${module}` : `import ${module} as ${local}`,
    ),
    ...from.map(([module, names]) => `from ${module} import ${names.sort().join(', ')}`),
  ];
}

function statementEdits(
  file: PyFile,
  statement: PyNode,
  names: readonly PyNode[],
  needs: readonly Need[],
): Edit[] {
  const listed = listedNames(statement);
  const all = listed.length === 0 || names.length === listed.length;
  const { text } = file;
  const newline = newlineOf(text);
  const indent = text.slice(lineStart(text, statement.start), statement.start);
  const fresh = importLines(needs);
  if (all && fresh.length > 0) {
    const source = fresh.join(/^[ \t]*$/.test(indent) ? `${newline}${indent}` : '; ');
    return [{ start: statement.start, end: statement.end, text: source, why: WHY }];
  }
  if (all) return [removal(file, statement)];
  const edits = names.map((node) => listed_(listed, names, node));
  if (fresh.length > 0) {
    const between = /^[ \t]*$/.test(indent) ? `${newline}${indent}` : '; ';
    const source = fresh.map((line) => `${line}${between}`).join('');
    edits.push({ start: statement.start, end: statement.start, text: source, why: WHY });
  }
  return edits;
}

/** Takes one name out of a list with its comma. */
function listed_(listed: readonly PyNode[], names: readonly PyNode[], node: PyNode): Edit {
  const index = listed.indexOf(node);
  const kept = listed.slice(index + 1).some((one) => !names.includes(one));
  const next = listed[index + 1];
  const previous = listed[index - 1];
  return kept && next
    ? { start: node.start, end: next.start, text: '', why: WHY }
    : { start: previous?.end ?? node.start, end: node.end, text: '', why: WHY };
}

/** Takes a statement out with its line; a block is never left empty. */
export function removal(file: PyFile, statement: PyNode, why = WHY): Edit {
  const { text } = file;
  const parent = file.names.parents.get(statement);
  const siblings = parent?.children.filter(({ type }) => type !== 'comment') ?? [];
  const start = lineStart(text, statement.start);
  const alone = indentAt(text, statement.start) !== null;
  const rest = /^[ \t]*(#[^\r\n]*)?(\r\n|\n|\r|$)/.exec(text.slice(statement.end));
  if (parent?.type === 'block' && siblings.length === 1) {
    return { start: statement.start, end: statement.end, text: 'pass', why };
  }
  if (alone && rest) return { start, end: statement.end + rest[0].length, text: '', why };
  const semicolon = /^[ \t]*;[ \t]*/.exec(text.slice(statement.end));
  return {
    start: statement.start,
    end: statement.end + (semicolon?.[0].length ?? 0),
    text: semicolon ? '' : 'pass',
    why,
  };
}

/** Behind the last import at the top of the file; else below its docstring and comments. */
function insertion(file: PyFile, needs: readonly Need[]): Edit {
  const { text, root } = file;
  const newline = newlineOf(text);
  let last: PyNode | null = null;
  let head: PyNode | null = null;
  for (const node of root.children) {
    if (/^(import|import_from|future_import)_statement$/.test(node.type)) last = node;
    else if (node.type === 'comment' && last === null && head === null) continue;
    else if (node.type === 'expression_statement' && node.children[0]?.type === 'string') head ??= node;
    else if (!/^(comment|if_statement|try_statement)$/.test(node.type)) break;
  }
  const source = importLines(needs).join(newline);
  const anchor = last ?? head;
  if (anchor !== null) {
    const end = lineEnd(text, anchor.end);
    const blank = last === null ? newline : '';
    return { start: end, end, text: `${newline}${blank}${source}`, why: WHY };
  }
  const start = leading(text);
  return { start, end: start, text: `${source}${newline}${newline}`, why: WHY };
}

/** Past a byte order mark, a `#!` line and an encoding cookie. */
function leading(text: string): number {
  return /^(\xEF\xBB\xBF)?(#[^\r\n]*(\r\n|\n|\r))*/.exec(text)?.[0].length ?? 0;
}
