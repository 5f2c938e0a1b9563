import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, fieldOf, stringValue } from '../../pysource/syntax.js';
import { callValues, returnedValues } from './calling.js';
import { attributeValues } from './members.js';
import { parameterValues } from './parameters.js';
import type { Program, PyFile } from './program.js';
import { type Binding, lookUp, type Scope } from './scopes.js';
import { Traces } from './traces.js';
import { distinct, OTHER, SCHEDULER_CLASS, type Site, type Value } from './value.js';

const MAX_DEPTH = 40;

/** Expressions that are worked out again because a circle cut them short; a usual project needs a few hundred. */
const MAX_AGAIN = 10_000;

/**
 * Finds out what expressions of a program may be, following names, imports, attributes, calls and parameters
 * on demand. Order of statements is ignored: a name may be all that is ever bound to it.
 */
export class Values {
  readonly #memo = new Map<PyNode, readonly Value[]>();
  readonly #open = new Set<PyNode | Binding>();
  #cut = false;
  #again = 0;
  readonly #sites = new Map<PyNode, Site>();
  readonly traces: Traces;

  constructor(readonly program: Program) {
    this.traces = new Traces(program);
  }

  /** Forgets what was worked out, after more files were parsed. */
  forget(): void {
    this.#memo.clear();
    this.#again = 0;
  }

  of(node: PyNode, file: PyFile): readonly Value[] {
    const known = this.#memo.get(node);
    if (known !== undefined) return known;
    if (this.#open.has(node) || this.#open.size > MAX_DEPTH * 4) {
      this.#cut = true;
      return [];
    }
    const outer = this.#cut;
    this.#cut = false;
    this.#open.add(node);
    const values = distinct(this.#evaluate(node, file));
    this.#open.delete(node);
    // What was cut short by a circle is only part of the truth, unless the circle has been closed here. Circles
    // through circles would be gone through without end, so that in the end a part has to do.
    if (!this.#cut || this.#open.size === 0 || ++this.#again > MAX_AGAIN) this.#memo.set(node, values);
    this.#cut = outer || (this.#cut && this.#open.size > 0);
    return values;
  }

  /** Dotted name of what an expression is, where it is one thing from outside of the project. */
  external(node: PyNode, file: PyFile): string | null {
    const names = this.of(node, file).flatMap((value) => (value.is === 'external' ? [value.name] : []));
    return names[0] ?? null;
  }

  #evaluate(node: PyNode, file: PyFile): Value[] {
    switch (node.type) {
      case 'identifier':
        return this.#name(node.text, file, file.names.scopeAt(node), node);
      case 'attribute':
        return attributeValues(node, file, this);
      case 'call':
        return callValues(node, file, this);
      case 'parenthesized_expression':
      case 'await':
        return this.#first(node, file);
      case 'named_expression':
        return this.#field(node, 'value', file);
      case 'conditional_expression': {
        const [yes, , no] = node.children.filter(({ type }) => type !== 'comment');
        return [yes, no].flatMap((one) => (one ? [...this.of(one, file)] : []));
      }
      case 'boolean_operator':
        return node.children.flatMap((one) => [...this.of(one, file)]);
      case 'none':
        return [{ is: 'none' }];
      case 'lambda':
        return [{ is: 'function', file, node, method: false }];
      default:
        return [OTHER];
    }
  }

  #first(node: PyNode, file: PyFile): Value[] {
    const inner = node.children.find(({ type }) => type !== 'comment');
    return inner ? [...this.of(inner, file)] : [OTHER];
  }

  #field(node: PyNode, field: string, file: PyFile): Value[] {
    const inner = fieldOf(node, field);
    return inner ? [...this.of(inner, file)] : [OTHER];
  }

  #name(name: string, file: PyFile, scope: Scope, node: PyNode): Value[] {
    const bindings = withoutBare(lookUp(name, scope));
    if (bindings.length > 0) return bindings.flatMap((binding) => this.binding(binding, file));
    return this.#starred(name, file) ?? [{ is: 'external', name: `builtins.${node.text}` }];
  }

  #starred(name: string, file: PyFile): Value[] | null {
    for (const { module } of file.names.stars) {
      const path = this.program.locate(module, file.path);
      const loaded = path === null ? null : this.program.open(path);
      if (loaded !== null && loaded !== file) {
        const found = this.member(loaded, name);
        if (found !== null) return found;
      } else if (path === null && STARRED[module]?.includes(name)) {
        return [{ is: 'external', name: `${module}.${name}` }];
      }
    }
    return null;
  }

  /** What a top-level name of a module is; null where it has none such. */
  member(file: PyFile, name: string): Value[] | null {
    const bindings = withoutBare(file.names.module.bindings.get(name) ?? []);
    if (bindings.length > 0) return bindings.flatMap((binding) => this.binding(binding, file));
    return this.#starred(name, file);
  }

  binding(binding: Binding, file: PyFile): Value[] {
    if (this.#open.has(binding)) {
      this.#cut = true;
      return [];
    }
    this.#open.add(binding);
    const values = this.#binding(binding, file);
    this.#open.delete(binding);
    return values;
  }

  #binding(binding: Binding, file: PyFile): Value[] {
    switch (binding.by) {
      case 'value':
        return binding.entered ? this.#entered(binding.value, file) : [...this.of(binding.value, file)];
      case 'import':
        return this.#import(binding.item.local ?? '', binding.item, file);
      case 'def':
        return this.#definition(binding.node, file);
      case 'class':
        return [{ is: 'class', file, node: binding.node }];
      case 'parameter':
        return parameterValues(binding, file, this);
      case 'annotation':
        return this.declared(binding.annotation, file) ?? [];
      default:
        return [OTHER];
    }
  }

  #definition(node: PyNode, file: PyFile): Value[] {
    const method = file.names.scopeAt(node).kind === 'class';
    return [{ is: 'function', file, node, method }];
  }

  /** `with closing(scheduler) as s`, `with given() as s`: what the context manager hands over. */
  #entered(value: PyNode, file: PyFile): Value[] {
    const callee = value.type === 'call' ? fieldOf(value, 'function') : undefined;
    const name = callee ? this.external(callee, file) : null;
    if (name === 'contextlib.closing' || name === 'contextlib.nullcontext') {
      const [inner] = argumentsOf(value).positional;
      return inner ? [...this.of(inner, file)] : [OTHER];
    }
    return [...this.of(value, file)].map((one) => (one.is === 'scheduler' ? one : OTHER));
  }

  #import(local: string, item: { origin: string; module: string }, file: PyFile): Value[] {
    const { origin, module } = item;
    if (origin === module || !origin.startsWith(`${module}.`) || module === '') {
      // `import a.b` binds `a`, `import a.b as c` binds the module itself.
      const path = this.program.locate(origin, file.path);
      return [path === null ? { is: 'external', name: origin } : { is: 'module', path }];
    }
    const name = origin.slice(module.length + 1);
    return this.#from(module, name, file) ?? [{ is: 'external', name: local === '' ? module : origin }];
  }

  /** `from module import name` of the project's own: a member or a submodule. */
  #from(module: string, name: string, file: PyFile): Value[] | null {
    const path = this.program.locate(module, file.path);
    const submodule = this.program.locate(
      /^\.+$/.test(module) ? `${module}${name}` : `${module}.${name}`,
      file.path,
    );
    if (path === null && submodule === null) return /^\./.test(module) ? [OTHER] : null;
    const loaded = path === null || path === file.path ? null : this.program.open(path);
    const member = loaded === null ? null : this.member(loaded, name);
    if (member !== null) return member;
    if (submodule !== null) return [{ is: 'module', path: submodule }];
    return path === null || loaded !== null || path === file.path ? [OTHER] : [{ is: 'unread', path, name }];
  }

  /** What a function returns or, as a context manager or dependency, yields. */
  returned(node: PyNode, file: PyFile): Value[] {
    return returnedValues(node, file, this);
  }

  /** The scheduler that is made at this node. */
  site(kind: Site['kind'], node: PyNode, file: PyFile): Value {
    const known = this.#sites.get(node) ?? { kind, node, file };
    this.#sites.set(node, known);
    return { is: 'scheduler', site: known };
  }

  /** An annotation that says Scheduler: `Scheduler`, `Optional[Scheduler]`, `'Scheduler'`, `Scheduler | None`. */
  declared(annotation: PyNode, file: PyFile): Value[] | null {
    const named = this.annotated(annotation, file);
    if (named === null) return null;
    const optional = /\bOptional\b|\bNone\b/.test(annotation.text);
    const site = this.site('declared', named, file);
    return optional ? [site, { is: 'none' }] : [site];
  }

  /** The node within an annotation that names rq-scheduler's class. */
  annotated(annotation: PyNode, file: PyFile): PyNode | null {
    if (!/Scheduler/.test(annotation.text) && annotation.text.length > 200) return null;
    const stack = [annotation];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.type === 'identifier' || node.type === 'attribute') {
        const name = this.external(node, file);
        if (name !== null && SCHEDULER_CLASS.test(name)) return node;
        if (node.type === 'attribute') continue;
      }
      if (node.type === 'string') {
        const written = stringValue(node) ?? '';
        const bindings = /^\w+$/.test(written) ? lookUp(written, file.names.module) : [];
        const values = bindings.flatMap((one) => this.binding(one, file));
        if (values.some((one) => one.is === 'external' && SCHEDULER_CLASS.test(one.name))) return node;
      }
      stack.push(...node.children);
    }
    return null;
  }
}

/** A bare annotation says what a name is only where nothing is given to it. */
function withoutBare(bindings: readonly Binding[]): readonly Binding[] {
  const given = bindings.filter(({ by }) => by !== 'annotation');
  return given.length > 0 ? given : bindings;
}

/** What `from <module> import *` brings of the names that matter here. */
const STARRED: Readonly<Record<string, readonly string[]>> = {
  rq_scheduler: ['Scheduler'],
  'rq_scheduler.scheduler': ['Scheduler', 'datetime', 'Job', 'Queue'],
  django_rq: ['get_scheduler', 'get_queue', 'get_worker'],
  datetime: ['datetime', 'timedelta', 'timezone', 'date', 'time', 'UTC'],
};
