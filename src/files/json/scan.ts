/** A value of a JSON text with its offsets; `start` is that of its first char, `end` the one after its last. */
export interface JsonNode {
  readonly start: number;
  readonly end: number;
  /** Members of an object, in order; null for any other value. */
  readonly members: readonly JsonMember[] | null;
  /** Items of a list; null for any other value. */
  readonly items: readonly JsonNode[] | null;
  /** The value, as JSON.parse gives it. */
  readonly value: unknown;
}

export interface JsonMember {
  readonly name: string;
  /** Offset of the name's quote. */
  readonly start: number;
  readonly node: JsonNode;
}

/** A text that is no JSON, and where that shows. */
export class JsonError extends Error {
  constructor(readonly offset: number) {
    super(`no JSON at ${offset}`);
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const ATOM = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads JSON (RFC 8259), a BOM in byte text allowed; throws JsonError. */
export function scanJson(text: string): JsonNode {
  const start = text.startsWith('\xef\xbb\xbf') ? 3 : 0;
  try {
    JSON.parse(text.slice(start));
  } catch {
    throw new JsonError(start);
  }
  const scanner = new Scanner(text);
  const node = scanner.value(scanner.skip(start));
  if (scanner.skip(node.end) < text.length) throw new JsonError(node.end);
  return node;
}

/** A member of an object by its name. */
export function memberOf(node: JsonNode | undefined, name: string): JsonMember | undefined {
  return node?.members?.find((member) => member.name === name);
}

class Scanner {
  constructor(private readonly text: string) {}

  skip(at: number): number {
    let end = at;
    while (/[ \t\r\n]/.test(this.text.charAt(end))) end++;
    return end;
  }

  value(at: number): JsonNode {
    const first = this.text.charAt(at);
    if (first === '{') return this.object(at);
    if (first === '[') return this.list(at);
    const end = first === '"' ? this.match(STRING, at) : this.match(ATOM, at);
    return {
      start: at,
      end,
      members: null,
      items: null,
      value: JSON.parse(this.text.slice(at, end)) as unknown,
    };
  }

  private match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    if (!pattern.test(this.text)) throw new JsonError(at);
    return pattern.lastIndex;
  }

  private object(start: number): JsonNode {
    const members: JsonMember[] = [];
    const end = this.sequence(start, '}', (at) => {
      const colon = this.skip(this.match(STRING, at));
      if (this.text[colon] !== ':') throw new JsonError(colon);
      const name = this.text.slice(at, this.match(STRING, at));
      const node = this.value(this.skip(colon + 1));
      members.push({ name: JSON.parse(name) as string, start: at, node });
      return node.end;
    });
    const value = Object.fromEntries(members.map(({ name, node }) => [name, node.value]));
    return { start, end, members, items: null, value };
  }

  private list(start: number): JsonNode {
    const items: JsonNode[] = [];
    const end = this.sequence(start, ']', (at) => {
      const node = this.value(at);
      items.push(node);
      return node.end;
    });
    return { start, end, members: null, items, value: items.map(({ value }) => value) };
  }

  private sequence(start: number, close: string, item: (at: number) => number): number {
    let at = this.skip(start + 1);
    if (this.text[at] === close) return at + 1;
    for (;;) {
      at = this.skip(item(at));
      if (this.text[at] === close) return at + 1;
      if (this.text[at] !== ',') throw new JsonError(at);
      at = this.skip(at + 1);
    }
  }
}
