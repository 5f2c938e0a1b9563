import type { Edit } from '../../../plan/types.js';
import { linesOf } from '../lines.js';
import { commentStart } from '../policy.js';
import type { Item } from './items.js';

type Range = Omit<Edit, 'text'>;
type List = Extract<Item['holder'], { is: 'list' }>['list'];

/** What removing items of one file needs to know. */
export interface Removing {
  readonly text: string;
  /** All packages that the file names. */
  readonly names: readonly string[];
  readonly why: string;
  /** Lists that get a new member after their last one: their last comma stays. */
  readonly growing: ReadonlySet<List>;
}

/** Byte ranges to remove for `items`; whole lines where an item has lines of its own. */
export function removeItems(removing: Removing, items: readonly Item[]): Range[] {
  const ranges: Range[] = [];
  const lists = new Map<List, Set<number>>();
  for (const item of items) {
    const { holder } = item;
    if (holder.is === 'list') lists.set(holder.list, (lists.get(holder.list) ?? new Set()).add(holder.index));
    else if (holder.is === 'lines') ranges.push(ownLines(removing, item.start, item.end));
    else ranges.push(wholeTable(removing, item));
  }
  for (const [list, gone] of lists) ranges.push(...removeMembers(removing, list, gone));
  return ranges;
}

function ownLines({ text, names, why }: Removing, start: number, end: number): Range {
  const lines = linesOf(text);
  const first = lines.findIndex((line) => start < line.next);
  const last = lines.find((line) => end <= line.end);
  const from = commentStart(text, lines, first, names) ?? lines[first]?.start;
  return { start: from ?? start, end: last?.next ?? text.length, why };
}

/** A table of its own goes with the blank lines that set it apart. */
function wholeTable(removing: Removing, item: Item): Range {
  const { text } = removing;
  const range = ownLines(removing, item.start, item.end);
  const after = /^(?:[ \t]*(?:\r\n|\r|\n))+/.exec(text.slice(range.end))?.[0].length ?? 0;
  if (range.end + after < text.length) return { ...range, end: range.end + after };
  const before = /(?<=[\r\n])(?:[ \t]*(?:\r\n|\r|\n))+$/.exec(text.slice(0, range.start))?.[0].length ?? 0;
  return { ...range, start: range.start - before, end: range.end + after };
}

function removeMembers(removing: Removing, list: List, gone: ReadonlySet<number>): Range[] {
  const members: readonly { range: [number, number] }[] =
    list.type === 'TOMLArray' ? list.elements : list.body;
  const ranges: Range[] = [];
  for (let first = 0; first < members.length; first++) {
    if (!gone.has(first)) continue;
    let last = first;
    while (gone.has(last + 1)) last++;
    ranges.push(
      ...removeRun(
        removing,
        members.map((m) => m.range),
        first,
        last,
        removing.growing.has(list),
      ),
    );
    first = last;
  }
  return ranges;
}

/** Removes the members `first` to `last`, neighbours in one list, and as many of its commas. */
function removeRun(
  removing: Removing,
  members: readonly [number, number][],
  first: number,
  last: number,
  growing: boolean,
): Range[] {
  const { text, why } = removing;
  const start = members[first]?.[0] ?? 0;
  const end = members[last]?.[1] ?? 0;
  const previous = members[first - 1];
  const next = members[last + 1];
  const commas = members.map((member) => commaAfter(text, member[1])).filter((at) => at !== null);
  const at = (offset: number): Range => ({ start: offset, end: offset + 1, why });
  const comma = commaAfter(text, end);
  const commaBefore = previous === undefined ? null : commaAfter(text, previous[1]);
  if (standsAlone(text, start, end)) {
    const lines = ownLines(removing, start, end);
    const within = commas.filter((offset) => lines.start <= offset && offset < lines.end).length;
    const count = last - first + 1;
    if (within === count) return [lines];
    if (comma === null && within === count - 1) {
      return commaBefore === null || growing ? [lines] : [at(commaBefore), lines];
    }
  }
  const onlyComma = (from: number, to: number) => /^[ \t]*,[ \t]*$/.test(text.slice(from, to));
  if (next !== undefined && onlyComma(end, next[0])) return [{ start, end: next[0], why }];
  if (previous !== undefined && onlyComma(previous[1], start)) return [{ start: previous[1], end, why }];
  const spare = comma ?? commaBefore;
  return spare === null ? [{ start, end, why }] : [{ start, end, why }, at(spare)];
}

/** Is there nothing else but commas, blanks and a comment in the lines from `start` to `end`? */
function standsAlone(text: string, start: number, end: number): boolean {
  const before = /[^\r\n]*$/.exec(text.slice(0, start))?.[0] ?? '';
  return (
    /^[ \t]*(,[ \t]*)?$/.test(before) && /^[ \t]*,?[ \t]*(#[^\r\n]*)?(\r\n|\r|\n|$)/.test(text.slice(end))
  );
}

/** Offset of the comma that follows the member ending at `offset`; null behind the last without one. */
function commaAfter(text: string, offset: number): number | null {
  const skipped = /^(?:\s|#[^\r\n]*)*(?=,)/.exec(text.slice(offset))?.[0].length;
  return skipped === undefined ? null : offset + skipped;
}
