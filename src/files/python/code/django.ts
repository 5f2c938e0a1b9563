import type { PyNode } from '../../pysource/parser.js';
import { counterpart, isOurs } from './counterparts.js';
import type { Draft } from './draft.js';
import { localName } from './local-names.js';
import { note } from './others.js';
import type { PyFile } from './program.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

/** `django_rq.get_scheduler`, read of its module or brought by a star: it is imported from rq_recurring instead. */
export function djangoReads(file: PyFile, values: Values, runtime: string): Draft[] {
  if (!file.text.includes('django_rq')) return [];
  const found: Draft[] = [];
  for (const [node, parent] of file.names.parents) {
    if (!isOfModule(node, file)) continue;
    const dotted = values.external(node, file);
    if (dotted === null || !dotted.startsWith('django_rq.') || !isOurs(dotted)) continue;
    if (parent.type === 'attribute' && isOurs(values.external(parent, file) ?? '')) continue;
    const shown = parent.type === 'call' && node.field === 'function' ? parent : node;
    const place = file.broken ? null : counterpart(dotted, runtime);
    const at = place?.lastIndexOf('.') ?? -1;
    if (place === null || dotted.endsWith('.rqscheduler')) {
      const why = file.broken ? 'syntax-error' : /by_index/.test(dotted) ? 'by-index' : 'no-counterpart';
      found.push(note(file, shown, 'code-get-scheduler', 'error', { kind: 'django', method: dotted, why }));
      continue;
    }
    const known = importedAs(place, file, runtime);
    const { written, need } =
      known === null
        ? localName(file, place.slice(0, at), place.slice(at + 1))
        : { written: known, need: null };
    const { start, end } = node;
    found.push({
      ...note(file, shown, 'code-get-scheduler', 'error', { kind: 'django' }),
      own: 'safe',
      edits: written === node.text ? [] : [{ start, end, text: written, why: 'swap-import' }],
      needs: need === null ? [] : [need],
    });
  }
  return found;
}

/** The name under which another import of the file brings the same. */
function importedAs(place: string, file: PyFile, runtime: string): string | null {
  for (const [local, [only, ...others]] of file.names.module.bindings) {
    if (others.length > 0 || only?.by !== 'import' || file.names.parents.get(only.statement) !== file.root)
      continue;
    if (counterpart(only.item.origin, runtime) === place) return local;
  }
  return null;
}

/** An attribute of a module that stays imported, or a name that only a star can have brought. */
function isOfModule(node: PyNode, file: PyFile): boolean {
  if (node.type === 'identifier') {
    const brought = file.names.stars.some(({ module }) => /^django_rq(\.|$)/.test(module));
    return brought && node.field !== 'attribute' && lookUp(node.text, file.names.scopeAt(node)).length === 0;
  }
  if (node.type !== 'attribute') return false;
  let root: PyNode | undefined = node;
  while (root?.type === 'attribute') root = root.children.find(({ field }) => field === 'object');
  if (root?.type !== 'identifier') return false;
  return lookUp(root.text, file.names.scopeAt(root)).some(
    (one) => one.by === 'import' && !isOurs(one.item.origin),
  );
}
