import type { PyNode } from '../../pysource/parser.js';
import { dottedName, fieldOf } from '../../pysource/syntax.js';
import { isProperty, lastPart } from './functions.js';
import type { PyFile } from './program.js';
import { sameOwner } from './traces.js';
import { OTHER, type Value } from './value.js';
import type { Values } from './values.js';

/** What `object.name` may be. */
export function attributeValues(node: PyNode, file: PyFile, values: Values): Value[] {
  const object = fieldOf(node, 'object');
  const name = fieldOf(node, 'attribute')?.text;
  if (object === undefined || name === undefined) return [OTHER];
  const found: Value[] = [];
  let owned = false;
  for (const value of values.of(object, file)) {
    const member = memberOf(value, name, file, values);
    if (member === null) continue;
    found.push(...member);
    // `scheduler = None` in a class body waits to be given from outside.
    owned ||= (value.is === 'class' || value.is === 'instance') && member.some(({ is }) => is !== 'none');
  }
  const written = dottedName(object) ?? '';
  if (written === 'self' || written === 'cls') {
    const own = ownAttribute(node, name, file, values);
    if (own !== null) return own;
  }
  // An object from elsewhere may have been given the attribute, as Flask's application is.
  if (owned || found.some(({ is }) => !/^(other|external|none)$/.test(is))) return found;
  const carried = carriedBy(name, lastPart(object), values);
  if (carried.length > 0) return carried;
  return found.some(({ is }) => is === 'external') ? found : [OTHER];
}

/** The attribute of one value; null for one that has none to speak of. */
function memberOf(value: Value, name: string, file: PyFile, values: Values): Value[] | null {
  switch (value.is) {
    case 'external': {
      // A folder without __init__.py is a package too.
      const path = values.program.locate(`${value.name}.${name}`, file.path);
      return [path === null ? { is: 'external', name: `${value.name}.${name}` } : { is: 'module', path }];
    }
    case 'result':
      return [{ is: 'external', name: `${value.of}().${name}` }];
    case 'module': {
      const loaded = values.program.open(value.path);
      const member = loaded === null ? null : values.member(loaded, name);
      if (member !== null) return member;
      const path =
        value.path.endsWith('/__init__.py') || value.path === '__init__.py'
          ? values.program.locate(`.${name}`, value.path)
          : null;
      if (path !== null) return [{ is: 'module', path }];
      return loaded === null ? [{ is: 'unread', path: value.path, name }] : [OTHER];
    }
    case 'class':
    case 'instance':
      return classMember(value, name, value.is === 'instance', values);
    case 'flask-rq':
      return [{ is: 'external', name: `flask_rq2.RQ().${name}` }];
    default:
      return value.is === 'scheduler' ? [OTHER] : null;
  }
}

/** An attribute of a class of the project: its own, those given in its methods, or its bases'. */
export function classMember(
  { node, file }: { readonly node: PyNode; readonly file: PyFile },
  name: string,
  instance: boolean,
  values: Values,
  depth = 0,
): Value[] | null {
  const inside = fieldOf(node, 'body')?.children[0];
  const bindings = inside === undefined ? [] : (file.names.scopeAt(inside).bindings.get(name) ?? []);
  const given = selfGiven(node, file, name, values);
  const found: Value[] = [];
  for (const binding of bindings) {
    if (binding.by === 'annotation' && given.length > 0) continue;
    for (const value of values.binding(binding, file)) {
      const property = instance && value.is === 'function' && isProperty(value.node, value.file);
      found.push(...(property ? values.returned(value.node, value.file) : [value]));
    }
  }
  for (const one of given) found.push(...values.of(one, file));
  if (found.length > 0) return found;
  if (depth > 8) return null;
  for (const base of fieldOf(node, 'superclasses')?.children ?? []) {
    for (const value of values.of(base, file)) {
      const inherited = value.is === 'class' ? classMember(value, name, instance, values, depth + 1) : null;
      if (inherited !== null) return inherited;
    }
  }
  return null;
}

/** Values that methods of a class give to `self.<name>`. */
function selfGiven(node: PyNode, file: PyFile, name: string, values: Values): PyNode[] {
  return values.traces
    .carriers(name)
    .filter((one) => one.file === file && (one.owner === 'self' || one.owner === 'cls'))
    .filter((one) => one.value.start >= node.start && one.value.end <= node.end)
    .map((one) => one.value);
}

/** `self.name` within a class. */
function ownAttribute(node: PyNode, name: string, file: PyFile, values: Values): Value[] | null {
  for (let at = file.names.parents.get(node); at !== undefined; at = file.names.parents.get(at)) {
    if (at.type === 'class_definition') return classMember({ node: at, file }, name, true, values);
  }
  return null;
}

/** `app.scheduler = …` somewhere, read as `current_app.scheduler` or `request.app.scheduler` elsewhere. */
function carriedBy(name: string, object: string | null, values: Values): Value[] {
  if (object === null) return [];
  const known = values.traces
    .carriers(name)
    .filter(({ owner }) => owner !== 'self' && owner !== 'cls' && sameOwner(owner, object));
  return known.flatMap(({ value, file }) => [...values.of(value, file)]);
}
