import type { Edit } from '../../plan/types.js';
import { type Install, type Installed, installsOf } from './installs.js';
import { itemRange, joined, type Range } from './ranges.js';
import { type Item, type List, type Node, nodesOf } from './tree.js';

const SCHEDULER = 'rq-scheduler';

/** What becomes of the install commands of a script that name rq-scheduler. */
export interface InstallRemoval {
  /** Edits with offsets of the file. */
  readonly edits: readonly Edit[];
  /** File offsets of those that no edit takes out. */
  readonly stuck: readonly number[];
  /** The script does nothing else: it can go as a whole. */
  readonly whole: boolean;
}

/** Shell text within a file: `file.slice(base)` and `text` are alike, byte for byte, but for blanked layout. */
export interface Placed {
  readonly file: string;
  readonly base: number;
  readonly text: string;
  readonly tree: List;
}

/** Takes rq-scheduler out of `pip install …`: the word, the command, or all of a script that does nothing else. */
export function installRemoval(placed: Placed): InstallRemoval {
  const found: Range[] = [];
  const stuck: number[] = [];
  const named = installsOf(placed.text, placed.tree).filter((install) => goneOf(install).length > 0);
  const lone = new Set(named.filter(isLone).map(({ command }) => command));
  if (lone.size > 0 && isAll(placed.tree, lone)) return { edits: [], stuck, whole: true };
  const remove = (ranges: readonly Range[], at: number): void => {
    if (ranges.length === 0) stuck.push(placed.base + at);
    found.push(...ranges);
  };
  for (const group of groupsOf(placed.tree, lone)) {
    const range = clauseRange(placed, group);
    remove(range === null ? [] : [range], group.commands[0].start);
  }
  const clauses = [...found];
  for (const install of named.filter((one) => !isLone(one))) {
    for (const one of goneOf(install)) remove(wordRanges(placed, install, one, clauses), one.start);
  }
  const edits = joined(found).map((range) => ({ ...range, text: '', why: 'remove-dependency' }));
  return { edits, stuck, whole: false };
}

function goneOf({ packages }: Install): readonly Installed[] {
  return packages.filter(({ name }) => name === SCHEDULER);
}

/** It installs nothing else. */
function isLone(install: Install): boolean {
  return !install.more && goneOf(install).length === install.packages.length;
}

function isAll({ items }: List, lone: ReadonlySet<Node>): boolean {
  return items.length === 1 && (items[0]?.parts.every(({ node }) => lone.has(node)) ?? false);
}

/** Commands next to each other in one `a && b && c`. */
interface Group {
  readonly list: List;
  readonly index: number;
  readonly item: Item;
  /** Index of the first in the item's parts. */
  readonly first: number;
  readonly commands: readonly [Node, ...Node[]];
}

function groupsOf(tree: List, lone: ReadonlySet<Node>): readonly Group[] {
  const inner = [...nodesOf(tree)].flatMap((node) => (node.type === 'simple' ? [] : node.bodies));
  return [tree, ...inner.map((body) => body.list)].flatMap((list) =>
    list.items.flatMap((item, index) =>
      item.parts.flatMap(({ node }, first): Group[] => {
        const before = item.parts[first - 1]?.node;
        if (!lone.has(node) || (before !== undefined && lone.has(before))) return [];
        const rest = item.parts.slice(first + 1);
        const end = rest.findIndex((part) => !lone.has(part.node));
        const more = (end < 0 ? rest : rest.slice(0, end)).map((part) => part.node);
        return [{ list, index, item, first, commands: [node, ...more] }];
      }),
    ),
  );
}

/** A word with the blanks and the continuation before it; comments in between stay unless they are about it. */
function wordRanges(
  { file, base }: Placed,
  { command, packages }: Install,
  gone: Installed,
  cut: readonly Range[],
): readonly Range[] {
  const ends = [...command.words, ...packages].map(({ end }) => end).filter((end) => end <= gone.start);
  const [from, start, to] = [base + Math.max(...ends), base + gone.start, base + gone.end];
  const between = file.slice(from, start).replace(/\n[ \t]*#[^\n]*sched[^\n]*/gi, '');
  if (!hasComment(between)) return [{ start: from, end: to }];
  const lineStart = file.lastIndexOf('\n', start) + 1;
  // What goes behind the word is as good as gone.
  const behind = cut.find((range) => range.start <= to + leadingBlanks(file.slice(to)) && range.end > to);
  const stop = behind?.end ?? to;
  const newline = file.indexOf('\n', stop);
  const rest = file.slice(stop, newline < 0 ? file.length : newline);
  if (file.slice(lineStart, start).trim() !== '') return [];
  if (newline >= 0 && /^[ \t]*[\\`][ \t]*\r?$/.test(rest)) return [{ start: lineStart, end: newline + 1 }];
  if (rest.trim() !== '') return [{ start, end: stop + leadingBlanks(rest) }];
  // The last word of all: the one before it gives up its continuation.
  const open = /^[ \t]*[\\`][ \t]*(?=\r?\n)/.exec(file.slice(from))?.[0].length ?? 0;
  const line = newline < 0 ? null : { start: lineStart, end: newline + 1 };
  return open === 0 || line === null ? [] : [{ start: from, end: from + open }, line];
}

/** Some commands of an `a && b && c`, or an item of their own. */
function clauseRange({ file, base }: Placed, { list, index, item, first, commands }: Group): Range | null {
  if (commands.length === item.parts.length) return shifted(itemRange(file.slice(base), list, index), base);
  const part = item.parts[first];
  const next = item.parts[first + commands.length];
  if (part === undefined || /\|/.test(`${part.op}${next?.op ?? ''}`)) return null;
  const choices: Range[] = [];
  if (next !== undefined) choices.push({ start: base + part.node.start, end: base + next.node.start });
  if (first > 0) {
    const [before, stop] = [base + part.opStart, base + (next?.opStart ?? item.stop)];
    const start = before - trailingBlanks(file.slice(0, before));
    choices.push({ start, end: stop - trailingBlanks(file.slice(0, stop)) });
  }
  // A comment within the commands goes with them, one before or behind them is about something else.
  const [from, to] = [base + part.node.start, base + (commands.at(-1) ?? part.node).end];
  const loses = ({ start, end }: Range) =>
    hasComment(file.slice(start, from)) || hasComment(file.slice(to, end));
  return choices.find((range) => !loses(range)) ?? null;
}

function shifted(range: Range | null, by: number): Range | null {
  return range === null ? null : { start: range.start + by, end: range.end + by };
}

/** Length of the blanks and continued lines at the end of a text. */
function trailingBlanks(text: string): number {
  return /(?:[ \t]|[\\`][ \t]*\r?\n)*$/.exec(text)?.[0].length ?? 0;
}

function leadingBlanks(text: string): number {
  return /^[ \t]*/.exec(text)?.[0].length ?? 0;
}

function hasComment(text: string): boolean {
  return /\n[ \t]*#/.test(text);
}
