import { parseScript, type ShellNode } from '../command/script.js';
import type { Word } from '../command/words.js';

/** Shell text's structure with byte offsets, as far as edits need it. */
export interface List {
  readonly items: readonly Item[];
}

/** One entry of a list: commands joined by `&&`, `||` and `|`, up to their separator. */
export interface Item {
  readonly start: number;
  /** Where its separator (or what else ends it) stands. */
  readonly stop: number;
  /** After its separator; a newline is not part of the item. */
  readonly end: number;
  readonly background: boolean;
  readonly parts: readonly Part[];
}

export interface Part {
  /** The operator in front, '' for the first part. */
  readonly op: string;
  readonly opStart: number;
  readonly node: Node;
}

export interface Simple {
  readonly type: 'simple';
  readonly start: number;
  /** After its last word; redirections behind it are not part of it. */
  readonly end: number;
  readonly words: readonly Word[];
}

export interface Block {
  readonly type: 'if' | 'case' | 'loop' | 'group' | 'function';
  readonly start: number;
  readonly end: number;
  /** Of a function; '' for the others. */
  readonly name: string;
  readonly bodies: readonly Body[];
}

export interface Body {
  readonly kind: 'test' | 'then' | 'else' | 'arm' | 'body';
  /** Where its keyword or first pattern stands. */
  readonly start: number;
  /** Where the keyword after it stands; after `;;` for an arm. */
  readonly end: number;
  /** Patterns of an arm as written. */
  readonly patterns: readonly string[];
  readonly list: List;
}

export type Node = Simple | Block;

/** The commands of a script that `parseTree` does not understand, one item each. */
export function looseTree(text: string): List {
  const items = commandsIn(parseScript(text)).map((words): Item => {
    const [start, end] = [words[0]?.start ?? 0, words.at(-1)?.end ?? 0];
    const node = { type: 'simple' as const, start, end, words };
    return { start, stop: end, end, background: false, parts: [{ op: '', opStart: start, node }] };
  });
  return { items };
}

function commandsIn(nodes: readonly ShellNode[]): (readonly Word[])[] {
  return nodes.flatMap((node) => {
    if (node.type === 'run') return node.words.length === 0 ? [] : [node.words];
    if (node.type === 'function') return commandsIn(node.body);
    if (node.type === 'case') return node.arms.flatMap(({ body }) => commandsIn(body));
    const branches = node.branches.flatMap(({ test, body }) => [...commandsIn(test), ...commandsIn(body)]);
    return [...branches, ...commandsIn(node.otherwise)];
  });
}

/** Every node of a list, in the order of the text; functions and branches included. */
export function* nodesOf(list: List): Generator<Node> {
  for (const { node } of list.items.flatMap(({ parts }) => parts)) {
    yield node;
    if (node.type === 'simple') continue;
    for (const body of node.bodies) yield* nodesOf(body.list);
  }
}
