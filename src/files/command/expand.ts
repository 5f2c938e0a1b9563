import { lineOf } from '../bytes.js';
import type { Where } from '../types.js';
import { shellTokens, type Word, type WordPart } from './words.js';

/** Where an argument is written. */
export interface Place {
  /** The file followed to, or null for the command given. */
  readonly path: string | null;
  /** Index of the command piece given (0 in files). */
  readonly piece: number;
  /** Offset after the argument, relative to the piece or the file. */
  readonly end: number;
  /** The argument is a whole list item: an option goes into an item of its own. */
  readonly item: boolean;
  /** The argument as it stands in the text, quotes included. */
  readonly raw: string;
}

/** One argument of a command line after expansion. */
export interface Arg {
  /** Value; what could not be worked out stays as `$NAME`. */
  readonly value: string;
  /** False when `value` still holds something unknown. */
  readonly known: boolean;
  readonly place: Place | null;
  /** Text to read the argument from when it is itself a script (`sh -c`). */
  readonly script: ScriptText | null;
}

/** Shell text and where its first char stands. */
export interface ScriptText {
  readonly text: string;
  readonly path: string | null;
  readonly piece: number;
  /** Offset of the text's first char; null when offsets do not map. */
  readonly offset: number | null;
  /** For files: the whole file, to tell lines; null for the command given. */
  readonly file: string | null;
}

/** What variables and positional parameters stand for while a script is read. */
export interface Scope {
  readonly args: Arg[];
  readonly vars: Map<string, string>;
}

/** The 1-based line an argument stands on, where it stands in a file that was followed. */
export function whereOf(source: ScriptText, offset: number): Where | null {
  if (source.path === null || source.file === null) return null;
  return { path: source.path, line: lineOf(source.file, (source.offset ?? 0) + offset) };
}

/** Expands the words of one simple command. */
export function expandWords(words: readonly Word[], source: ScriptText, scope: Scope): Arg[] {
  return words.flatMap((word) => expandWord(word, source, scope));
}

/** The value of a word as one string, or null when it holds something unknown. */
export function wordValue(word: Word, scope: Scope): string | null {
  const values = word.parts.map((part) => partValue(part, scope));
  return values.some((value) => value === null) ? null : values.join('');
}

function expandWord(word: Word, source: ScriptText, scope: Scope): Arg[] {
  const only = word.parts.length === 1 ? word.parts[0] : undefined;
  if (only?.kind === 'variable') {
    if (only.name === '@' || only.name === '*') return [...scope.args];
    const given = /^[1-9]$/.test(only.name) ? scope.args[Number(only.name) - 1] : undefined;
    if (given !== undefined) return [given];
    const value = partValue(only, scope);
    if (value !== null && !only.quoted) return split(only, value, source);
  }
  const value = wordValue(word, scope);
  const literal = word.parts.every((part) => part.kind === 'text');
  return [
    {
      value: value ?? shownWord(word, scope),
      known: value !== null,
      place: literal ? placeOf(word, source) : null,
      script: scriptOf(word, source),
    },
  ];
}

/** An unquoted variable is split into words; those of a `${NAME:-fallback}` have places. */
function split(part: WordPart & { kind: 'variable' }, value: string, source: ScriptText): Arg[] {
  const fallback = part.fallback?.text === value ? part.fallback : null;
  const inner: ScriptText | null =
    fallback === null || source.offset === null
      ? null
      : { ...source, text: value, offset: source.offset + fallback.start };
  return shellTokens(value).flatMap((token) =>
    token.type !== 'word'
      ? []
      : [
          {
            value: token.word.parts.map((p) => (p.kind === 'text' ? p.text : '')).join(''),
            known: true,
            place: inner === null ? null : placeOf(token.word, inner),
            script: null,
          },
        ],
  );
}

function scriptOf(word: Word, source: ScriptText): ScriptText | null {
  if (word.verbatim === null || source.offset === null) return null;
  const quotes = word.verbatim - word.start;
  const text = source.text.slice(word.verbatim, word.end - quotes);
  return { ...source, text, offset: source.offset + word.verbatim };
}

function placeOf(word: Word, source: ScriptText): Place | null {
  if (source.offset === null) return null;
  const raw = source.text.slice(word.start, word.end);
  return { path: source.path, piece: source.piece, end: source.offset + word.end, item: false, raw };
}

function partValue(part: WordPart, scope: Scope): string | null {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'opaque') return null;
  if (/^\d$/.test(part.name)) return scope.args[Number(part.name) - 1]?.value ?? part.fallback?.text ?? '';
  if (part.name === '@' || part.name === '*') return scope.args.map((arg) => arg.value).join(' ');
  const known = scope.vars.get(part.name);
  if (known !== undefined && known !== '') return known;
  const fallback = part.fallback?.text;
  return fallback === undefined || fallback.includes('$') ? null : fallback;
}

/** A word with what could not be worked out as it is written. */
export function shownWord(word: Word, scope: Scope): string {
  return word.parts.map((part) => shown(part, scope)).join('');
}

function shown(part: WordPart, scope: Scope): string {
  if (part.kind === 'variable') return partValue(part, scope) ?? `$${part.name}`;
  return part.text;
}
