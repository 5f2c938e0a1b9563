import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';

/** One argument of a call as written. */
export interface Argument {
  readonly node: PyNode;
  /** The keyword's name node; null for a positional argument. */
  readonly name: PyNode | null;
  readonly value: PyNode;
  /** `*args` or `**kwargs`. */
  readonly splat: boolean;
}

/** The arguments of a call in order, comments left out. */
export function argumentList(call: PyNode): readonly Argument[] {
  const list = fieldOf(call, 'arguments');
  const nodes = list?.type === 'generator_expression' ? [list] : (list?.children ?? []);
  return nodes
    .filter(({ type }) => type !== 'comment')
    .map((node) => ({
      node,
      name: node.type === 'keyword_argument' ? (fieldOf(node, 'name') ?? null) : null,
      value: node.type === 'keyword_argument' ? (fieldOf(node, 'value') ?? node) : node,
      splat: node.type === 'list_splat' || node.type === 'dictionary_splat',
    }));
}

/**
 * Collects changes to the arguments of one call and turns them into edits that leave everything else,
 * comments and line breaks included, as it is.
 */
export class ArgumentEdits {
  readonly #text: string;
  readonly #all: readonly Argument[];
  readonly #removed = new Set<PyNode>();
  readonly #edits: Edit[] = [];

  constructor(
    call: PyNode,
    text: string,
    readonly why: string,
  ) {
    this.#text = text;
    this.#all = argumentList(call);
  }

  /** Gives a keyword another name, or a positional argument a keyword. */
  name({ node, name }: Argument, keyword: string): void {
    if (name === null)
      this.#edits.push({ start: node.start, end: node.start, text: `${keyword}=`, why: this.why });
    else if (name.text !== keyword)
      this.#edits.push({ start: name.start, end: name.end, text: keyword, why: this.why });
  }

  /** Drops a keyword's name, so that its value becomes positional. */
  unname({ node, name, value }: Argument): void {
    if (name !== null) this.#edits.push({ start: node.start, end: value.start, text: '', why: this.why });
  }

  remove({ node }: Argument): void {
    this.#removed.add(node);
  }

  edits(): Edit[] {
    const kept = this.#all.filter(({ node }) => !this.#removed.has(node));
    const last = kept.at(-1);
    const removals = this.#removals(last?.node);
    const inner = this.#edits.filter(
      ({ start, end }) => !removals.some((one) => one.start < end && start < one.end && one.end > one.start),
    );
    return [...inner, ...this.#withTail(removals, last?.node)];
  }

  #removals(last: PyNode | undefined): Edit[] {
    const edits: Edit[] = [];
    this.#all.forEach(({ node }, i) => {
      if (!this.#removed.has(node)) return;
      const next = this.#all[i + 1];
      const trailing = last === undefined || node.start > last.start;
      if (trailing) return;
      edits.push({ start: node.start, end: next?.node.start ?? node.end, text: '', why: this.why });
    });
    return edits;
  }

  /** Removes what is removed behind the last argument that stays. */
  #withTail(removals: Edit[], last: PyNode | undefined): Edit[] {
    const trailing = this.#all.filter(
      ({ node }) => this.#removed.has(node) && (last === undefined || node.start > last.start),
    );
    const [first] = trailing;
    const end = trailing.at(-1)?.node.end;
    if (first === undefined || end === undefined) return removals;
    if (last !== undefined) return [...removals, { start: last.end, end, text: '', why: this.why }];
    const comma = /^\s*,/.exec(this.#text.slice(end))?.[0].length ?? 0;
    return [...removals, { start: first.node.start, end: end + comma, text: '', why: this.why }];
  }
}
