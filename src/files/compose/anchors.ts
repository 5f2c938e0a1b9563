import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  type Node,
  visit,
} from 'yaml';
import type { Edit } from '../../plan/types.js';
import { applyEdits } from '../edit.js';
import { eolAt } from '../yaml/lines.js';
import { type Collection, keyOf, rangeOf } from '../yaml/nodes.js';
import { itemRange } from '../yaml/remover.js';
import type { ComposeDoc } from './document.js';

/** An anchored node inside something removed, and the alias that takes its text over. */
export interface AnchorMove {
  readonly anchor: string;
  readonly node: Node;
  readonly document: Document.Parsed;
  readonly alias: Alias;
  /** `[start, end)` of the node's text, without the anchor. */
  readonly range: readonly [number, number];
  /** How far its lines are shifted to the right. */
  readonly shift: number;
  /** All aliases that stay. */
  readonly users: readonly Alias[];
}

/** An anchor that cannot be moved by moving text. */
export class AnchorError extends Error {
  constructor(
    readonly anchor: string,
    readonly offset: number,
  ) {
    super(`anchor ${anchor}`);
  }
}

/**
 * Anchors that are defined in removed text and used in text that stays. An anchor inside another
 * one's text moves with it. Throws AnchorError where the text does not fit its new place.
 */
export function anchorMoves(compose: ComposeDoc, isRemoved: (node: Node) => boolean): readonly AnchorMove[] {
  const moves: AnchorMove[] = [];
  for (const document of compose.documents) {
    const users = new Map<Node, Alias[]>();
    const holders = new Map<Alias, { column: number; flow: boolean }>();
    visit(document, {
      Alias: (key, alias, path) => {
        const target = alias.resolve(document);
        if (target === undefined || isRemoved(alias) || !isRemoved(target)) return;
        users.set(target, [...(users.get(target) ?? []), alias]);
        holders.set(alias, holderOf(compose, key, path));
      },
    });
    const found = [...users].sort((a, b) => (rangeOf(a[0])?.[0] ?? 0) - (rangeOf(b[0])?.[0] ?? 0));
    for (const [node, aliases] of found) {
      const range = rangeOf(node);
      const alias = aliases[0];
      if (range === null || alias === undefined) continue;
      const outer = moves.find((move) => move.range[0] <= range[0] && range[1] <= move.range[1]);
      const at = alias.range?.[0] ?? 0;
      if (outer !== undefined) {
        if ((outer.alias.range?.[0] ?? 0) < at) continue;
        throw new AnchorError(alias.source, at);
      }
      const to = holders.get(alias);
      const block = isCollection(node) && !node.flow;
      if (to === undefined || (to.flow && (block || compose.body.slice(...range).includes('\n')))) {
        throw new AnchorError(alias.source, at);
      }
      const shift = to.column - columnOfHolder(compose, document, node);
      moves.push({ anchor: alias.source, node, document, alias, range, shift, users: aliases });
    }
  }
  return moves;
}

/** The edits that put each node's text in the place of its first alias. */
export function moveEdits(compose: ComposeDoc, moves: readonly AnchorMove[], inner: readonly Edit[]): Edit[] {
  return moves.map((move) => {
    const [start, end] = move.range;
    const block = isCollection(move.node) && !move.node.flow;
    // A block collection is taken from the start of its first line, indentation included.
    const from = block ? compose.body.lastIndexOf('\n', start) + 1 : start;
    const edits = inner
      .filter((edit) => edit.start >= from && edit.end <= end)
      .map((edit) => ({ ...edit, start: edit.start - from, end: edit.end - from }));
    const text = applyEdits(compose.body.slice(from, end), edits).trimEnd();
    const eol = eolAt(compose.body, start);
    const at = move.alias.range ?? [0, 0, 0];
    const body = block ? `${eol}${shifted(text, move.shift, true)}` : ` ${shifted(text, move.shift, false)}`;
    return { start: at[0], end: at[1], text: `&${move.anchor}${body}`, why: 'move-anchor' };
  });
}

function shifted(text: string, shift: number, first: boolean): string {
  const lines = text.split('\n');
  return lines
    .map((line, i) => {
      if ((i === 0 && !first) || line.trim() === '') return line;
      if (shift >= 0) return ' '.repeat(shift) + line;
      const indent = line.length - line.trimStart().length;
      return line.slice(Math.min(indent, -shift));
    })
    .join('\n');
}

function holderOf(
  compose: ComposeDoc,
  key: unknown,
  path: readonly unknown[],
): { column: number; flow: boolean } {
  const flow = path.some((one) => isCollection(one) && one.flow === true);
  const parent = path.at(-1);
  if (isPair(parent)) return { column: columnAt(compose, rangeOf(parent.key)?.[0] ?? 0), flow };
  const offset =
    isCollection(parent) && typeof key === 'number' ? itemRange(parent as Collection, key)[0] : 0;
  return { column: columnAt(compose, offset), flow };
}

function columnOfHolder(compose: ComposeDoc, document: Document.Parsed, node: Node): number {
  let column = 0;
  visit(document, (key, one, path) => {
    if (one !== node) return undefined;
    column = holderOf(compose, key, path as readonly unknown[]).column;
    return visit.BREAK;
  });
  return column;
}

function columnAt(compose: ComposeDoc, offset: number): number {
  return offset - (compose.body.lastIndexOf('\n', offset - 1) + 1);
}

/**
 * Keys of a moved service map that say what the scheduler ran: dropped when every remaining user
 * overrides them, so that no `rqscheduler` is left behind in a shared block.
 */
export function overriddenKeys(move: AnchorMove): readonly number[] {
  const { node, document, users } = move;
  if (!isMap(node)) return [];
  const maps: unknown[] = [];
  visit(document, {
    Map: (_, map) => {
      if (map.items.some((pair) => mergesAny(pair.value, keyOf(pair), users))) maps.push(map);
    },
  });
  const aliased = users.length === maps.length;
  return ['command', 'entrypoint'].flatMap((name) => {
    const index = node.items.findIndex((pair) => keyOf(pair) === name);
    const all = maps.every((map) => isMap(map) && map.items.some((pair) => keyOf(pair) === name));
    return index >= 0 && aliased && all ? [index] : [];
  });
}

function mergesAny(value: unknown, key: string | null, users: readonly Alias[]): boolean {
  if (key !== '<<' || !isNode(value)) return false;
  if (isAlias(value)) return users.includes(value);
  return isCollection(value) && value.items.some((item) => isAlias(item) && users.includes(item));
}
