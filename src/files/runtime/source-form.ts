import { lineOf } from '../bytes.js';
import { type PyToken, pythonTokens } from '../pysource/parser.js';
import { endOfString, stringWords, type Word } from './string-words.js';

/** What a Python file says: its statements in order, and its imports without order. */
export interface SourceForm {
  readonly source: string;
  readonly words: readonly Word[];
  /** Each with where it stands. */
  readonly imports: ReadonlyMap<string, number>;
}

/** Statements that formatters sort, split and join. */
const IMPORTS = new Set(['import_statement', 'import_from_statement', 'future_import_statement']);
/** Nodes whose brackets say nothing. */
const SPARE_BRACKETS = new Set(['parenthesized_expression', 'tuple', 'tuple_pattern', 'with_clause']);
/** Modules of annotations only: what they bring is written otherwise, or not imported, in newer Python. */
const OF_ANNOTATIONS = /^(typing|typing_extensions|collections\.abc|__future__)$/;
/** What newer Python has under two names, and fixers write by the new one. */
const RENAMED = new Set(['datetime:timezone', 'datetime:UTC', 'functools:cache', 'functools:lru_cache']);
const NEW_NAMES: readonly (readonly [readonly string[], string])[] = [
  [['timezone', '.', 'utc'], 'UTC'],
  [['lru_cache', '(', 'maxsize', '=', 'None', ')'], 'cache'],
];
/** Names that newer Python has in lower case. */
const GENERIC = new Set(['Dict', 'FrozenSet', 'List', 'Set', 'Tuple', 'Type']);

/**
 * What is left of a file when all is taken away that formatters and fixers of style change: comments, documentation,
 * annotations, blanks, quotes, spare brackets and commas, the order of imports. `text` is byte text.
 */
export function sourceForm(text: string): SourceForm {
  const tokens = pythonTokens(text).filter(({ type }) => type !== 'comment' && type !== 'line_continuation');
  const imports = new Map<string, number>();
  const words: Word[] = [];
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at];
    if (token === undefined) break;
    if (token.type === 'string_start') {
      const stop = endOfString(tokens, at);
      if (!isDocumentation(token.within)) words.push(...stringWords(tokens.slice(at, stop), wordsOf));
      at = stop;
      continue;
    }
    const depth = token.within.findIndex((type) => IMPORTS.has(type));
    const stop = depth < 0 ? at + 1 : endOfNode(tokens, at, depth);
    if (depth >= 0) for (const one of imported(tokens.slice(at, stop))) imports.set(one, token.start);
    else words.push(...wordOf(token, tokens[at + 1]));
    at = stop;
  }
  return { source: text, words: modernised(joined(words)), imports };
}

/** The place (1-based lines) at which two files first say different things; null where they say the same. */
export function firstDifference(
  one: SourceForm,
  other: SourceForm,
): { readonly line: number; readonly otherLine: number } | null {
  const length = Math.max(one.words.length, other.words.length);
  const places = (mine: number | undefined, theirs: number | undefined) => ({
    line: lineOf(one.source, mine ?? one.source.length),
    otherLine: lineOf(other.source, theirs ?? other.source.length),
  });
  for (let i = 0; i < length; i++) {
    const [mine, theirs] = [one.words[i], other.words[i]];
    if (mine?.text !== theirs?.text) return places(mine?.at, theirs?.at);
  }
  const added = [...one.imports].find(([name]) => !other.imports.has(name));
  // An import that nothing uses is no loss.
  const used = new Set(other.words.map(({ text }) => text));
  const missing = [...other.imports].find(([name]) => !one.imports.has(name) && used.has(boundName(name)));
  return added === undefined && missing === undefined ? null : places(added?.[1] ?? 0, missing?.[1] ?? 0);
}

/** The name that an import binds, of its normal form `module:name as alias`. */
function boundName(imported: string): string {
  const own = imported.slice(imported.indexOf(':') + 1);
  return / as (\w+)$/.exec(own)?.[1] ?? own.split('.')[0] ?? own;
}

/** Index after the last token of the node that stands `depth` deep around the token at `from`. */
function endOfNode(tokens: readonly PyToken[], from: number, depth: number): number {
  const type = tokens[from]?.within[depth];
  // Two import statements side by side: each begins with its keyword.
  const begins = (one: PyToken): boolean => one.text === 'import' || one.text === 'from';
  let at = from + 1;
  let inList = tokens[from]?.text === 'import';
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || token.within[depth] !== type) break;
    if (begins(token) && inList) break;
    if (token.text === 'import') inList = true;
  }
  return at;
}

/** `from a import b as c, d` as one text for each name; nothing for what only annotations need. */
function imported(tokens: readonly PyToken[]): readonly string[] {
  const text = tokens.map((token) => token.text).join(' ');
  const [, from, list = ''] = /^(?:from (.*?) )?import \(? ?(.*?)[ ,)]*$/s.exec(text) ?? [];
  const module = from?.replaceAll(' ', '') ?? null;
  if (module !== null && OF_ANNOTATIONS.test(module)) return [];
  return list
    .split(' , ')
    .map((name) => name.replace(/ ?\. ?/g, '.').replace(/^(\w+) as \1$/, '$1'))
    .filter((name) => !OF_ANNOTATIONS.test(name))
    .map((name) => (module === null ? name : `${module}:${name}`))
    .filter((name) => !RENAMED.has(name));
}

function wordOf(token: PyToken, next: PyToken | undefined): readonly Word[] {
  const { type, within } = token;
  const parent = within.at(-1) ?? '';
  const holder = within.at(-2) ?? '';
  if (within.includes('type')) return [];
  if (annotates(token, next)) return [];
  if (token.text === 'pass') return [];
  if (token.text === '(' || token.text === ')') {
    const bare = parent === 'argument_list' && holder === 'class_definition';
    if (bare || SPARE_BRACKETS.has(parent)) return [];
  }
  if (token.text === ',' && (next === undefined || /^[)\]}]$/.test(next.text))) return [];
  const at = token.start;
  if (type === 'integer' || type === 'float') return [{ text: token.text.toLowerCase(), at }];
  return [{ text: GENERIC.has(token.text) ? token.text.toLowerCase() : token.text, at }];
}

/** A string that stands by itself. */
function isDocumentation(within: readonly string[]): boolean {
  const at = within.findIndex((type) => type === 'string' || type === 'concatenated_string');
  return at > 0 && within[at - 1] === 'expression_statement';
}

/** The sign in front of an annotation. */
function annotates({ text, within }: PyToken, next: PyToken | undefined): boolean {
  if (text !== ':' && text !== '->') return false;
  const parent = within.at(-1);
  if (text === '->') return parent === 'function_definition';
  return next?.within.includes('type') === true && parent !== 'function_definition';
}

/** The words of some tokens, strings among them. */
function wordsOf(tokens: readonly PyToken[]): readonly Word[] {
  const words: Word[] = [];
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at];
    if (token === undefined) break;
    const stop = token.type === 'string_start' ? endOfString(tokens, at) : at + 1;
    const text = token.type === 'string_start';
    words.push(...(text ? stringWords(tokens.slice(at, stop), wordsOf) : wordOf(token, tokens[at + 1])));
    at = stop;
  }
  return words;
}

/** Strings side by side, and the parts of one string, are one word. */
function joined(words: readonly Word[]): readonly Word[] {
  const out: Word[] = [];
  for (const word of words) {
    const last = out.at(-1);
    const joins = word.text.startsWith('"') && last !== undefined && /^b?"/.test(last.text);
    if (joins && last !== undefined) out[out.length - 1] = { ...last, text: last.text + word.text.slice(1) };
    else out.push(word);
  }
  return out;
}

/** Words with what newer Python has a shorter name for under that name. */
function modernised(words: readonly Word[]): readonly Word[] {
  const out: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    const found = NEW_NAMES.find(([old]) => old.every((text, k) => words[i + k]?.text === text));
    out.push(found === undefined ? word : { ...word, text: found[1] });
    i += (found?.[0].length ?? 1) - 1;
  }
  return out;
}
