import type { Edit } from '../../plan/types.js';
import { shellTokens } from '../command/words.js';
import { applyEdits } from '../edit.js';
import type { List, Node } from './tree.js';

interface Step {
  readonly at: number;
  readonly end: number;
  readonly shown: string;
}

/**
 * Compares a script's structure after edits with the one before without what the edits (offsets of `before`)
 * take out; a description of the first difference, or null.
 */
export function confirmScript(
  before: { readonly text: string; readonly tree: List | null },
  after: { readonly text: string; readonly tree: List | null },
  edits: readonly Edit[],
): string | null {
  if (edits.length === 0) return null;
  if (before.tree === null || after.tree === null) return 'the script cannot be read any more';
  const removed = ({ at, end }: Step) =>
    edits.some((edit) => edit.text === '' && edit.start <= at && end <= edit.end);
  const want = steps(before.text, before.tree, edits).filter((step) => !removed(step));
  const have = steps(after.text, after.tree, []);
  for (let i = 0; i < Math.max(want.length, have.length); i++) {
    const [expected, found] = [want[i]?.shown, have[i]?.shown];
    if (expected !== found) return `expected ${expected ?? 'the end'}, found ${found ?? 'the end'}`;
  }
  return null;
}

/** Commands, keywords and patterns in order. */
function steps(text: string, list: List, edits: readonly Edit[]): Step[] {
  return list.items.flatMap((item) => [
    ...item.parts.flatMap(({ op, opStart, node }) => [
      ...(op === '' ? [] : [{ at: opStart, end: opStart + op.length, shown: op }]),
      ...nodeSteps(text, node, edits),
    ]),
    ...(item.background ? [{ at: item.stop, end: item.end, shown: '&' }] : []),
  ]);
}

function nodeSteps(text: string, node: Node, edits: readonly Edit[]): Step[] {
  const { start, end } = node;
  if (node.type === 'simple') return [{ at: start, end, shown: words(edited(text, start, end, edits)) }];
  const head = { at: start, end: start + 1, shown: `${node.type} ${node.name}` };
  const bodies = node.bodies.flatMap((body): Step[] => {
    const name = { at: body.start, end: body.start + 1, shown: `${body.kind} ${body.patterns.join('|')}` };
    return [name, ...steps(text, body.list, edits)];
  });
  return [head, ...bodies];
}

/** A command's text with the edits that lie within it. */
function edited(text: string, start: number, end: number, edits: readonly Edit[]): string {
  const inside = edits.filter((edit) => edit.start >= start && edit.start <= end);
  const moved = inside.map((edit) => {
    return { ...edit, start: edit.start - start, end: Math.min(edit.end, end) - start };
  });
  return applyEdits(text.slice(start, end), moved);
}

function words(text: string): string {
  return shellTokens(text)
    .flatMap((token) =>
      token.type === 'word' ? [text.slice(token.word.start, token.word.end)] : [token.text],
    )
    .join(' ');
}
