import { plainValue, type ShellToken, shellTokens, type Word } from './words.js';

/** As much of a shell script's structure as decides which commands it runs. */
export type ShellNode =
  | {
      readonly type: 'run';
      readonly words: readonly Word[];
      readonly assigns: readonly Assign[];
      /** Followed by `&`, and the first or only command of its list. */
      readonly background: boolean;
    }
  | {
      readonly type: 'if';
      readonly branches: readonly {
        readonly test: readonly ShellNode[];
        readonly body: readonly ShellNode[];
      }[];
      readonly otherwise: readonly ShellNode[];
    }
  | {
      readonly type: 'case';
      readonly subject: Word;
      readonly arms: readonly { readonly patterns: readonly string[]; readonly body: readonly ShellNode[] }[];
    }
  | { readonly type: 'function'; readonly name: string; readonly body: readonly ShellNode[] };

export interface Assign {
  readonly name: string;
  readonly value: Word;
}

/**
 * Reads shell text. Loops, groups, subshells and pipelines are flattened into the commands they
 * hold. Never throws: what does not fit the grammar is skipped.
 */
export function parseScript(text: string): readonly ShellNode[] {
  return new ScriptParser(shellTokens(text)).list(new Set());
}

class ScriptParser {
  private at = 0;

  constructor(private readonly tokens: readonly ShellToken[]) {}

  /** Commands up to one of the `stop` words or operators, which is left unread. */
  list(stop: ReadonlySet<string>): ShellNode[] {
    const nodes: ShellNode[] = [];
    while (this.at < this.tokens.length && !stop.has(this.peek())) nodes.push(...this.command(stop));
    return nodes;
  }

  private peek(): string {
    const token = this.tokens[this.at];
    if (token === undefined) return '';
    return token.type === 'operator' ? token.text : plainValue(token.word);
  }

  private take(text: string): void {
    if (this.peek() === text) this.at++;
  }

  private command(stop: ReadonlySet<string>): readonly ShellNode[] {
    const text = this.peek();
    if (text === 'if') return [this.conditional()];
    if (text === 'case') return [this.choice()];
    if (text === 'for' || text === 'select') return this.forLoop();
    if (text === '{') {
      this.at++;
      const body = this.list(new Set(['}']));
      this.take('}');
      return body;
    }
    if (/^(while|until|do|done|then|else|elif|fi|esac|!|\}|time|function|in)$/.test(text)) {
      this.at++;
      return [];
    }
    if (this.tokens[this.at]?.type === 'operator') {
      this.at++;
      return [];
    }
    const node = this.simple();
    if (node.type !== 'run' || !isTest(node)) return [node];
    const operator = this.peek();
    if (operator !== '&&' && operator !== '||') return [node];
    this.at++;
    const body = this.command(stop);
    return operator === '&&'
      ? [{ type: 'if', branches: [{ test: [node], body }], otherwise: [] }]
      : [{ type: 'if', branches: [{ test: [node], body: [] }], otherwise: body }];
  }

  private simple(): ShellNode {
    const before = this.tokens[this.at - 1];
    const alone = before?.type !== 'operator' || !/^(&&|\|\|?)$/.test(before.text);
    const words: Word[] = [];
    const assigns: Assign[] = [];
    for (let token = this.tokens[this.at]; token?.type === 'word'; token = this.tokens[this.at]) {
      this.at++;
      const assign = words.length === 0 ? assignOf(token.word) : null;
      if (assign === null) words.push(token.word);
      else assigns.push(assign);
    }
    const name = words[0];
    if (words.length === 1 && name !== undefined && this.functionFollows()) return this.functionBody(name);
    return { type: 'run', words, assigns, background: this.peek() === '&' && alone };
  }

  private functionFollows(): boolean {
    const next = this.tokens.slice(this.at, this.at + 2);
    return next.map((t) => (t.type === 'operator' ? t.text : '')).join('') === '()';
  }

  private functionBody(name: Word): ShellNode {
    this.at += 2;
    while (this.peek() === ';') this.at++;
    this.take('{');
    const body = this.list(new Set(['}']));
    this.take('}');
    return { type: 'function', name: plainValue(name), body };
  }

  private conditional(): ShellNode {
    const branches: { test: ShellNode[]; body: ShellNode[] }[] = [];
    let otherwise: ShellNode[] = [];
    do {
      this.at++;
      const test = this.list(new Set(['then']));
      this.take('then');
      branches.push({ test, body: this.list(new Set(['elif', 'else', 'fi'])) });
    } while (this.peek() === 'elif');
    if (this.peek() === 'else') {
      this.at++;
      otherwise = this.list(new Set(['fi']));
    }
    this.take('fi');
    return { type: 'if', branches, otherwise };
  }

  private choice(): ShellNode {
    this.at++;
    const subject = this.word();
    while (this.peek() === ';') this.at++;
    this.take('in');
    const arms: { patterns: string[]; body: ShellNode[] }[] = [];
    for (;;) {
      while (this.peek() === ';' || this.peek() === ';;' || this.peek() === '(') this.at++;
      if (this.peek() === 'esac' || this.at >= this.tokens.length) break;
      const patterns: string[] = [];
      while (this.at < this.tokens.length && this.peek() !== ')') {
        if (this.peek() !== '|') patterns.push(this.peek());
        this.at++;
      }
      this.take(')');
      arms.push({ patterns, body: this.list(new Set([';;', 'esac'])) });
    }
    this.take('esac');
    return { type: 'case', subject, arms };
  }

  /** `for x in a b; do`: the words of the list are no command. */
  private forLoop(): readonly ShellNode[] {
    while (this.at < this.tokens.length && this.peek() !== ';' && this.peek() !== 'do') this.at++;
    return [];
  }

  private word(): Word {
    const token = this.tokens[this.at];
    if (token?.type !== 'word') return { parts: [], start: 0, end: 0, verbatim: null };
    this.at++;
    return token.word;
  }
}

function isTest(node: ShellNode): boolean {
  const first = node.type === 'run' ? node.words[0] : undefined;
  return first !== undefined && /^(\[|\[\[|test)$/.test(plainValue(first));
}

function assignOf(word: Word): Assign | null {
  const [first, ...rest] = word.parts;
  if (first?.kind !== 'text') return null;
  const match = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(first.text);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  const head = match[2] === '' ? [] : [{ kind: 'text' as const, text: match[2] }];
  return { name: match[1], value: { ...word, parts: [...head, ...rest], verbatim: null } };
}
