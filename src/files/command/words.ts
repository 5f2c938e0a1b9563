/** One stretch of a shell word: text as it is, a variable, or something only a shell can work out. */
export type WordPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      /** `FOO`, `1`, `@`, `*`. */
      readonly name: string;
      /** Text after `:-` or `-`, and where it stands; null for none. */
      readonly fallback: { readonly text: string; readonly start: number } | null;
      readonly quoted: boolean;
    }
  | { readonly kind: 'opaque'; readonly text: string };

/** One shell word with its place in the text it was read from. */
export interface Word {
  readonly parts: readonly WordPart[];
  readonly start: number;
  readonly end: number;
  /** Where the value starts when every char of it stands in the text as it is, else null. */
  readonly verbatim: number | null;
}

export type ShellToken =
  | { readonly type: 'word'; readonly word: Word }
  /** Newlines are `;`. */
  | { readonly type: 'operator'; readonly text: string; readonly start: number };

const OPERATORS = ['&&', '||', ';;', ';', '&', '|', '(', ')'];

/**
 * Splits shell text (also a compose command string or a Dockerfile's shell form) into words and
 * operators. Redirections and here-documents vanish. `$$NAME`, as compose writes it, is `$NAME`.
 */
export function shellTokens(text: string): readonly ShellToken[] {
  const tokens: ShellToken[] = [];
  const hereDocs: string[] = [];
  let at = 0;
  while (at < text.length) {
    const blank = /^(?:[ \t\r]|\\\r?\n)+/.exec(text.slice(at, at + 4096));
    if (blank) {
      at += blank[0].length;
      continue;
    }
    if (text[at] === '#') {
      while (at < text.length && text[at] !== '\n') at++;
      continue;
    }
    if (text[at] === '\n') {
      tokens.push({ type: 'operator', text: ';', start: at });
      at = skipHereDocs(text, at + 1, hereDocs);
      continue;
    }
    const redirect = /^(?:\d+|&)?(?:<<-?|>>|>\||<|>)(&[\d-]+)?[ \t]*/.exec(text.slice(at, at + 64));
    if (redirect) {
      at += redirect[0].length;
      if (redirect[1] !== undefined || text[at] === '(') continue;
      const word = readWord(text, at);
      if (/<<-?[ \t]*$/.test(redirect[0])) hereDocs.push(plainValue(word));
      at = Math.max(word.end, at);
      continue;
    }
    const operator = OPERATORS.find((op) => text.startsWith(op, at));
    if (operator !== undefined) {
      tokens.push({ type: 'operator', text: operator, start: at });
      at += operator.length;
      continue;
    }
    const word = readWord(text, at);
    tokens.push({ type: 'word', word });
    at = Math.max(word.end, at + 1);
  }
  return tokens;
}

/** The word's text with variables left as `$NAME`. */
export function plainValue(word: Word): string {
  return word.parts.map((part) => (part.kind === 'variable' ? `$${part.name}` : part.text)).join('');
}

function skipHereDocs(text: string, from: number, pending: string[]): number {
  let at = from;
  for (const delimiter of pending.splice(0)) {
    while (at < text.length) {
      const end = text.indexOf('\n', at);
      const line = text.slice(at, end < 0 ? text.length : end);
      at = end < 0 ? text.length : end + 1;
      if (line.trim() === delimiter) break;
    }
  }
  return at;
}

/** Reads the word that starts at `start`; ends before a blank or an operator outside quotes. */
function readWord(text: string, start: number): Word {
  const parts: WordPart[] = [];
  let literal = '';
  let quote: '"' | null = null;
  let at = start;
  const flush = (): void => {
    if (literal !== '') parts.push({ kind: 'text', text: literal });
    literal = '';
  };
  while (at < text.length) {
    const c = text.charAt(at);
    if (quote === null && /[\s;&|()<>]/.test(c)) break;
    if (c === '"') {
      quote = quote === null ? '"' : null;
      at++;
    } else if (c === "'" && quote === null) {
      const close = text.indexOf("'", at + 1);
      const end = close < 0 ? text.length : close;
      literal += text.slice(at + 1, end);
      at = end + 1;
    } else if (c === '\\') {
      const next = text.charAt(at + 1);
      literal += next === '\n' ? '' : quote !== null && !/["\\$`]/.test(next) ? c + next : next;
      at += 2;
    } else if (c === '$' || c === '`') {
      flush();
      const part = readDollar(text, at, quote !== null);
      parts.push(part.part);
      at = part.end;
    } else {
      literal += c;
      at++;
    }
  }
  flush();
  const end = Math.min(at, text.length);
  return { parts, start, end, verbatim: verbatimStart(text.slice(start, end), start, parts) };
}

function verbatimStart(raw: string, start: number, parts: readonly WordPart[]): number | null {
  const value = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  if (raw === value) return start;
  const inner = /^(['"])([\s\S]*)\1$/.exec(raw)?.[2];
  // Variables keep their own text: a nested script in double quotes still maps char by char.
  return inner !== undefined && !/[\\"`]/.test(inner) ? start + 1 : null;
}

function readDollar(text: string, at: number, quoted: boolean): { part: WordPart; end: number } {
  if (text[at] === '`') {
    const close = text.indexOf('`', at + 1);
    return opaque(text, at, close < 0 ? text.length : close + 1);
  }
  const begin = /^\$\$[A-Za-z_{@*\d]/.test(text.slice(at, at + 3)) ? at + 1 : at;
  if (text[begin + 1] === '(') return opaque(text, at, closing(text, begin + 1, '(', ')'));
  if (text[begin + 1] === '{') {
    const end = closing(text, begin + 1, '{', '}');
    const inner = text.slice(begin + 2, end - 1);
    const match = /^(\w+|[@*])(?:(:?-)([\s\S]*))?$/.exec(inner);
    if (match?.[1] === undefined) return opaque(text, at, end);
    const fallback = match[3];
    return {
      end,
      part: {
        kind: 'variable',
        name: match[1],
        fallback:
          fallback === undefined
            ? null
            : { text: fallback, start: begin + 2 + inner.length - fallback.length },
        quoted,
      },
    };
  }
  const name = /^(?:[A-Za-z_]\w*|\d|[@*])/.exec(text.slice(begin + 1, begin + 80))?.[0];
  if (name === undefined)
    return opaque(text, at, Math.min(begin + 1 + (text[begin + 1] === '$' ? 1 : 0), text.length));
  return { part: { kind: 'variable', name, fallback: null, quoted }, end: begin + 1 + name.length };
}

function opaque(text: string, at: number, end: number): { part: WordPart; end: number } {
  return { part: { kind: 'opaque', text: text.slice(at, end) }, end };
}

function closing(text: string, from: number, open: string, close: string): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at + 1;
  }
  return text.length;
}
