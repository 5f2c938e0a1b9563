import type { ShellToken } from '../command/words.js';

/** Shell text that does not follow the grammar as far as it is known here. */
export class Unreadable extends Error {}

/** The place of a parser in the tokens of a shell text; words are compared as they are written, quotes included. */
export class TokenReader {
  protected at = 0;

  constructor(
    protected readonly text: string,
    protected readonly tokens: readonly ShellToken[],
  ) {}

  /** Skips a parenthesis with what is in it. */
  protected balanced(): void {
    let depth = 0;
    for (; this.at < this.tokens.length; this.at++) {
      if (this.operator() === '(') depth++;
      if (this.operator() === ')' && --depth === 0) {
        this.at++;
        return;
      }
    }
    throw new Unreadable();
  }

  protected breaks(): void {
    while (this.operator() === ';' && this.newlineAt(this.position())) this.at++;
  }

  protected newlineAt(at: number): boolean {
    return this.text[at] === '\n';
  }

  protected take(word: string): void {
    if (this.peek() !== word) throw new Unreadable();
    this.at++;
  }

  protected peek(): string {
    const token = this.tokens[this.at];
    if (token === undefined) return '';
    return token.type === 'operator' ? token.text : this.text.slice(token.word.start, token.word.end);
  }

  protected operator(): string {
    const token = this.tokens[this.at];
    return token?.type === 'operator' ? token.text : '';
  }

  protected ahead(by: number): string {
    const token = this.tokens[this.at + by];
    return token?.type === 'operator' ? token.text : '';
  }

  protected position(): number {
    const token = this.tokens[this.at];
    if (token === undefined) return this.text.length;
    return token.type === 'operator' ? token.start : token.word.start;
  }

  protected previousEnd(): number {
    const token = this.tokens[this.at - 1];
    if (token === undefined) return 0;
    return token.type === 'operator' ? token.start + token.text.length : token.word.end;
  }
}
