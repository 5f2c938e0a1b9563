import { Language, Parser, type Tree, type TreeCursor } from 'web-tree-sitter';

/** One named node of a Python syntax tree, in plain values. Offsets are bytes (`bytes.ts`). */
export interface PyNode {
  /** Node type of the tree-sitter-python grammar, e.g. `call`, `identifier`; `ERROR` where unparsable. */
  readonly type: string;
  /** The grammar's field through which the parent holds it, e.g. `function`; null for none. */
  readonly field: string | null;
  readonly start: number;
  readonly end: number;
  /** Byte text of the node. */
  readonly text: string;
  readonly children: readonly PyNode[];
}

let parser: Parser | null = null;

/**
 * Loads the Python grammar, once per process. `wasm` is `tree-sitter-python.wasm`, `coreWasm` is
 * `web-tree-sitter.wasm`; without the latter web-tree-sitter looks for it beside its own module.
 */
export async function initPython(wasm: Uint8Array, coreWasm?: Uint8Array): Promise<void> {
  if (parser !== null) return;
  await Parser.init(coreWasm === undefined ? {} : { wasmBinary: coreWasm.slice().buffer });
  const language = await Language.load(wasm);
  const created = new Parser();
  created.setLanguage(language);
  parser = created;
}

/**
 * Parses Python source given as byte text. Never fails on bad syntax: what cannot be understood
 * becomes an `ERROR` node. Throws Error when `initPython` has not finished.
 */
export function parsePython(text: string): PyNode {
  const source = withoutMark(text);
  const tree = parsed(source);
  const cursor = tree.walk();
  try {
    return toPlain(cursor, source);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** One token of Python source, comments included. */
export interface PyToken {
  readonly type: string;
  /** Byte text. */
  readonly text: string;
  readonly start: number;
  /** Types of the nodes around it, outermost first. */
  readonly within: readonly string[];
}

/** All tokens of Python source (byte text), names and signs alike; parts of strings are tokens. */
export function pythonTokens(text: string): readonly PyToken[] {
  const source = withoutMark(text);
  const tree = parsed(source);
  const cursor = tree.walk();
  const tokens: PyToken[] = [];
  const within: string[] = [];
  try {
    for (;;) {
      // What is between escapes in a string is no node of its own.
      if (cursor.nodeType !== 'string_content' && cursor.gotoFirstChild()) {
        within.push(parentType(cursor));
        continue;
      }
      const { nodeType: type, startIndex: start, endIndex: end } = cursor;
      if (end > start) tokens.push({ type, text: source.slice(start, end), start, within: [...within] });
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return tokens;
        within.pop();
      }
    }
  } finally {
    cursor.delete();
    tree.delete();
  }
}

function parentType(cursor: TreeCursor): string {
  cursor.gotoParent();
  const type = cursor.nodeType;
  cursor.gotoFirstChild();
  return type;
}

/** Is there a place in the source (byte text) that the grammar does not understand, or where it misses something? */
export function hasSyntaxError(text: string): boolean {
  const tree = parsed(withoutMark(text));
  try {
    return tree.rootNode.hasError;
  } finally {
    tree.delete();
  }
}

function parsed(source: string): Tree {
  if (parser === null) throw new Error('initPython must finish before Python is parsed');
  const tree = parser.parse(source);
  if (tree === null) throw new Error('the Python parser gave no tree');
  return tree;
}

/** The grammar knows no byte order mark; blank lines in its place keep every offset. */
function withoutMark(text: string): string {
  return text.startsWith('\xEF\xBB\xBF') ? `\n\n\n${text.slice(3)}` : text;
}

interface Growing extends PyNode {
  readonly children: PyNode[];
}

/** Copies the named nodes out of WebAssembly memory; no recursion, for `a+b+c+…` nests thousands deep. */
function toPlain(cursor: TreeCursor, text: string): PyNode {
  const root = plainNode(cursor, text);
  /** The plain twin of every node between the root and the cursor's parent. */
  const parents: Growing[] = [];
  let here = root;
  for (;;) {
    if (cursor.gotoFirstChild()) {
      parents.push(here);
    } else {
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return root;
        parents.pop();
      }
    }
    here = plainNode(cursor, text);
    if (cursor.nodeIsNamed) parents.at(-1)?.children.push(here);
  }
}

function plainNode(cursor: TreeCursor, text: string): Growing {
  const { startIndex: start, endIndex: end } = cursor;
  return {
    type: cursor.nodeType,
    field: cursor.currentFieldName,
    start,
    end,
    text: text.slice(start, end),
    children: [],
  };
}
