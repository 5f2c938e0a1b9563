import type { Edit } from '../../plan/types.js';
import { type Install, type Installed, installsOf } from './installs.js';
import { itemRange, type Range } from './ranges.js';
import { type Item, type List, nodesOf } from './tree.js';

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
  const edits: Edit[] = [];
  const stuck: number[] = [];
  for (const install of installsOf(placed.text, placed.tree)) {
    const gone = install.packages.filter(({ name }) => name === SCHEDULER);
    if (gone.length === 0) continue;
    const stays = install.more || gone.length < install.packages.length;
    if (!stays && onlyCommand(placed.tree, install)) return { edits: [], stuck: [], whole: true };
    const ranges = stays
      ? gone.map((one) => wordRange(placed, install, one))
      : [clauseRange(placed, install)];
    ranges.forEach((range, i) => {
      if (range === null) stuck.push(placed.base + (gone[i]?.start ?? 0));
      else edits.push({ ...range, text: '', why: 'remove-dependency' });
    });
  }
  return { edits, stuck, whole: false };
}

function onlyCommand({ items }: List, { command }: Install): boolean {
  return items.length === 1 && items[0]?.parts.length === 1 && items[0].parts[0]?.node === command;
}

/** A word with the blanks and continued line before it, or its line where a comment stands between. */
function wordRange({ file, base }: Placed, { command, packages }: Install, gone: Installed): Range | null {
  const ends = [...command.words, ...packages].map(({ end }) => end).filter((end) => end <= gone.start);
  const [from, to] = [base + Math.max(...ends), base + gone.end];
  if (!hasComment(file.slice(from, to))) return { start: from, end: to };
  const lineStart = file.lastIndexOf('\n', base + gone.start) + 1;
  const newline = file.indexOf('\n', to);
  const alone = file.slice(lineStart, base + gone.start).trim() === '';
  const continued = newline >= 0 && /^[ \t]*[\\`][ \t]*\r?$/.test(file.slice(to, newline));
  return alone && continued ? { start: lineStart, end: newline + 1 } : null;
}

/** One command of an `a && b && c`, or an item of its own. */
function clauseRange({ file, base, tree }: Placed, { command }: Install): Range | null {
  const found = itemOf(tree, command.start);
  if (found === null) return null;
  const { list, index, item } = found;
  if (item.parts.length === 1) return shifted(itemRange(file.slice(base), list, index), base);
  const at = item.parts.findIndex(({ node }) => node === command);
  const [part, next] = [item.parts[at], item.parts[at + 1]];
  if (part === undefined || /\|/.test(`${part.op}${next?.op ?? ''}`)) return null;
  const before = base + part.opStart - trailingBlanks(file.slice(0, base + part.opStart));
  const choices: Range[] = [];
  if (next !== undefined) choices.push({ start: base + command.start, end: base + next.node.start });
  if (at > 0) {
    const stop = base + (next?.opStart ?? item.stop);
    choices.push({ start: before, end: stop - trailingBlanks(file.slice(0, stop)) });
  }
  return choices.find(({ start, end }) => !hasComment(file.slice(start, end))) ?? null;
}

/** The innermost list with the command as a part of one of its items. */
function itemOf(tree: List, start: number): { list: List; index: number; item: Item } | null {
  const lists = [tree];
  for (const node of nodesOf(tree)) {
    if (node.type !== 'simple') lists.push(...node.bodies.map((body) => body.list));
  }
  for (const list of lists) {
    const index = list.items.findIndex((item) => item.parts.some(({ node }) => node.start === start));
    const item = list.items[index];
    if (item?.parts.some(({ node }) => node.type === 'simple' && node.start === start)) {
      return { list, index, item };
    }
  }
  return null;
}

function shifted(range: Range | null, by: number): Range | null {
  return range === null ? null : { start: range.start + by, end: range.end + by };
}

/** Length of the blanks and continued lines at the end of a text. */
function trailingBlanks(text: string): number {
  return /(?:[ \t]|[\\`][ \t]*\r?\n)*$/.exec(text)?.[0].length ?? 0;
}

function hasComment(text: string): boolean {
  return /\n[ \t]*#/.test(text);
}
