import { type Document, isMap, isPair, isScalar, isSeq, type Scalar } from 'yaml';
import { lineOf } from '../bytes.js';
import { type Collection, keyOf, rangeOf, type Slot, type YamlText } from './nodes.js';
import { itemRange } from './remover.js';

/** A way into a document: keys of maps, indexes of lists. */
export type YamlPath = readonly (string | number)[];

/** The item at the end of a path that leads through no alias and no merge key; null where there is none. */
export function slotAt(document: Document.Parsed, path: YamlPath): Slot | null {
  let slot: Slot | null = null;
  let node: unknown = document.contents;
  for (const step of path) {
    const index: number = isMap(node)
      ? node.items.findIndex((pair) => keyOf(pair) === step)
      : isSeq(node) && typeof step === 'number' && step < node.items.length
        ? step
        : -1;
    if (index < 0) return null;
    slot = { within: node as Collection, index };
    const item: unknown = slot.within.items[index];
    node = isPair(item) ? item.value : item;
  }
  return slot;
}

/** The value at the end of a path; undefined where there is none. */
export function nodeAt(document: Document.Parsed, path: YamlPath): unknown {
  const slot = slotAt(document, path);
  const item: unknown = slot?.within.items[slot.index];
  return isPair(item) ? item.value : item;
}

/** The scalar at the end of a path, or null. */
export function scalarAt(document: Document.Parsed, path: YamlPath): Scalar | null {
  const node = nodeAt(document, path);
  return isScalar(node) ? node : null;
}

/** 1-based line of what a path leads to; that of the nearest item above it where the path ends in an alias. */
export function lineAt(yaml: YamlText, document: Document.Parsed, path: YamlPath): number {
  for (let length = path.length; length > 0; length--) {
    const slot = slotAt(document, path.slice(0, length));
    if (slot !== null) return lineOf(yaml.body, itemRange(slot.within, slot.index)[0]);
  }
  return lineOf(yaml.body, rangeOf(document.contents)?.[0] ?? 0);
}

/** A plain value at a path; undefined where there is none. */
export function valueAt(root: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    root,
  );
}

/** Takes an item out of plain values, in place; what is left empty by it goes too, up to the root. */
export function dropAt(root: unknown, path: YamlPath): void {
  const [holder, last] = [valueAt(root, path.slice(0, -1)), path.at(-1)];
  if (last === undefined || typeof holder !== 'object' || holder === null) return;
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete (holder as Record<string, unknown>)[last];
  if (path.length > 1 && Object.keys(holder).length === 0) dropAt(root, path.slice(0, -1));
}
