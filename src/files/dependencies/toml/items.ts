import { type AST, getStaticTOMLValue, ParseError, parseTOML } from 'toml-eslint-parser';
import { FileParseError, type SourceFile } from '../../types.js';
import { BOM } from '../lines.js';
import { normaliseName, parseRequirement } from '../pep508.js';
import type { Dialect } from '../raise.js';

/** What a place in a TOML file holds. */
export interface Place {
  /** `strings`: array of PEP 508 strings; `names`: array of bare names; `table`: name = constraint. */
  readonly shape: 'strings' | 'names' | 'table';
  readonly dialect: Dialect;
  /** Its members are what the project installs (not sources, constraints or extras' names). */
  readonly installs: boolean;
}

/** Tells which key paths of a file hold dependencies. */
export type Classify = (path: readonly string[]) => Place | null;

/** Byte range of a version specifier, without quotes. */
export interface SpecifierAt {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One dependency as a TOML file lists it. */
export interface Item {
  readonly section: string;
  readonly place: Place;
  /** PEP 503 normalised. */
  readonly name: string;
  readonly specifiers: readonly SpecifierAt[];
  /** The array element, `key = value` or table. */
  readonly start: number;
  readonly end: number;
  /** What holds it: an array or inline table with all members' ranges, lines of a table, a table of its own. */
  readonly holder:
    | { readonly is: 'list'; readonly list: AST.TOMLArray | AST.TOMLInlineTable; readonly index: number }
    | { readonly is: 'lines' }
    | { readonly is: 'table' };
}

/** A TOML file read for its dependencies. */
export interface TomlDoc {
  readonly path: string;
  readonly text: string;
  readonly items: readonly Item[];
  /** All of its values, for comparison. */
  readonly values: unknown;
}

/** Reads a TOML file. Throws FileParseError. */
export function parseTomlFile(file: SourceFile, classify: Classify): TomlDoc {
  // A BOM is blanked out so that offsets stay those of the file.
  const text = file.text.startsWith(BOM) ? `   ${file.text.slice(BOM.length)}` : file.text;
  try {
    const program = parseTOML(text);
    const items = program.body[0].body.flatMap((node) =>
      node.type === 'TOMLTable'
        ? tableItems(text, node, classify)
        : entryItems(text, node, [], null, classify),
    );
    return { path: file.path, text: file.text, items, values: getStaticTOMLValue(program) };
  } catch (error) {
    if (error instanceof ParseError) throw new FileParseError(file.path, error.lineNumber, error.message);
    throw error;
  }
}

function tableItems(text: string, table: AST.TOMLTable, classify: Classify): Item[] {
  const path = table.resolvedKey.filter((key) => typeof key === 'string');
  const at = depthOfTable(path, 0, classify);
  if (at === null) return table.body.flatMap((entry) => entryItems(text, entry, path, null, classify));
  const specifiers = path.length === at.depth + 1 ? versionOf(text, table.body) : [];
  const [start, end] = table.range;
  return [{ ...at.found, specifiers, start, end, holder: { is: 'table' } }];
}

type Holder = { list: AST.TOMLInlineTable; index: number } | null;

function entryItems(
  text: string,
  entry: AST.TOMLKeyValue,
  prefix: readonly string[],
  holder: Holder,
  classify: Classify,
): Item[] {
  const path = [...prefix, ...keysOf(entry)];
  const at = depthOfTable(path, prefix.length, classify);
  if (at !== null) {
    const specifiers = constraints(text, entry.value, path.slice(at.depth + 1));
    const [start, end] = entry.range;
    return [
      { ...at.found, specifiers, start, end, holder: holder ? { is: 'list', ...holder } : { is: 'lines' } },
    ];
  }
  const { value } = entry;
  if (value.type === 'TOMLInlineTable') {
    return value.body.flatMap((inner, index) =>
      entryItems(text, inner, path, { list: value, index }, classify),
    );
  }
  const place = classify(path);
  return place !== null && value.type === 'TOMLArray' ? arrayItems(text, value, path, place) : [];
}

/** The item that `path` lies in or is, where one of its prefixes is a table of dependencies. */
function depthOfTable(path: readonly string[], from: number, classify: Classify) {
  for (let depth = from; depth < path.length; depth++) {
    const place = classify(path.slice(0, depth));
    if (place?.shape !== 'table') continue;
    const found = { section: path.slice(0, depth).join('.'), place, name: normaliseName(path[depth] ?? '') };
    return { depth, found };
  }
  return null;
}

function arrayItems(text: string, list: AST.TOMLArray, path: readonly string[], place: Place): Item[] {
  return list.elements.flatMap((node, index): Item[] => {
    const inner = stringRange(node);
    if (inner === null) return [];
    const raw = text.slice(...inner);
    const found = parseRequirement(raw);
    if (found === null) return [];
    const at = { text: found.specifier, start: inner[0] + found.start, end: inner[0] + found.end };
    const [start, end] = node.range;
    const direct = /^\s*@/.test(raw.slice(found.end));
    const specifiers = place.shape === 'strings' && !direct ? [at] : [];
    const holder = { is: 'list' as const, list, index };
    return [{ section: path.join('.'), place, name: found.name, specifiers, start, end, holder }];
  });
}

/** Constraints of `name = value`; `rest` is what a dotted key adds (`name.version = value`). */
function constraints(text: string, value: AST.TOMLContentNode, rest: readonly string[]): SpecifierAt[] {
  if (rest.length > 0 && !(rest.length === 1 && rest[0] === 'version')) return [];
  const inner = stringRange(value);
  if (inner !== null) return [{ text: text.slice(...inner), start: inner[0], end: inner[1] }];
  if (value.type === 'TOMLInlineTable') return versionOf(text, value.body);
  return value.type === 'TOMLArray'
    ? value.elements.flatMap((element) => constraints(text, element, []))
    : [];
}

function versionOf(text: string, entries: readonly AST.TOMLKeyValue[]): SpecifierAt[] {
  const version = entries.find((entry) => keysOf(entry).join('.') === 'version');
  return version === undefined ? [] : constraints(text, version.value, []);
}

/** Inner range of a one-line string, without its quotes. */
function stringRange(node: AST.TOMLContentNode): [number, number] | null {
  if (node.type !== 'TOMLValue' || node.kind !== 'string' || node.multiline) return null;
  return [node.range[0] + 1, node.range[1] - 1];
}

function keysOf(entry: AST.TOMLKeyValue): string[] {
  return entry.key.keys.map((key) => (key.type === 'TOMLBare' ? key.name : key.value));
}
