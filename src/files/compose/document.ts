import { type Document, isMap, type YAMLMap } from 'yaml';
import { FileParseError, NotOfKindError, type ProjectView, type SourceFile } from '../types.js';
import { pairAt, type YamlText } from '../yaml/nodes.js';
import { parseYaml, plainOf } from '../yaml/parse.js';
import { isSureComposePath } from './names.js';

/** A compose file, parsed for ranges. All offsets are relative to `body`. */
export interface ComposeDoc extends YamlText {
  /**
   * Plain values per document: aliases and merge keys resolved, the services of the first version's format
   * under `services` as in later ones. Names are masked (`yaml/mask.ts`).
   */
  readonly plain: readonly unknown[];
}

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
  const yaml = parseYaml(file);
  const plain = yaml.documents.map((document) => {
    const value = plainOf(document, file.path);
    const root = document.contents;
    if (root !== null && !isMap(root) && value !== null)
      throw new FileParseError(file.path, 1, 'not a mapping');
    return root !== null && serviceMap(document) === root ? { services: value } : value;
  });
  return { ...yaml, plain };
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
