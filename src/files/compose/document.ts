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
  parseAllDocuments,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { lineOf } from '../bytes.js';
import { FileParseError, NotOfKindError, type ProjectView, type SourceFile } from '../types.js';
import { maskBytes } from './mask.js';
import { isSureComposePath } from './names.js';

export type Collection = YAMLMap | YAMLSeq;

/** A compose file, parsed for ranges. All offsets are relative to `body`. */
export interface ComposeDoc {
  readonly path: string;
  /** Byte text without the BOM. */
  readonly body: string;
  /** Length of the BOM: add it to offsets for the file. */
  readonly bom: number;
  readonly documents: readonly Document.Parsed[];
  /**
   * Plain values per document: aliases and merge keys resolved, the services of the first version's format
   * under `services` as in later ones. Names are masked (`mask.ts`).
   */
  readonly plain: readonly unknown[];
  /** Which item of which collection holds a collection. */
  readonly holders: ReadonlyMap<Collection, Slot>;
}

/** Item `index` of `within`. */
export interface Slot {
  readonly within: Collection;
  readonly index: number;
}

const BOM = '\u00ef\u00bb\u00bf';
const MAX_ALIASES = 10_000;

/** Parsed files; two readings of one file share their nodes. Null for a broken one. */
const parsed = new WeakMap<SourceFile, ComposeDoc | null>();

/**
 * Parses a compose file; throws FileParseError with the line of the first mistake, NotOfKindError where
 * neither name nor content speaks for a compose file.
 */
export function parseCompose(file: SourceFile): ComposeDoc {
  const doc = parsed.get(file) ?? (isSureComposePath(file.path) ? readCompose(file) : readLikely(file));
  parsed.set(file, doc);
  return doc;
}

function readLikely(file: SourceFile): ComposeDoc {
  try {
    const doc = readCompose(file);
    if (doc.documents.some(declaresServices)) return doc;
  } catch (error) {
    if (!(error instanceof FileParseError)) throw error;
  }
  throw new NotOfKindError(file.path);
}

/** A section `services` of maps that are made of what compose knows. */
function declaresServices(document: Document.Parsed): boolean {
  const services = sectionOf(document, 'services');
  const known = ['image', 'build', 'command', 'extends', '<<', 'environment', 'deploy'];
  return (
    services?.items.every(({ value }) => isMap(value) && known.some((key) => pairAt(value, key))) ?? false
  );
}

function readCompose(file: SourceFile): ComposeDoc {
  const bom = file.text.startsWith(BOM) ? BOM.length : 0;
  const body = file.text.slice(bom);
  const masked = maskBytes(body);
  const documents: Document.Parsed[] = [
    ...parseAllDocuments(masked, {
      merge: true,
      uniqueKeys: false,
      keepSourceTokens: true,
      logLevel: 'silent',
    }),
  ];
  const plain = documents.map((document) => {
    const error = document.errors[0];
    if (error !== undefined) throw new FileParseError(file.path, lineOf(body, error.pos[0]), error.code);
    try {
      const value = document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
      const root = document.contents;
      return root !== null && serviceMap(document) === root ? { services: value } : value;
    } catch (cause) {
      const reason = cause instanceof ReferenceError ? 'unresolved alias' : String(cause);
      throw new FileParseError(file.path, null, reason);
    }
  });
  documents.forEach((document, i) => {
    if (document.contents !== null && !isMap(document.contents) && plain[i] !== null) {
      throw new FileParseError(file.path, 1, 'not a mapping');
    }
  });
  return { path: file.path, body, bom, documents, plain, holders: holdersOf(documents) };
}

/** Another compose file of the project; null when absent or broken (its own parse reports that). */
export function composeAt(project: ProjectView, path: string): ComposeDoc | null {
  const file = project.get(path);
  if (file === undefined) return null;
  const known = parsed.get(file);
  if (known !== undefined) return known;
  try {
    return parseCompose(file);
  } catch (error) {
    if (!(error instanceof FileParseError)) throw error;
    parsed.set(file, null);
    return null;
  }
}

function holdersOf(documents: readonly Document.Parsed[]): ReadonlyMap<Collection, Slot> {
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

/**
 * The map that holds a document's services: `services`, or the document itself in the first version of the
 * format, which has no sections. Null where there are none.
 */
export function serviceMap(document: Document.Parsed): YAMLMap | null {
  const { contents } = document;
  if (!isMap(contents) || !isFirstVersion(contents)) return sectionOf(document, 'services');
  return contents;
}

/** Nothing but maps, each with an image or a build, or taking them from another service. */
function isFirstVersion(contents: YAMLMap): boolean {
  return (
    contents.items.length > 0 &&
    contents.items.every(
      ({ value }) => isMap(value) && ['image', 'build', 'extends'].some((key) => pairAt(value, key)),
    )
  );
}

/** The pairs of a top-level section such as `services`, with the map that holds them. */
export function sectionOf(document: Document.Parsed, name: string): YAMLMap | null {
  if (!isMap(document.contents)) return null;
  const value = pairAt(document.contents, name)?.value;
  return isMap(value) ? value : null;
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
