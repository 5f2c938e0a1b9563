import { type Document, parseAllDocuments } from 'yaml';
import { lineOf } from '../bytes.js';
import { FileParseError, type SourceFile } from '../types.js';
import { maskBytes } from './mask.js';
import { holdersOf, type YamlText } from './nodes.js';

const BOM = '\u00ef\u00bb\u00bf';
const MAX_ALIASES = 10_000;

/** Parses a YAML file for ranges; throws FileParseError with the line of the first mistake. */
export function parseYaml(file: SourceFile): YamlText {
  const bom = file.text.startsWith(BOM) ? BOM.length : 0;
  const body = file.text.slice(bom);
  const documents: Document.Parsed[] = [
    ...parseAllDocuments(maskBytes(body), {
      merge: true,
      uniqueKeys: false,
      keepSourceTokens: true,
      logLevel: 'silent',
    }),
  ];
  for (const { errors } of documents) {
    const error = errors[0];
    if (error !== undefined) throw new FileParseError(file.path, lineOf(body, error.pos[0]), error.code);
  }
  return { path: file.path, body, bom, documents, holders: holdersOf(documents) };
}

/** A document's plain value, aliases and merge keys resolved; throws FileParseError for an alias of nothing. */
export function plainOf(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch (cause) {
    const reason = cause instanceof ReferenceError ? 'unresolved alias' : String(cause);
    throw new FileParseError(path, null, reason);
  }
}
