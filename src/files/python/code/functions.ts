import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import type { PyFile } from './program.js';

/** Last name of `request.app` or `current_app`; null for what is computed. */
export function lastPart(node: PyNode): string | null {
  if (node.type === 'identifier') return node.text;
  if (node.type === 'attribute') return fieldOf(node, 'attribute')?.text ?? null;
  return null;
}

function decoratorsOf(node: PyNode, file: PyFile): PyNode[] {
  const parent = file.names.parents.get(node);
  return parent?.type === 'decorated_definition'
    ? parent.children.filter(({ type }) => type === 'decorator')
    : [];
}

/** Last names of a function's decorators: `cache` of `@functools.cache`, `fixture` of `@pytest.fixture(…)`. */
export function decoratorNames(node: PyNode, file: PyFile): string[] {
  return decoratorsOf(node, file).map(({ text }) => /^@\s*(?:[\w.]+\.)?(\w+)/.exec(text)?.[1] ?? '');
}

/** Has a function a decorator of this name, however it is imported? */
export function hasDecorator(node: PyNode, file: PyFile, name: string): boolean {
  return decoratorsOf(node, file).some(({ text }) => new RegExp(`^@\\s*([\\w.]+\\.)?${name}\\b`).test(text));
}

/** Is the function called where the attribute is read? */
export function isProperty(node: PyNode, file: PyFile): boolean {
  return hasDecorator(node, file, '(cached_)?property|(cached|class|reify)(_?property)?');
}

/** Expressions that a function returns or yields, functions within it left out. */
export function returnsOf(fn: PyNode): PyNode[] {
  const body = fieldOf(fn, 'body');
  const found: PyNode[] = [];
  const stack = body ? [body] : [];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'function_definition' || node.type === 'lambda' || node.type === 'class_definition')
      continue;
    if (node.type === 'return_statement' || node.type === 'yield') {
      const value = node.children.find(({ type }) => type !== 'comment');
      if (value) found.push(value);
      continue;
    }
    stack.push(...node.children);
  }
  return found;
}
