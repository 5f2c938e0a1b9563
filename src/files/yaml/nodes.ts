import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

export type Collection = YAMLMap | YAMLSeq;

/** Item `index` of `within`. */
export interface Slot {
  readonly within: Collection;
  readonly index: number;
}

/** YAML text that was parsed for ranges. All offsets are relative to `body`. */
export interface YamlText {
  readonly path: string;
  /** Byte text without the BOM. */
  readonly body: string;
  /** Length of the BOM: add it to offsets for the file. */
  readonly bom: number;
  readonly documents: readonly Document.Parsed[];
  /** Which item of which collection holds a collection. */
  readonly holders: ReadonlyMap<Collection, Slot>;
}

/** Finds for every collection the item that holds it. */
export function holdersOf(documents: readonly Document.Parsed[]): ReadonlyMap<Collection, Slot> {
  const holders = new Map<Collection, Slot>();
  const enter = (collection: Collection): void => {
    collection.items.forEach((item, index) => {
      const value = isPair(item) ? item.value : item;
      if (!isCollection(value)) return;
      holders.set(value as Collection, { within: collection, index });
      enter(value as Collection);
    });
  };
  for (const { contents } of documents) if (isCollection(contents)) enter(contents as Collection);
  return holders;
}

/** The text of a scalar key or item; null for anything else. */
export function textOf(node: unknown): string | null {
  if (typeof node === 'string') return node;
  if (!isScalar(node) || node.value === null || typeof node.value === 'object') return null;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

export function keyOf(pair: Pair): string | null {
  return textOf(pair.key);
}

/** `[start, end)` of a node's own text, without anchor and tag; null for a node that has none. */
export function rangeOf(node: unknown): readonly [number, number] | null {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : null;
}

export function pairAt(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find((pair) => keyOf(pair) === name);
}

/** What an alias stands for; other nodes stand for themselves. */
export function resolved(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? (node as Alias).resolve(document) : node;
}

/**
 * Looks a key up in a map as compose sees it: its own keys before those of `<<`, which count in order.
 * Gives the value with aliases resolved.
 */
export function lookUp(map: unknown, name: string, document: Document.Parsed, depth = 0): unknown {
  const target = resolved(map, document);
  if (!isMap(target) || depth > 20) return undefined;
  const own = pairAt(target, name);
  if (own !== undefined) return resolved(own.value, document);
  for (const pair of target.items) {
    if (keyOf(pair) !== '<<') continue;
    const value = resolved(pair.value, document);
    const sources = isCollection(value) && !isMap(value) ? value.items : [value];
    for (const source of sources) {
      const found = lookUp(source, name, document, depth + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
