import type { PyNode } from '../../pysource/parser.js';
import { fieldOf, walk } from '../../pysource/syntax.js';
import { argumentList } from './arguments.js';
import type { Draft } from './draft.js';
import { removal } from './import-edits.js';
import type { PyFile } from './program.js';
import { type Binding, lookUp } from './scopes.js';
import type { Values } from './values.js';

/**
 * A Scheduler that is given a name which nobody reads goes, instead of becoming a Queue that nobody uses: the whole
 * assignment, where making it does nothing else.
 */
export function withoutLeftovers(drafts: readonly Draft[], values: Values): Draft[] {
  return drafts.map((draft) => {
    const { file, node, code, own, sites } = draft;
    if (code !== 'code-scheduler-object' || own !== 'safe' || sites[0]?.node !== node) return draft;
    if (drafts.some((other) => other !== draft && other.sites.some((site) => sites.includes(site))))
      return draft;
    const statement = unreadAssignment(node, file, values);
    if (statement === null) return draft;
    const edits = [removal(file, statement, 'remove-scheduler-object')];
    return { ...draft, edits, needs: [], args: { ...draft.args, unused: true } };
  });
}

/** The statement `name = Scheduler(…)` where nothing reads the name. */
function unreadAssignment(node: PyNode, file: PyFile, values: Values): PyNode | null {
  const assignment = file.names.parents.get(node);
  const statement = assignment === undefined ? undefined : file.names.parents.get(assignment);
  const target = assignment?.type === 'assignment' ? fieldOf(assignment, 'left') : undefined;
  if (statement?.type !== 'expression_statement' || target?.type !== 'identifier') return null;
  if (!argumentList(node).every(({ value }) => isQuiet(value, file, values))) return null;
  const bindings = lookUp(target.text, file.names.scopeAt(statement));
  if (bindings.length !== 1 || isRead(target, bindings, file)) return null;
  const inModule = file.names.scopeAt(statement).kind === 'module';
  return inModule && isNamedElsewhere(target.text, file, values) ? null : statement;
}

/** Evaluating it changes nothing: no call but that of a Redis client. */
function isQuiet(value: PyNode, file: PyFile, values: Values): boolean {
  return [...walk(value)].every((node) => {
    if (/^(await|yield|named_expression)$/.test(node.type)) return false;
    const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
    return callee === undefined || /^redis\./.test(values.external(callee, file) ?? '');
  });
}

function isRead(target: PyNode, bindings: readonly Binding[], file: PyFile): boolean {
  for (const [node, parent] of file.names.parents) {
    if (node === target || node.text !== target.text) continue;
    if (node.type === 'string_content') return true;
    if (node.type !== 'identifier' || node.field === 'attribute') continue;
    if (parent.type === 'keyword_argument' && node.field === 'name') continue;
    if (lookUp(node.text, file.names.scopeAt(node)) === bindings) return true;
  }
  return false;
}

/** Another file may import it, or star everything in. */
function isNamedElsewhere(name: string, file: PyFile, { program }: Values): boolean {
  const stem =
    file.path
      .replace(/(\/__init__)?\.py$/, '')
      .split('/')
      .at(-1) ?? '';
  const word = new RegExp(`\\b${name}\\b`);
  const module = new RegExp(`\\b${stem}\\b`);
  const star = new RegExp(`\\b${stem}\\s+import\\s+\\*`);
  return program.paths.some((path) => {
    if (path === file.path) return false;
    const text = program.text(path);
    return (word.test(text) && module.test(text)) || star.test(text);
  });
}
