import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { indentAt, lineStart, newlineOf } from './lines.js';

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
  readonly #call: PyNode;
  readonly #text: string;
  readonly #all: readonly Argument[];
  readonly #removed = new Set<PyNode>();
  readonly #appended: string[] = [];
  readonly #edits: Edit[] = [];

  constructor(
    call: PyNode,
    text: string,
    readonly why: string,
  ) {
    this.#call = call;
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

  replace({ node }: Argument, text: string): void {
    this.#edits.push({ start: node.start, end: node.end, text, why: this.why });
  }

  remove({ node }: Argument): void {
    this.#removed.add(node);
  }

  /** Adds a keyword argument behind all others. */
  append(text: string): void {
    this.#appended.push(text);
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

  /** Removes what is removed behind the last argument that stays, and puts what is added in its place. */
  #withTail(removals: Edit[], last: PyNode | undefined): Edit[] {
    const list = fieldOf(this.#call, 'arguments');
    if (list === undefined) return removals;
    const trailing = this.#all.filter(
      ({ node }) => this.#removed.has(node) && (last === undefined || node.start > last.start),
    );
    const end = trailing.at(-1)?.node.end;
    const added = this.#appended;
    if (last === undefined) {
      const start = trailing[0]?.node.start ?? list.start + 1;
      if (end === undefined && added.length === 0) return removals;
      const comma = end === undefined ? 0 : (/^\s*,/.exec(this.#text.slice(end))?.[0].length ?? 0);
      return [...removals, { start, end: (end ?? start) + comma, text: added.join(', '), why: this.why }];
    }
    if (end !== undefined) {
      const indent = this.#lineIndent(last);
      const broken = indent !== null && /[\r\n]/.test(this.#text.slice(last.end, end));
      const before = broken ? `,${newlineOf(this.#text)}${indent}` : ', ';
      const text = added.map((one) => before + one).join('');
      return [...removals, { start: last.end, end, text, why: this.why }];
    }
    return added.length === 0 ? removals : [...removals, ...this.#appendAfter(last, list)];
  }

  /** In a list of one argument a line the new one gets a line of its own, behind a comment of the last. */
  #appendAfter(last: PyNode, list: PyNode): Edit[] {
    const indent = this.#lineIndent(last);
    const tail = this.#text.slice(last.end, list.end - 1);
    if (indent === null || !/\r?\n/.test(tail)) {
      return [
        {
          start: last.end,
          end: last.end,
          text: this.#appended.map((one) => `, ${one}`).join(''),
          why: this.why,
        },
      ];
    }
    const newline = /\r\n/.test(tail) ? '\r\n' : '\n';
    const lines = this.#appended.map((one) => `${newline}${indent}${one}`);
    const comma = /^\s*,/.exec(tail)?.[0];
    const comment = /^\s*,?[ \t]*(#[^\r\n]*)/.exec(tail)?.[0];
    if (comment === undefined) {
      const at = last.end;
      return [{ start: at, end: at, text: lines.map((line) => `,${line}`).join(''), why: this.why }];
    }
    const at = last.end + comment.length;
    const more = {
      start: at,
      end: at,
      text: lines.join(',') + (comma === undefined ? '' : ','),
      why: this.why,
    };
    return comma === undefined
      ? [{ start: last.end, end: last.end, text: ',', why: this.why }, more]
      : [more];
  }

  /** The white space before an argument that stands first on its line; null for one that does not. */
  #lineIndent(node: PyNode): string | null {
    return lineStart(this.#text, node.start) > 0 ? indentAt(this.#text, node.start) : null;
  }
}
