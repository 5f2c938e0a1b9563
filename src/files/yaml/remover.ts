import { isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Edit } from '../../plan/types.js';
import { LineRemover } from './lines.js';
import { type Collection, rangeOf, type Slot, type YamlText } from './nodes.js';

/** Collects items to be removed from the collections of a YAML file and turns them into edits. */
export class ItemRemover {
  private readonly items = new Map<Collection, Map<number, string>>();

  constructor(private readonly yaml: YamlText) {}

  add(within: Collection, index: number, why: string): void {
    const known = this.items.get(within) ?? new Map<number, string>();
    if (!known.has(index)) known.set(index, why);
    this.items.set(within, known);
  }

  has(within: Collection, index: number): boolean {
    return this.items.get(within)?.has(index) ?? false;
  }

  /** The item removed that holds this collection, at any depth; undefined when it stays. */
  removedAround(within: Collection): Slot | undefined {
    for (let slot = this.yaml.holders.get(within); slot; slot = this.yaml.holders.get(slot.within)) {
      if (this.has(slot.within, slot.index)) return slot;
    }
    return undefined;
  }

  /**
   * A collection that loses all of its items goes as a whole, unless `keep` says that it stays as an
   * empty one (an anchor that others use, the `services` of a file).
   */
  collapse(keep: (collection: Collection) => boolean): void {
    let again = true;
    while (again) {
      again = false;
      for (const [collection, removed] of [...this.items]) {
        const holder = this.yaml.holders.get(collection);
        if (removed.size < collection.items.length || holder === undefined || keep(collection)) continue;
        this.items.delete(collection);
        this.add(holder.within, holder.index, [...removed.values()][0] ?? '');
        again = true;
      }
    }
  }

  /** Edits relative to the body: the removals that are not inside another one. */
  edits(): Edit[] {
    return this.editsOf((collection) => this.removedAround(collection) === undefined);
  }

  /** Edits inside removed items, for text that lives on elsewhere. */
  innerEdits(livesOn: (collection: Collection) => boolean): Edit[] {
    return this.editsOf((collection) => this.removedAround(collection) !== undefined && livesOn(collection));
  }

  private editsOf(wanted: (collection: Collection) => boolean): Edit[] {
    const lines = new LineRemover(this.yaml.body);
    const edits: Edit[] = [];
    for (const [collection, removed] of this.items) {
      if (!wanted(collection)) continue;
      for (const [first, last] of runs([...removed.keys()])) {
        const why = removed.get(first) ?? '';
        if (collection.flow) edits.push(this.flowEdit(collection, first, last, why));
        else edits.push(...this.blockEdits(lines, collection, first, last, removed));
      }
      if (!collection.flow && removed.size === collection.items.length)
        edits.push(this.emptyEdit(collection, removed));
    }
    return [...edits, ...lines.edits()];
  }

  private blockEdits(
    lines: LineRemover,
    collection: Collection,
    first: number,
    last: number,
    removed: ReadonlyMap<number, string>,
  ): Edit[] {
    const edits: Edit[] = [];
    for (let i = last; i >= first; i--) {
      const [start, end] = itemRange(collection, i);
      const why = removed.get(i) ?? '';
      if (lines.startsLine(start)) {
        lines.remove(start, end, why, ownsComment(collection, i) ? 'own' : 'shared');
      } else if (i + 1 < collection.items.length) {
        // `- first: …`: the first entry shares its line with the dash.
        edits.push({ start, end: itemRange(collection, i + 1)[0], text: '', why });
      }
    }
    return edits;
  }

  private flowEdit(collection: Collection, first: number, last: number, why: string): Edit {
    const [start] = itemRange(collection, first);
    const end = itemRange(collection, last)[1];
    if (first > 0) return { start: itemRange(collection, first - 1)[1], end, text: '', why };
    if (last + 1 < collection.items.length) {
      return { start, end: itemRange(collection, last + 1)[0], text: '', why };
    }
    return { start, end, text: '', why };
  }

  /** ` {}` after the key of a block collection that lost everything and stays. */
  private emptyEdit(collection: Collection, removed: ReadonlyMap<number, string>): Edit {
    const holder = this.yaml.holders.get(collection);
    const item = holder?.within.items[holder.index];
    const end = rangeOf(isPair(item) ? item.key : null)?.[1] ?? 0;
    const properties = /^[ \t]*:(?:[ \t]+[&!][^\s,[\]{}]+)*/.exec(this.yaml.body.slice(end))?.[0] ?? '';
    const at = end + properties.length;
    return {
      start: at,
      end: at,
      text: isMap(collection) ? ' {}' : ' []',
      why: [...removed.values()][0] ?? '',
    };
  }
}

/** A service, a volume or a whole section owns the comment above it; a line of a list may share it. */
function ownsComment(collection: Collection, index: number): boolean {
  const item = collection.items[index];
  const value = isPair(item) ? item.value : item;
  return isMap(value) || isSeq(value) || (isPair(item) && value === null);
}

/** `[start, end)` of an item: from its key or dash to the end of its value. */
export function itemRange(collection: Collection, index: number): readonly [number, number] {
  const item = collection.items[index];
  if (isPair(item)) {
    const key = rangeOf(item.key) ?? [0, 0];
    return [key[0], endOf(item.value) ?? key[1]];
  }
  const range = rangeOf(item) ?? [0, 0];
  return [dashAt(collection, index) ?? range[0], endOf(item) ?? range[0]];
}

/** End of a node's own text: ranges of empty values and of what ends in one run over comments below. */
function endOf(node: unknown): number | null {
  if (isScalar(node) && node.value === null && !node.source) return null;
  if ((isMap(node) || isSeq(node)) && !node.flow && node.items.length > 0) {
    return itemRange(node as Collection, node.items.length - 1)[1];
  }
  return rangeOf(node)?.[1] ?? null;
}

function dashAt(collection: Collection, index: number): number | null {
  const token = collection.srcToken;
  if (token?.type !== 'block-seq') return null;
  const dashes = token.items.flatMap((item) =>
    item.start.flatMap((part) => (part.type === 'seq-item-ind' ? [part.offset] : [])),
  );
  return dashes[index] ?? null;
}

function runs(indexes: readonly number[]): [number, number][] {
  const out: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = out.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else out.push([index, index]);
  }
  return out;
}
