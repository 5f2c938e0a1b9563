import type { PyNode } from './parser.js';

/** Every node below and including `root`, parents before children, in source order. */
export function* walk(root: PyNode): Generator<PyNode> {
  const stack: PyNode[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node;
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child !== undefined) stack.push(child);
    }
  }
}

/** The child that the grammar holds under `field`. */
export function fieldOf(node: PyNode, field: string): PyNode | undefined {
  return node.children.find((child) => child.field === field);
}

/** `a.b.c` of an identifier, attribute or dotted name; null for anything computed. */
export function dottedName(node: PyNode): string | null {
  if (node.type === 'identifier') return node.text;
  if (node.type === 'dotted_name') return node.children.map((part) => part.text).join('.');
  if (node.type !== 'attribute') return null;
  const object = fieldOf(node, 'object');
  const attribute = fieldOf(node, 'attribute');
  const head = object === undefined ? null : dottedName(object);
  return head === null || attribute === undefined ? null : `${head}.${attribute.text}`;
}

/** Value of a plain string literal as byte text; null for f-strings, bytes, escapes, other nodes. */
export function stringValue(node: PyNode): string | null {
  if (node.type === 'concatenated_string') {
    const parts = node.children.filter((part) => part.type !== 'comment').map(stringValue);
    return parts.includes(null) ? null : parts.join('');
  }
  if (node.type !== 'string') return null;
  const opening = node.children.find((part) => part.type === 'string_start');
  if (opening === undefined || /[fbt]/i.test(opening.text)) return null;
  const content = node.children.filter((part) => part.type === 'string_content');
  const raw = /r/i.test(opening.text);
  if (!raw && content.some((part) => part.children.length > 0)) return null;
  return content.map((part) => part.text).join('');
}

/** Arguments of a call, comments left out. */
export interface CallArguments {
  readonly positional: readonly PyNode[];
  readonly keywords: ReadonlyMap<string, PyNode>;
  /** `*args` or `**kwargs` stands there: more may be passed than is written. */
  readonly open: boolean;
}

/** Arguments of a `call` node; a generator argument counts as its one positional argument. */
export function argumentsOf(call: PyNode): CallArguments {
  const list = fieldOf(call, 'arguments');
  const positional: PyNode[] = [];
  const keywords = new Map<string, PyNode>();
  let open = false;
  const nodes = list?.type === 'generator_expression' ? [list] : (list?.children ?? []);
  for (const node of nodes) {
    if (node.type === 'comment') continue;
    const name = fieldOf(node, 'name');
    const value = fieldOf(node, 'value');
    if (node.type === 'list_splat' || node.type === 'dictionary_splat') open = true;
    else if (node.type === 'keyword_argument' && name && value) keywords.set(name.text, value);
    else positional.push(node);
  }
  return { positional, keywords, open };
}
