import type { PyNode } from '../../pysource/parser.js';
import { fieldOf, walk } from '../../pysource/syntax.js';
import { counterpart } from './counterparts.js';
import type { Draft } from './draft.js';
import { keyKind, LEGACY_KEY, note } from './others.js';
import type { PyFile } from './program.js';

/** A module of rq-scheduler's, or a name in it, as settings, loggers and mocks spell them. */
const DOTTED = /^rq_scheduler(\.\w+)*\.?$|^django_rq(\.queues)?\.get_scheduler$/;

/** Strings that name rq-scheduler's keys (R14), or its modules: those become rq_recurring's where it is sure what they are. */
export function* namedInStrings(file: PyFile, runtime: string): Generator<Draft> {
  if (!/rq:scheduler|rq_scheduler|django_rq[\w.]*\.get_scheduler/.test(file.text)) return;
  for (const node of walk(file.root)) {
    if (node.type !== 'string_content') continue;
    const owner = file.names.parents.get(node) ?? node;
    const outer = file.names.parents.get(owner);
    if (outer?.type === 'expression_statement') continue;
    const key = LEGACY_KEY.exec(node.text)?.[0];
    if (key !== undefined) {
      const what = keyKind(key);
      yield {
        ...note(file, owner, 'code-legacy-key', 'warn', { key, what }),
        proposal: what === 'jobs' ? "'rq:scheduled:<queue>'" : null,
      };
    } else if (DOTTED.test(node.text) && isText(owner) && !isAnnotation(owner, file))
      yield named(node, owner, file, runtime);
  }
}

function named(node: PyNode, owner: PyNode, file: PyFile, runtime: string): Draft {
  const call = importCall(owner, file);
  const code = call === null ? 'code-config-name' : 'code-import';
  const shown = call ?? owner;
  const name = node.text;
  const module = { name, module: name, optional: false };
  const place = file.broken || /(^|\/)setup\.py$/.test(file.path) ? null : counterpart(name, runtime);
  const top = runtime.includes('.') && calleeOf(call) === '__import__';
  const sure = call !== null || (name.includes('.') ? name.startsWith('rq_') : isModule(owner, file));
  if (place === null || top || !sure) {
    return note(file, shown, code, call === null ? 'info' : 'error', {
      ...module,
      why: top ? 'dotted-import' : '',
    });
  }
  return {
    ...note(file, shown, code, call === null ? 'warn' : 'error', { ...module, to: place }),
    own: 'safe',
    edits: [{ start: node.start, end: node.end, text: place, why: 'swap-name' }],
  };
}

/** Not bytes. */
function isText({ children }: PyNode): boolean {
  return !children.some(({ type, text }) => type === 'string_start' && /b/i.test(text));
}

/** Read as code by type checkers only: the name stays bound. */
function isAnnotation(node: PyNode, file: PyFile): boolean {
  return around(node, file, ({ type }) => type === 'type') !== null;
}

/** The call that imports what the string names. */
function importCall(node: PyNode, file: PyFile): PyNode | null {
  const call = argumentOf(node, file);
  return /^(import_module|__import__|find_spec|importorskip)$/.test(calleeOf(call)) ? call : null;
}

function calleeOf(call: PyNode | null): string {
  const callee = call === null ? undefined : fieldOf(call, 'function');
  return callee === undefined ? '' : (fieldOf(callee, 'attribute') ?? callee).text;
}

/** The call that the string is an argument of. */
function argumentOf(node: PyNode, file: PyFile): PyNode | null {
  const parent = file.names.parents.get(node);
  const list = parent?.type === 'keyword_argument' ? file.names.parents.get(parent) : parent;
  const call = list?.type === 'argument_list' ? file.names.parents.get(list) : undefined;
  return call?.type === 'call' ? call : null;
}

/** `rq_scheduler` alone may be many things: here it is a module, a logger or an application. */
function isModule(node: PyNode, file: PyFile): boolean {
  const call = argumentOf(node, file);
  if (/^(getLogger|patch|setattr|delattr|import_string|reload)$/.test(calleeOf(call))) return true;
  if (/sys\.modules/.test(fieldOf(call ?? node, 'function')?.text ?? '')) return true;
  const holder = around(node, file, (at) => {
    if (at.type === 'subscript') return /sys\.modules$/.test(fieldOf(at, 'value')?.text ?? '');
    if (at.type === 'call')
      return /['"]sys\.modules['"]|sys\.modules\b/.test(fieldOf(at, 'arguments')?.text ?? '');
    if (at.type === 'pair')
      return /^['"]loggers['"]$/.test(fieldOf(at, 'key')?.text ?? '') && !isKey(node, at, file);
    return /assignment$/.test(at.type) && /INSTALLED_APPS$/.test(fieldOf(at, 'left')?.text ?? '');
  });
  return holder !== null;
}

function isKey(node: PyNode, pair: PyNode, file: PyFile): boolean {
  return file.names.parents.get(node) === pair;
}

function around(node: PyNode, file: PyFile, is: (at: PyNode) => boolean): PyNode | null {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at))
    if (is(at)) return at;
  return null;
}
