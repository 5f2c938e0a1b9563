import type { Edit } from '../plan/types.js';

/** An edit list that cannot be applied as it stands: out of range, overlapping, or without effect. */
export class EditError extends Error {}

/**
 * Puts edits in ascending order and merges exact duplicates (two rules may want the same removal).
 * Throws EditError where two different edits touch the same bytes.
 */
export function normaliseEdits(edits: readonly Edit[]): Edit[] {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const out: Edit[] = [];
  for (const edit of sorted) {
    const last = out.at(-1);
    if (last && last.start === edit.start && last.end === edit.end && last.text === edit.text) continue;
    if (last && edit.start < last.end) {
      throw new EditError(`edits overlap at byte ${edit.start} (${last.why}, ${edit.why})`);
    }
    out.push(edit);
  }
  return out;
}

/** Applies edits to byte text. Bytes outside the edits are the same afterwards. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let out = '';
  let at = 0;
  for (const edit of normaliseEdits(edits)) {
    if (edit.start < at || edit.end < edit.start || edit.end > text.length) {
      throw new EditError(`edit ${edit.start}-${edit.end} is outside the file (${text.length} bytes)`);
    }
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/**
 * A file whose last line is not ended loses the line ending before a removal at its end instead of the one that
 * it has not. Edits in ascending order.
 */
export function keepOpenEnd(text: string, edits: readonly Edit[]): Edit[] {
  const out = [...edits];
  if (/[\r\n]$/.test(text)) return out;
  let from = out.length;
  for (let end = text.length; from > 0 && out[from - 1]?.end === end; from--) end = out[from - 1]?.start ?? 0;
  const first = out[from];
  if (first === undefined) return out;
  const newline = /(\r\n|\r|\n)$/.exec(text.slice(0, first.start))?.[0].length ?? 0;
  out[from] = { ...first, start: first.start - newline };
  return out;
}
