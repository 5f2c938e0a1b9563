import { type Line, linesOf } from '../lines.js';
import { nameOfUrl, parseRequirement } from '../pep508.js';
import { readVia, type Via } from './via.js';

/** One requirement of a requirements file, with the lines that belong to it. */
export interface Entry {
  /** PEP 503 normalised. */
  readonly name: string;
  readonly specifier: string;
  /** Where the specifier stands; null for URLs and `-e`. */
  readonly specifierAt: { readonly start: number; readonly end: number } | null;
  /** All physical lines of the requirement, the last line ending included. */
  readonly start: number;
  readonly end: number;
  /** The `# via` annotation that pip-compile, uv or rye wrote for it. */
  readonly via: Via | null;
  /** End of the requirement with the annotation lines below it. */
  readonly blockEnd: number;
}

/** A requirements file, read. */
export interface Scanned {
  readonly entries: readonly Entry[];
  /** Logical lines that are no named requirement: options, paths, unreadable ones. */
  readonly others: readonly string[];
  readonly hashed: boolean;
}

/** Reads a requirements file as pip does (pip/_internal/req/req_file.py: join_lines, ignore_comments). */
export function scanRequirements(text: string): Scanned {
  const lines = linesOf(text);
  const entries: Entry[] = [];
  const others: string[] = [];
  for (let i = 0; i < lines.length; ) {
    const first = lines[i];
    if (first === undefined) break;
    const last = lastOfLogical(text, lines, i);
    const raw = text.slice(first.start, (lines[last] ?? first).end);
    if (!/^\s*(#|$)/.test(raw)) {
      const entry = readEntry(text, lines, i, last);
      if (entry === null) others.push(raw);
      else entries.push(entry);
    }
    i = last + 1;
  }
  return { entries, others, hashed: entries.some((e) => /\s--hash[ =]/.test(text.slice(e.start, e.end))) };
}

/** Index of the last physical line of the logical line that starts at line `from`. */
function lastOfLogical(text: string, lines: readonly Line[], from: number): number {
  let at = from;
  for (; at + 1 < lines.length; at++) {
    const line = lines[at];
    if (line === undefined || isComment(text, line)) break;
    // The second byte of a GBK character may be a backslash's: after a high byte it continues nothing.
    if (!/(^|[^\x80-\xff])\\$/.test(text.slice(line.start, line.end))) break;
  }
  return at;
}

function isComment(text: string, line: Line): boolean {
  return /^\s*#/.test(text.slice(line.start, line.end));
}

function readEntry(text: string, lines: readonly Line[], from: number, last: number): Entry | null {
  const first = lines[from];
  const final = lines[last];
  if (first === undefined || final === undefined) return null;
  const named = readName(text, first.start, final.end);
  if (named === null) return null;
  const via = readVia(text, lines, first, last);
  return { ...named, start: first.start, end: final.next, via, blockEnd: via?.blockEnd ?? final.next };
}

type Named = Pick<Entry, 'name' | 'specifier' | 'specifierAt'>;

function readName(text: string, start: number, end: number): Named | null {
  const raw = text.slice(start, end);
  const url = /^\s*(?:(?:-e|--editable)(?:\s+|=))?([^\s;]+)/.exec(raw)?.[1] ?? '';
  if (/^\s*(-e|--editable)\b/.test(raw) || /:\/\/|^[./]/.test(url)) {
    const name = nameOfUrl(url);
    return name === null ? null : { name, specifier: '', specifierAt: null };
  }
  const found = parseRequirement(raw);
  if (found === null) return null;
  const { name, specifier } = found;
  const direct = /^\s*@/.test(raw.slice(found.end));
  return {
    name,
    specifier,
    specifierAt: direct ? null : { start: start + found.start, end: start + found.end },
  };
}
