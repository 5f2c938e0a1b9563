import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { PyFile } from './program.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

/** Places in other files that read a module's top-level name without importing it by name. */
export function* readersOf(
  file: PyFile,
  name: string,
  values: Values,
): Generator<{ file: PyFile; node: PyNode }> {
  const { program } = values;
  for (const other of program.parsed) {
    if (other === file || !other.text.includes(name)) continue;
    const starred = other.names.stars.some(({ module }) => program.locate(module, other.path) === file.path);
    for (const node of other.names.parents.keys()) {
      const found = starred ? isBare(node, name, other) : false;
      if (found || isOfModule(node, name, file, other, values)) yield { file: other, node };
    }
  }
}

/** A name that nothing in the file binds: the star brought it. */
function isBare(node: PyNode, name: string, file: PyFile): boolean {
  if (node.type !== 'identifier' || node.text !== name || node.field === 'attribute') return false;
  return lookUp(name, file.names.scopeAt(node)).length === 0;
}

/** `module.name` */
function isOfModule(node: PyNode, name: string, file: PyFile, other: PyFile, values: Values): boolean {
  if (node.type !== 'attribute' || fieldOf(node, 'attribute')?.text !== name) return false;
  const object = fieldOf(node, 'object');
  return (
    object !== undefined &&
    values.of(object, other).some((value) => value.is === 'module' && value.path === file.path)
  );
}
