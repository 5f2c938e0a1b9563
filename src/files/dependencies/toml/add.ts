import type { Edit } from '../../../plan/types.js';
import { newlineAt } from '../lines.js';
import type { Item } from './items.js';

/** A package that is added. */
export interface Added {
  readonly name: string;
  /** '' for any version. */
  readonly specifier: string;
  readonly why: string;
}

/** Inserts a package right after `item` in the same list or table; empty for a table of its own. */
export function addBeside(text: string, item: Item, added: Added): Edit[] {
  const { why } = added;
  if (item.holder.is === 'table') return [];
  const member = memberText(text, item, added);
  const lineStart = /[^\r\n]*$/.exec(text.slice(0, item.start))?.index ?? 0;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const rest = /^[ \t]*(,?)[ \t]*(?:#[^\r\n]*)?(\r\n|\r|\n|$)/.exec(text.slice(item.end));
  const insert = (at: number, inserted: string): Edit => ({ start: at, end: at, text: inserted, why });
  if (item.holder.is === 'lines') {
    const newline = newlineAt(text, item.start);
    const line = /^[^\r\n]*(\r\n|\r|\n|$)/.exec(text.slice(item.end));
    const next = item.end + (line?.[0].length ?? 0);
    return [insert(next, line?.[1] === '' ? `${newline}${indent}${member}` : `${indent}${member}${newline}`)];
  }
  const ownLine = /^[ \t]*$/.test(text.slice(lineStart, item.start)) && rest !== null;
  if (!ownLine) return [insert(item.end, `, ${member}`)];
  const row = insert(item.end + rest[0].length, `${indent}${member},${newlineAt(text, item.start)}`);
  if (rest[1] === ',') return [row];
  // The last of a list that ends without a comma: the new last one ends without it too.
  return [insert(item.end, ','), { ...row, text: row.text.replace(',', '') }];
}

/** Replaces `item` by a package; empty for a table of its own. */
export function putInPlace(text: string, item: Item, added: Added): Edit[] {
  if (item.holder.is === 'table') return [];
  return [{ start: item.start, end: item.end, text: memberText(text, item, added), why: added.why }];
}

function memberText(text: string, item: Item, { name, specifier }: Added): string {
  if (item.place.shape === 'table') return `${name} = "${specifier || '*'}"`;
  const quote = text[item.start] === "'" ? "'" : '"';
  return `${quote}${name}${specifier}${quote}`;
}
