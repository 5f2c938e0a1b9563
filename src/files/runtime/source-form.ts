import { lineOf } from '../bytes.js';
import { type PyToken, pythonTokens } from '../pysource/parser.js';

/** One word of what a source file says, whatever its layout. */
export interface Word {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
}

/** What a Python file says: its statements in order, and its imports without order. */
export interface SourceForm {
  readonly words: readonly Word[];
  readonly imports: ReadonlyMap<string, number>;
}

/** Statements that formatters sort, split and join. */
const IMPORTS = new Set(['import_statement', 'import_from_statement', 'future_import_statement']);
/** Nodes whose brackets say nothing. */
const SPARE_BRACKETS = new Set(['parenthesized_expression', 'tuple', 'tuple_pattern', 'with_clause']);
/** Modules of annotations only: what they bring is written otherwise, or not imported, in newer Python. */
const OF_ANNOTATIONS = /^(typing|typing_extensions|collections\.abc|__future__)$/;
/** Names that newer Python has in lower case. */
const GENERIC = new Set(['Dict', 'FrozenSet', 'List', 'Set', 'Tuple', 'Type']);

/**
 * What is left of a file when all is taken away that formatters and fixers of style change: comments, documentation,
 * annotations, blanks, quotes, spare brackets and commas, the order of imports. `text` is byte text.
 */
export function sourceForm(text: string): SourceForm {
  const tokens = pythonTokens(text).filter(({ type }) => type !== 'comment');
  const imports = new Map<string, number>();
  const words: Word[] = [];
  let at = 0;
  while (at < tokens.length) {
    const token = tokens[at];
    if (token === undefined) break;
    const depth = token.within.findIndex((type) => IMPORTS.has(type));
    const stop = depth < 0 ? at + 1 : endOfNode(tokens, at, depth);
    if (depth >= 0)
      for (const one of imported(tokens.slice(at, stop))) imports.set(one, lineOf(text, token.start));
    else words.push(...wordOf(text, token, tokens[at + 1]));
    at = stop;
  }
  return { words: joined(words), imports };
}

/** The place (1-based lines) at which two files first say different things; null where they say the same. */
export function firstDifference(
  one: SourceForm,
  other: SourceForm,
): { readonly line: number; readonly otherLine: number } | null {
  const length = Math.max(one.words.length, other.words.length);
  for (let i = 0; i < length; i++) {
    const [mine, theirs] = [one.words[i], other.words[i]];
    if (mine?.text === theirs?.text) continue;
    const last = { line: one.words.at(-1)?.line ?? 1, other: other.words.at(-1)?.line ?? 1 };
    return { line: mine?.line ?? last.line, otherLine: theirs?.line ?? last.other };
  }
  const added = [...one.imports].find(([name]) => !other.imports.has(name));
  const missing = [...other.imports].find(([name]) => !one.imports.has(name));
  if (added === undefined && missing === undefined) return null;
  return { line: added?.[1] ?? 1, otherLine: missing?.[1] ?? 1 };
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
    .map((name) => (module === null ? name : `${module}:${name}`));
}

function wordOf(text: string, token: PyToken, next: PyToken | undefined): readonly Word[] {
  const { type, within } = token;
  const parent = within.at(-1) ?? '';
  const holder = within.at(-2) ?? '';
  if (within.includes('type')) return [];
  if (isDocumentation(within)) return [];
  if (annotates(token, next)) return [];
  if (token.text === 'pass') return [];
  if (token.text === '(' || token.text === ')') {
    const bare = parent === 'argument_list' && holder === 'class_definition';
    if (bare || SPARE_BRACKETS.has(parent)) return [];
  }
  if (token.text === ',' && (next === undefined || /^[)\]}]$/.test(next.text))) return [];
  const line = lineOf(text, token.start);
  if (type === 'string_start') return [{ text: /b/i.test(token.text) ? 'b"' : '"', line }];
  if (type === 'string_end') return [];
  if (parent === 'string' || type === 'string_content' || within.includes('string_content')) {
    return within.includes('interpolation')
      ? [{ text: token.text, line }]
      : [{ text: `"${plain(token)}`, line }];
  }
  if (type === 'integer' || type === 'float') return [{ text: token.text.toLowerCase(), line }];
  return [{ text: GENERIC.has(token.text) ? token.text.toLowerCase() : token.text, line }];
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

/** Content of a string, whatever quotes it stands in. */
function plain({ text }: PyToken): string {
  return text.replace(/\\(["'])/g, '$1').replace(/\s+/g, ' ');
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
