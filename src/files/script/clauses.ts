import { itemRange, type Range } from './ranges.js';
import { type Item, type List, type Node, nodesOf } from './tree.js';

/** Shell text within a file: `file.slice(base)` and `text` are alike, byte for byte, but for blanked layout. */
export interface Placed {
  readonly file: string;
  readonly base: number;
  readonly text: string;
  readonly tree: List;
}

/** What becomes of commands that go. Offsets are of the file. */
export interface ClauseRemoval {
  readonly ranges: readonly Range[];
  /** Those that cannot be taken out. */
  readonly stuck: readonly number[];
  /** The script does nothing else: it can go as a whole, and no range is given. */
  readonly whole: boolean;
}

/** Takes commands out of a script: parts of an `a && b && c`, or items of their own. */
export function clauseRemoval(placed: Placed, gone: ReadonlySet<Node>): ClauseRemoval {
  if (gone.size > 0 && isAll(placed.tree, gone)) return { ranges: [], stuck: [], whole: true };
  const ranges: Range[] = [];
  const stuck: number[] = [];
  for (const group of groupsOf(placed.tree, gone)) {
    const range = clauseRange(placed, group);
    if (range === null) stuck.push(placed.base + group.commands[0].start);
    else ranges.push(range);
  }
  return { ranges, stuck, whole: false };
}

function isAll({ items }: List, gone: ReadonlySet<Node>): boolean {
  return items.length === 1 && (items[0]?.parts.every(({ node }) => gone.has(node)) ?? false);
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

function groupsOf(tree: List, gone: ReadonlySet<Node>): readonly Group[] {
  const inner = [...nodesOf(tree)].flatMap((node) => (node.type === 'simple' ? [] : node.bodies));
  return [tree, ...inner.map((body) => body.list)].flatMap((list) =>
    list.items.flatMap((item, index) =>
      item.parts.flatMap(({ node }, first): Group[] => {
        const before = item.parts[first - 1]?.node;
        if (!gone.has(node) || (before !== undefined && gone.has(before))) return [];
        const rest = item.parts.slice(first + 1);
        const end = rest.findIndex((part) => !gone.has(part.node));
        const more = (end < 0 ? rest : rest.slice(0, end)).map((part) => part.node);
        return [{ list, index, item, first, commands: [node, ...more] }];
      }),
    ),
  );
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

/** A comment line within a stretch of a file. */
export function hasComment(text: string): boolean {
  return /\n[ \t]*#/.test(text);
}
