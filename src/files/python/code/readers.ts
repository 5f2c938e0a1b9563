import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { ImportName } from './import-edits.js';
import { type PyFile, stemOf } from './program.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

/** Places at which a file reads a name that this import of it binds. */
export function readsOf({ file, statement, local }: ImportName & { readonly file: PyFile }): PyNode[] {
  const reads: PyNode[] = [];
  for (const [node, parent] of file.names.parents) {
    if (node.type !== 'identifier' || node.text !== local || node.field === 'attribute') continue;
    if (parent.type === 'keyword_argument' && node.field === 'name') continue;
    if (/^(dotted_name|aliased_import|global_statement|nonlocal_statement)$/.test(parent.type)) continue;
    const bindings = lookUp(local, file.names.scopeAt(node));
    if (bindings.some((one) => one.by === 'import' && one.statement === statement)) reads.push(node);
  }
  return reads;
}

/**
 * May something else than the file's own statements read the name: what the file exports, a quoted annotation, another
 * file that imports it, stars it in, reads it of the module, or names it in a string, as a mock does?
 */
export function isReadElsewhere(file: PyFile, local: string, values: Values): boolean {
  if (quotes(file, local)) return true;
  const { program } = values;
  const stem = stemOf(file.path);
  return program.paths.some((path) => {
    const text = program.text(path);
    if (path === file.path || !text.includes(stem)) return false;
    if (!text.includes(local) && !/import\s*\*/.test(text)) return false;
    const other = program.file(path);
    return other === null || reads(other, file, local, stem, values);
  });
}

/** A string of the file itself, `__all__` included, that names it. */
function quotes(file: PyFile, local: string): boolean {
  const word = new RegExp(`(^|[^\\w.])${local}\\b`);
  for (const node of file.names.parents.keys())
    if (node.type === 'string_content' && isCode(node, file) && word.test(node.text)) return true;
  return false;
}

/** Not a docstring or a sentence. */
function isCode(node: PyNode, file: PyFile): boolean {
  if (/\s/.test(node.text.trim().replace(/[|,[\]]\s*/g, ''))) return false;
  const outer = file.names.parents.get(file.names.parents.get(node) ?? node);
  return outer?.type !== 'expression_statement';
}

function reads(other: PyFile, file: PyFile, local: string, stem: string, values: Values): boolean {
  const { program } = values;
  const isFile = (module: string) => program.locate(module, other.path) === file.path;
  if (other.names.stars.some(({ module }) => isFile(module))) return true;
  const quoted = new RegExp(`^[\\w.]*\\b${stem}\\.${local}\\b|^${local}$`);
  for (const [node, parent] of other.names.parents) {
    if (node.type === 'string_content' && quoted.test(node.text)) return true;
    if (node.type === 'identifier' && node.text === local && parent.type === 'dotted_name') {
      const items = importsAround(node, other);
      if (items.some(({ module, origin }) => origin === `${module}.${local}` && isFile(module))) return true;
    }
    if (node.type !== 'attribute' || fieldOf(node, 'attribute')?.text !== local) continue;
    const object = fieldOf(node, 'object');
    if (object && values.of(object, other).some((one) => one.is === 'module' && one.path === file.path))
      return true;
  }
  return false;
}

function importsAround(node: PyNode, file: PyFile) {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at))
    if (at.type === 'import_from_statement') return file.names.importsOf(at);
  return [];
}
