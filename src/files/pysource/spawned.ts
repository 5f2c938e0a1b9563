import { lineOf } from '../bytes.js';
import { type Names, namesOf, originOf } from './names.js';
import { type PyNode, parsePython } from './parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue, walk } from './syntax.js';

/** A command line that a Python script hands to the operating system. */
export interface SpawnedCommand {
  /** Shell text as far as the script writes it out; what it computes stands there as `$_`. */
  readonly text: string;
  /** 1-based line of the call. */
  readonly line: number;
}

/** Names may refer to each other in a circle. */
const MAX_STEPS = 8;
const UNKNOWN = '$_';
/** The callables that start a program, and where its command stands: first argument, or all of them. */
const FIRST =
  /^(os\.(system|popen)|subprocess\.(run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|asyncio\.create_subprocess_shell)$/;
const SECOND = /^os\.(exec(v|vp|ve|vpe)|spawnv(p|e|pe)?|posix_spawnp?)$/;
const ALL = /^(os\.exec(l|lp|le|lpe)|asyncio\.create_subprocess_exec)$/;
const TELLING = /\brq(scheduler|worker|\.cli)?\b/;

/**
 * Commands about RQ that a script starts through `os.system`, `os.exec…` or `subprocess`, in source order.
 * `text` is byte text. Never throws on bad syntax.
 */
export function spawnedCommands(text: string): readonly SpawnedCommand[] {
  if (!/\b(subprocess|os\.|asyncio)/.test(text) || !TELLING.test(text)) return [];
  const root = parsePython(text);
  const names = namesOf(root);
  const found: SpawnedCommand[] = [];
  for (const node of walk(root)) {
    const command = node.type === 'call' ? commandOf(names, node) : null;
    if (command !== null && TELLING.test(command)) {
      found.push({ text: command, line: lineOf(text, node.start) });
    }
  }
  return found;
}

function commandOf(names: Names, call: PyNode): string | null {
  const callee = fieldOf(call, 'function');
  const written = callee === undefined ? null : dottedName(callee);
  const origin = written === null ? null : originOf(names, written);
  if (origin === null) return null;
  const { positional, keywords } = argumentsOf(call);
  if (ALL.test(origin)) {
    // os.execl names the program first and its own argv[0] second.
    const words = origin.startsWith('os.') ? positional.slice(1) : positional;
    return words.map((word) => wordOf(names, word, MAX_STEPS)).join(' ');
  }
  const node = FIRST.test(origin)
    ? (positional[0] ?? keywords.get('args'))
    : SECOND.test(origin)
      ? positional.find((value) => value.type === 'list' || value.type === 'tuple')
      : undefined;
  return node === undefined ? null : shellText(names, node, MAX_STEPS);
}

/** The command as shell text, of a string or of a list of words. */
function shellText(names: Names, node: PyNode, steps: number): string | null {
  if (steps === 0) return null;
  if (node.type === 'list' || node.type === 'tuple') {
    const words = node.children.filter((child) => child.type !== 'comment');
    return words.map((word) => wordOf(names, word, steps - 1)).join(' ');
  }
  const literal = textOf(node);
  if (literal !== null) return literal;
  const next = node.type === 'call' ? ofCall(names, node) : soleValue(names, node);
  return next === undefined ? null : shellText(names, next, steps - 1);
}

/** `shlex.split('…')`, `'…'.split()`, and a function of the script that returns one expression. */
function ofCall(names: Names, call: PyNode): PyNode | undefined {
  const callee = fieldOf(call, 'function');
  if (callee === undefined) return undefined;
  if (callee.type === 'attribute' && /^(split|format)$/.test(fieldOf(callee, 'attribute')?.text ?? '')) {
    const object = fieldOf(callee, 'object');
    return object?.text === 'shlex' ? argumentsOf(call).positional[0] : object;
  }
  const returned = names.returns.get(dottedName(callee) ?? '') ?? [];
  return returned.length === 1 ? returned[0] : undefined;
}

function soleValue(names: Names, node: PyNode): PyNode | undefined {
  const values = names.assigned.get(dottedName(node) ?? '') ?? [];
  return values.length === 1 ? values[0] : undefined;
}

/** One word of a list, quoted where the shell would take it apart. */
function wordOf(names: Names, node: PyNode, steps: number): string {
  if (dottedName(node) === 'sys.executable') return 'python';
  const value = textOf(node) ?? (steps > 0 ? namedText(names, node, steps) : null);
  if (value === null) return UNKNOWN;
  return /^[\w./:=@%+,$-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}

function namedText(names: Names, node: PyNode, steps: number): string | null {
  const sole = node.type === 'identifier' ? soleValue(names, node) : undefined;
  return sole === undefined ? null : (textOf(sole) ?? namedText(names, sole, steps - 1));
}

/** A string literal; what an f-string puts in is unknown. Null for everything else. */
function textOf(node: PyNode): string | null {
  const plain = stringValue(node);
  if (plain !== null) return plain;
  if (node.type === 'concatenated_string') {
    const parts = node.children.filter((child) => child.type !== 'comment').map(textOf);
    return parts.includes(null) ? null : parts.join('');
  }
  if (node.type !== 'string' || !/f/i.test(node.children[0]?.text ?? '')) return null;
  return node.children
    .map((part) =>
      part.type === 'string_content' ? part.text : part.type === 'interpolation' ? UNKNOWN : '',
    )
    .join('');
}
