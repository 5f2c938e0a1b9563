import type { PyToken } from '../pysource/parser.js';

/** One word of what a source file says, whatever its layout. */
export interface Word {
  readonly text: string;
  /** Where it stands, an offset into the source. */
  readonly at: number;
}

/** Index after the end of the string that starts at `from`. */
export function endOfString(tokens: readonly PyToken[], from: number): number {
  const depth = tokens[from]?.within.length;
  const end = tokens.findIndex(
    ({ type, within }, i) => i > from && type === 'string_end' && within.length === depth,
  );
  return end < 0 ? tokens.length : end + 1;
}

/**
 * A string as one word, whatever its quotes; what it puts in follows as `.format(…)` would have it, for that is how
 * fixers write one as the other. `inner` gives the words of an expression.
 */
export function stringWords(
  tokens: readonly PyToken[],
  inner: (tokens: readonly PyToken[]) => readonly Word[],
): readonly Word[] {
  const [start] = tokens;
  if (start === undefined) return [];
  const depth = start.within.length;
  const at = start.start;
  let text = /b/i.test(start.text) ? 'b"' : '"';
  const values: (readonly Word[])[] = [];
  for (let i = 1; i < tokens.length; ) {
    const token = tokens[i];
    if (token === undefined || token.type === 'string_end') break;
    if (token.within[depth] !== 'interpolation') {
      text += plain(token.text);
      i++;
      continue;
    }
    const stop = closing(tokens, i, depth);
    const parts = tokens.slice(i + 1, stop);
    const ends = parts.findIndex(
      ({ type, within }) => type === 'type_conversion' || within[depth + 1] === 'format_specifier',
    );
    const expression = ends < 0 ? parts : parts.slice(0, ends);
    const form =
      ends < 0
        ? ''
        : parts
            .slice(ends)
            .map((part) => part.text)
            .join('');
    text += `{${form}}`;
    values.push(inner(expression));
    i = stop + 1;
  }
  if (values.length === 0) return [{ text: unnumbered(text), at }];
  const word = (sign: string): Word => ({ text: sign, at });
  const listed = values.flatMap((value, i) => (i === 0 ? value : [word(','), ...value]));
  return [{ text, at }, word('.'), word('format'), word('('), ...listed, word(')')];
}

/** `{0} {1}` as `{} {}`, which says the same. */
function unnumbered(text: string): string {
  const numbers = [...text.matchAll(/\{(\d+)(?=[!:}])/g)].map((match) => match[1]);
  return numbers.every((number, i) => number === String(i)) ? text.replace(/\{\d+(?=[!:}])/g, '{') : text;
}

/** Index of the bracket that ends what starts at `from`. */
function closing(tokens: readonly PyToken[], from: number, depth: number): number {
  const end = tokens.findIndex(
    ({ text, within }, i) => i > from && text === '}' && within.length === depth + 1,
  );
  return end < 0 ? tokens.length : end;
}

/** Content of a string, whatever quotes it stands in. */
function plain(text: string): string {
  return text.replace(/\\(["'])/g, '$1').replace(/\s+/g, ' ');
}
