import type { Line } from '../lines.js';
import { normaliseName } from '../pep508.js';

/** A `# via` annotation: which requirements brought a pin in. */
export interface Via {
  /** Everything it lists, as written: package names, `-r requirements.in`, `app (pyproject.toml)`. */
  readonly items: readonly string[];
  /** The annotation's own bytes: from its indent (or the blanks before an inline `#`) to its last text. */
  readonly start: number;
  readonly end: number;
  /** End of the whole block, the last line ending included. */
  readonly blockEnd: number;
  /** How it is laid out: `inline` after the requirement, else on lines of its own. */
  readonly layout: 'inline' | 'line' | 'list';
}

/** The annotation in the requirement's own line, or in the indented comment lines below it. */
export function readVia(text: string, lines: readonly Line[], first: Line, last: number): Via | null {
  return readInline(text, first, lines[last]) ?? readBelow(text, lines, last + 1);
}

function readInline(text: string, first: Line, last: Line | undefined): Via | null {
  if (last === undefined) return null;
  const match = /([ \t]+)#[ \t]*via[ \t]+(\S.*?)[ \t]*$/s.exec(text.slice(first.start, last.end));
  if (match?.[2] === undefined) return null;
  const start = first.start + match.index;
  return { items: listed(match[2]), start, end: last.end, blockEnd: last.next, layout: 'inline' };
}

function readBelow(text: string, lines: readonly Line[], from: number): Via | null {
  const head = lines[from];
  if (head === undefined) return null;
  const match = /^[ \t]+#[ \t]*via(?:[ \t]+(\S.*?))?[ \t]*$/.exec(text.slice(head.start, head.end));
  if (match === null) return null;
  if (match[1] !== undefined) {
    return { items: listed(match[1]), start: head.start, end: head.end, blockEnd: head.next, layout: 'line' };
  }
  const items: string[] = [];
  let last = head;
  for (const line of lines.slice(from + 1)) {
    const item = /^[ \t]+#[ \t]+(\S.*?)[ \t]*$/.exec(text.slice(line.start, line.end))?.[1];
    if (item === undefined) break;
    items.push(item);
    last = line;
  }
  return { items, start: head.start, end: last.end, blockEnd: last.next, layout: 'list' };
}

function listed(text: string): string[] {
  return text.split(/\s*,\s*/).filter((item) => item !== '');
}

/** The package that an item names: extras and source notes left out; '' for `-r` and `-c` items. */
export function viaName(item: string): string {
  return /^-/.test(item) || item.includes('(') ? '' : normaliseName(item.replace(/\[.*$/, '').trim());
}

/**
 * The annotation without the items of `gone`, in its own layout; a list of one becomes a single
 * line, as pip-compile and uv print it. '' when nothing is left.
 */
export function withoutItems(text: string, via: Via, gone: ReadonlySet<string>): string {
  const kept = via.items.filter((item) => !gone.has(viaName(item)));
  if (kept.length === 0) return '';
  const raw = text.slice(via.start, via.end);
  const opening = /^[ \t]*#[ \t]*via/.exec(raw)?.[0] ?? '';
  if (via.layout !== 'list') return `${opening} ${kept.join(raw.includes(', ') ? ', ' : ',')}`;
  if (kept.length === 1) return `${opening} ${kept.join('')}`;
  const [, ...rows] = raw.split(/(?<=[\r\n])(?=[ \t])/);
  const keptRows = rows.filter((row) => !gone.has(viaName(row.replace(/^[ \t]*#[ \t]*/, '').trim())));
  const head = /^[^\r\n]*[\r\n]+/.exec(raw)?.[0] ?? '';
  return (head + keptRows.join('')).replace(/[\r\n]+$/, '');
}
