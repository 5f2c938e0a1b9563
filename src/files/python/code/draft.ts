import type { Edit, Finding, Severity } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import type { FixLevel } from '../uses.js';
import type { PyFile } from './program.js';
import type { Site } from './value.js';

/** A name that a fix needs in a file, e.g. `Queue` of `rq`; `name` null for the module itself. */
export interface Need {
  readonly module: string;
  readonly name: string | null;
  readonly local: string;
}

/** One use while it is worked out. */
export interface Draft {
  readonly code: string;
  readonly severity: Severity;
  readonly file: PyFile;
  readonly node: PyNode;
  /** What this use allows by itself, apart from its unit. */
  readonly own: FixLevel;
  readonly sites: readonly Site[];
  readonly edits: readonly Edit[];
  readonly needs: readonly Need[];
  /** Shown where there are no edits to show. */
  readonly proposal: string | null;
  readonly args: Finding['args'];
}

const ORDER: Readonly<Record<FixLevel, number>> = { safe: 0, unsafe: 1, none: 2 };

/** The less certain of two levels. */
export function worse(a: FixLevel, b: FixLevel): FixLevel {
  return ORDER[a] >= ORDER[b] ? a : b;
}

/** Is a fix of this level made when fixes up to `limit` are? */
export function within(level: FixLevel, limit: FixLevel): boolean {
  return level !== 'none' && limit !== 'none' && ORDER[level] <= ORDER[limit];
}

/** Byte text of a node's source after some edits, those inside of it only; an outer edit wins over inner ones. */
export function sourceWith(text: string, start: number, end: number, edits: readonly Edit[]): string {
  let out = '';
  let at = start;
  for (const edit of outermost(edits)) {
    if (edit.start < at || edit.end > end) continue;
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at, end);
}

/** Edits in order without those that lie within another. */
export function outermost(edits: readonly Edit[]): Edit[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || b.end - a.end);
  const out: Edit[] = [];
  let reach = -1;
  let from = -1;
  for (const edit of sorted) {
    const inside = edit.start >= from && edit.end <= reach && edit.start < reach && edit.start >= from;
    if (inside && !(edit.start === edit.end && edit.start === from)) continue;
    if (edit.end > edit.start) [from, reach] = [edit.start, Math.max(reach, edit.end)];
    out.push(edit);
  }
  // Insertions go before a replacement that starts at the same place.
  return out.sort((a, b) => a.start - b.start || a.end - b.end);
}
