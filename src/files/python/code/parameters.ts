import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, fieldOf } from '../../pysource/syntax.js';
import { hasDecorator } from './functions.js';
import type { PyFile } from './program.js';
import type { Binding, Scope } from './scopes.js';
import { OTHER, type Value } from './value.js';
import type { Values } from './values.js';

type Parameter = Extract<Binding, { by: 'parameter' }>;

/** A parameter is what the project's calls give it, what pytest injects, its default, else what its annotation says. */
export function parameterValues(binding: Parameter, file: PyFile, values: Values): Value[] {
  const { node } = binding;
  const initial = fieldOf(node, 'value');
  const given = [
    ...passed(binding, file, values),
    ...(initial ? values.of(initial, file).filter(({ is }) => is !== 'other') : []),
  ];
  if (given.some(({ is }) => is === 'scheduler')) return given;
  const fixture = injected(binding, file, values);
  if (fixture.length > 0) return fixture;
  const annotation = fieldOf(node, 'type');
  const declared = annotation ? values.declared(annotation, file) : null;
  if (declared !== null) return [...declared, ...given.filter(({ is }) => is === 'none')];
  return [...given.filter(({ is }) => is !== 'other'), OTHER];
}

/** The fixture of the parameter's name in the same file or in a conftest.py above. */
function injected({ function: fn, target }: Parameter, file: PyFile, values: Values): Value[] {
  const name = fieldOf(fn, 'name')?.text ?? '';
  if (!name.startsWith('test') && !hasDecorator(fn, file, 'fixture')) return [];
  for (const other of values.program.parsed) {
    const folder = other.path.replace(/[^/]*$/, '');
    if (other !== file && !(other.path.endsWith('conftest.py') && file.path.startsWith(folder))) continue;
    for (const binding of other.names.module.bindings.get(target.text) ?? []) {
      if (binding.by !== 'def' || !hasDecorator(binding.node, other, 'fixture')) continue;
      const found = values.returned(binding.node, other);
      if (found.some(({ is }) => is === 'scheduler')) return found;
    }
  }
  return [];
}

/** Arguments that calls in the project pass for a parameter. */
function passed({ function: fn, node, target }: Parameter, file: PyFile, values: Values): Value[] {
  if (fn.type !== 'function_definition') return [];
  const name = fieldOf(fn, 'name')?.text ?? '';
  const owner = file.names.scopeAt(fn);
  const index = positionOf(node, fn, owner, file);
  if (index < 0) return [];
  const init = name === '__init__';
  const called = init && owner.kind === 'class' ? (fieldOf(owner.node, 'name')?.text ?? '') : name;
  return values.traces.calls(called).flatMap((one) => {
    const { positional, keywords } = argumentsOf(one.call);
    const given = positional[index] ?? keywords.get(target.text);
    if (given === undefined || !isCallOf(one.call, one.file, init ? owner.node : fn, values)) return [];
    return [...values.of(given, one.file)];
  });
}

/** Place of a parameter among the arguments of a call: `self` and `cls` are not passed. */
function positionOf(parameter: PyNode, fn: PyNode, owner: Scope, file: PyFile): number {
  const parameters = (fieldOf(fn, 'parameters')?.children ?? []).filter(({ type }) => type !== 'comment');
  const bound = owner.kind === 'class' && !hasDecorator(fn, file, 'staticmethod') ? 1 : 0;
  return parameters.indexOf(parameter) - bound;
}

/** Does the call run this function, or make an object of this class? */
function isCallOf(call: PyNode, file: PyFile, definition: PyNode, values: Values): boolean {
  const callee = fieldOf(call, 'function');
  if (callee === undefined) return false;
  return values
    .of(callee, file)
    .some((value) => (value.is === 'class' || value.is === 'function') && value.node === definition);
}
