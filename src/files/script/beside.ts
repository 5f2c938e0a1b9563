import { plainValue } from '../command/words.js';
import { calledBy, itemDoes, type Reading } from './commands.js';
import type { Item } from './tree.js';

/** Does what follows run at once? The item is in the background, or calls a function whose start of rq-scheduler is. */
export function runsBeside(reading: Reading, { background, parts }: Item, depth = 0): boolean {
  const [only, second] = parts.map(({ node }) => node);
  if (background || only?.type !== 'simple' || second !== undefined || depth > 20) return background;
  const starts = calledBy(reading, only)?.bodies[0]?.list.items.filter(
    (item) => itemDoes(reading, item) === 'scheduler',
  );
  return starts?.every((item) => runsBeside(reading, item, depth + 1)) ?? false;
}

/** Runs only when a test holds, so that whatever follows does not belong to it. */
export function isConditional({ parts }: Item): boolean {
  const node = parts[0]?.node;
  if (node?.type !== 'simple') return node?.type === 'if' || node?.type === 'case';
  const [first] = node.words;
  return parts.length > 1 && first !== undefined && /^(\[|\[\[|test)$/.test(plainValue(first));
}
