import { shellTokens, type Word } from '../command/words.js';
import { TokenReader, Unreadable } from './token-reader.js';
import type { Block, Body, Item, List, Node, Part } from './tree.js';

/**
 * Reads shell text; null where it does not follow the grammar as far as it is known here (bodies that
 * are empty, a missing `fi`, constructs of zsh), so that an edit which breaks it is noticed.
 */
export function parseTree(text: string): List | null {
  if (openQuote(text)) return null;
  try {
    const parser = new TreeParser(text, shellTokens(text));
    return parser.whole();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** True when a quote is never closed: `shellTokens` would read on to the end. */
function openQuote(text: string): boolean {
  return shellTokens(text).some((token) => {
    if (token.type !== 'word' || token.word.end < text.length) return false;
    const raw = text.slice(token.word.start, token.word.end).replace(/\\[\s\S]/g, '');
    const closed = raw.replace(/'[^']*'|"[^"]*"/g, '');
    return /['"]/.test(closed) && !/[$`]/.test(raw);
  });
}

const BLOCK_WORDS = new Set(['if', 'case', 'for', 'select', 'while', 'until', '{', 'function']);
const CLOSING = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}', 'in']);

class TreeParser extends TokenReader {
  whole(): List {
    const list = this.list(new Set());
    if (this.at < this.tokens.length) throw new Unreadable();
    return list;
  }

  private list(stops: ReadonlySet<string>, least = 0): List {
    const items: Item[] = [];
    for (this.breaks(); this.at < this.tokens.length && !stops.has(this.peek()); this.breaks()) {
      items.push(this.item());
    }
    if (items.length < least) throw new Unreadable();
    return { items };
  }

  private item(): Item {
    const start = this.position();
    const parts: Part[] = [{ op: '', opStart: start, node: this.node() }];
    for (let op = this.peek(); op === '&&' || op === '||' || op === '|'; op = this.peek()) {
      const opStart = this.position();
      this.at++;
      if (op === '|' && this.peek() === '&') this.at++;
      this.breaks();
      parts.push({ op, opStart, node: this.node() });
    }
    const stop = this.position();
    const separator = this.operator();
    if (separator === '&') this.at++;
    const end = separator === '&' || (separator === ';' && !this.newlineAt(stop)) ? stop + 1 : stop;
    if (separator === ';') this.at++;
    else if (separator !== '&' && separator !== '' && separator !== ';;' && separator !== ')') {
      throw new Unreadable();
    }
    return { start, stop, end, background: separator === '&', parts };
  }

  private node(): Node {
    while (this.peek() === '!' || this.peek() === 'time') this.at++;
    const start = this.position();
    const word = this.peek();
    if (this.operator() === '(') return this.subshell(start);
    if (this.operator() !== '' || CLOSING.has(word) || this.at >= this.tokens.length) throw new Unreadable();
    if (word === '[[') return this.test(start);
    if (!BLOCK_WORDS.has(word)) return this.simple(start);
    this.at++;
    if (word === 'if') return this.conditional(start);
    if (word === 'case') return this.choice(start);
    if (word === '{') return this.group(start, '}', 'group', '');
    if (word === 'function') return this.namedFunction(start);
    return this.loop(start, word);
  }

  private simple(start: number): Node {
    const words: Word[] = [];
    let end = start;
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      if (token.type === 'operator' && token.text === '(') {
        if (words.length === 1 && this.ahead(1) === ')') return this.functionAfterName(start);
        // An array, or the inside of `<( … )`.
        this.balanced();
        end = Math.max(end, this.previousEnd());
        continue;
      }
      if (token.type !== 'word') break;
      const assigns = words.length === 0 && /^[A-Za-z_]\w*(\[[^\]]*\])?\+?=/.test(this.peek());
      if (!assigns) words.push(token.word);
      end = token.word.end;
      this.at++;
    }
    return { type: 'simple', start, end, words };
  }

  private test(start: number): Node {
    const words: Word[] = [];
    for (let token = this.tokens[this.at]; token !== undefined; token = this.tokens[this.at]) {
      this.at++;
      if (token.type === 'word') words.push(token.word);
      const last = words.at(-1);
      if (last !== undefined && this.text.slice(last.start, last.end) === ']]') {
        return { type: 'simple', start, end: last.end, words };
      }
    }
    throw new Unreadable();
  }

  private functionAfterName(start: number): Block {
    const name = this.text.slice(start, this.previousEnd());
    this.at += 2;
    return this.functionBody(start, name);
  }

  private namedFunction(start: number): Block {
    const name = this.peek();
    this.at++;
    if (this.operator() === '(' && this.ahead(1) === ')') this.at += 2;
    return this.functionBody(start, name);
  }

  private functionBody(start: number, name: string): Block {
    this.breaks();
    const open = this.peek();
    if (open !== '{' && open !== '(') throw new Unreadable();
    this.at++;
    return this.group(start, open === '{' ? '}' : ')', 'function', name);
  }

  private subshell(start: number): Node {
    if (this.ahead(1) === '(' && this.text[start + 1] === '(') {
      this.balanced();
      return { type: 'simple', start, end: this.previousEnd(), words: [] };
    }
    this.at++;
    return this.group(start, ')', 'group', '');
  }

  private group(start: number, close: string, type: 'group' | 'function', name: string): Block {
    const body = this.body('body', start, new Set([close]));
    this.take(close);
    return { type, start, end: this.previousEnd(), name, bodies: [body] };
  }

  private conditional(start: number): Block {
    const bodies: Body[] = [];
    let from = start;
    for (;;) {
      bodies.push(this.body('test', from, new Set(['then'])));
      from = this.position();
      this.take('then');
      bodies.push(this.body('then', from, new Set(['elif', 'else', 'fi'])));
      from = this.position();
      if (this.peek() !== 'elif') break;
      this.at++;
    }
    if (this.peek() === 'else') {
      this.at++;
      bodies.push(this.body('else', from, new Set(['fi'])));
    }
    this.take('fi');
    return { type: 'if', start, end: this.previousEnd(), name: '', bodies };
  }

  private body(kind: Body['kind'], start: number, stops: ReadonlySet<string>): Body {
    const list = this.list(stops, 1);
    return { kind, start, end: this.position(), patterns: [], list };
  }

  private loop(start: number, word: string): Block {
    const bodies: Body[] = [];
    if (word === 'while' || word === 'until') bodies.push(this.body('test', start, new Set(['do'])));
    else {
      while (this.at < this.tokens.length && this.peek() !== 'do') this.at++;
    }
    const from = this.position();
    this.take('do');
    bodies.push(this.body('body', from, new Set(['done'])));
    this.take('done');
    return { type: 'loop', start, end: this.previousEnd(), name: '', bodies };
  }

  private choice(start: number): Block {
    this.at++;
    this.breaks();
    this.take('in');
    const bodies: Body[] = [];
    for (this.breaks(); this.peek() !== 'esac'; this.breaks()) bodies.push(this.arm());
    this.take('esac');
    return { type: 'case', start, end: this.previousEnd(), name: '', bodies };
  }

  private arm(): Body {
    const start = this.position();
    if (this.operator() === '(') this.at++;
    const patterns: string[] = [];
    for (; this.operator() !== ')'; this.at++) {
      if (this.at >= this.tokens.length) throw new Unreadable();
      if (this.operator() === '') patterns.push(this.peek());
    }
    this.at++;
    const list = this.list(new Set([';;', 'esac']));
    const closed = this.operator() === ';;';
    const end = this.position() + (closed ? 2 : 0);
    if (closed) this.at++;
    if (/^[&;]/.test(this.text.slice(end, end + 1)) && closed) throw new Unreadable();
    return { kind: 'arm', start, end, patterns, list };
  }
}
