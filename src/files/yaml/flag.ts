import { isPair, isScalar, isSeq, type Scalar } from 'yaml';
import type { Edit } from '../../plan/types.js';
import type { Place } from '../command/index.js';
import { eolAt } from './lines.js';
import { unmaskBytes } from './mask.js';
import type { Collection, YamlText } from './nodes.js';
import { itemRange } from './remover.js';

const FLAG = '--with-scheduler';
const WHY = 'add-with-scheduler';

/**
 * The edit (relative to the body) that puts `--with-scheduler` after an argument of the command that a scalar
 * holds or is an item of; null where the place in the source text is not certain.
 */
export function flagAfter(yaml: YamlText, node: Scalar, place: Place): Edit | null {
  return place.item ? itemEdit(yaml, node) : textEdit(yaml, node, place);
}

/** Finds the argument in the scalar's source text: the same occurrence as in its value. */
function textEdit(yaml: YamlText, node: Scalar, place: Place): Edit | null {
  const range = node.range;
  if (!range) return null;
  const block = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  const header = block ? yaml.body.indexOf('\n', range[0]) + 1 : range[0];
  const source = yaml.body.slice(header, range[1]);
  const value = unmaskBytes(String(node.value));
  const inValue = ends(value, place.raw);
  const inSource = ends(source, place.raw);
  const index = inValue.indexOf(place.end);
  const end = inSource[index];
  if (index < 0 || end === undefined || inValue.length !== inSource.length) return null;
  const at = header + end;
  return { start: at, end: at, text: ` ${FLAG}`, why: WHY };
}

function ends(text: string, word: string): number[] {
  const out: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) out.push(at + word.length);
  return out;
}

/** A new list item after the one given, in the style of its neighbours. */
function itemEdit(yaml: YamlText, node: Scalar): Edit | null {
  for (const document of yaml.documents) {
    const sequence = sequenceOf(document.contents, node);
    if (sequence === null) continue;
    const index = (sequence.items as readonly unknown[]).indexOf(node);
    const [start, end] = itemRange(sequence, index);
    const own = yaml.body.slice(node.range?.[0] ?? start, end).trimEnd();
    const quote = /^["']/.exec(own)?.[0] ?? '';
    const item = `${quote}${FLAG}${quote}`;
    const after = start + yaml.body.slice(start, end).trimEnd().length;
    if (sequence.flow) {
      const before = index > 0 ? yaml.body.slice(itemRange(sequence, index - 1)[1], start) : '';
      const gap = /^\s*,\s*$/.test(before) ? before : ', ';
      return { start: after, end: after, text: `${gap}${item}`, why: WHY };
    }
    const lineStart = yaml.body.lastIndexOf('\n', start) + 1;
    const newline = yaml.body.indexOf('\n', after);
    const lineEnd = newline < 0 ? yaml.body.length : newline;
    const at = yaml.body[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
    const dash = /^-[ \t]+/.exec(yaml.body.slice(start))?.[0] ?? '- ';
    const indent = ' '.repeat(start - lineStart);
    return { start: at, end: at, text: `${eolAt(yaml.body, start)}${indent}${dash}${item}`, why: WHY };
  }
  return null;
}

function sequenceOf(within: unknown, node: Scalar) {
  const queue: unknown[] = [within];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    if (isSeq(one) && one.items.includes(node)) return one as Collection;
    if (isScalar(one) || typeof one !== 'object' || one === null || !('items' in one)) continue;
    for (const item of (one as { items: unknown[] }).items)
      queue.push(isPair(item) ? (item.value ?? 0) : item);
  }
  return null;
}
