import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, dottedName, fieldOf, stringValue } from '../../pysource/syntax.js';
import type { Program, PyFile } from './program.js';
import { type Binding, lookUp, type Scope } from './scopes.js';

/** Where a Scheduler comes from. All uses of the objects that may meet form one unit. */
export interface Site {
  readonly kind: 'constructor' | 'subclass' | 'django' | 'flask' | 'declared';
  readonly file: PyFile;
  /** The call that makes it; for `declared` the annotation that says so. */
  readonly node: PyNode;
}

/** What an expression may be, as far as rq-scheduler goes. */
export type Value =
  /** Something outside of the project by its dotted name, e.g. `rq_scheduler.Scheduler`, `datetime`. */
  | { readonly is: 'external'; readonly name: string }
  /** What calling that gives. */
  | { readonly is: 'result'; readonly of: string; readonly node: PyNode; readonly file: PyFile }
  | { readonly is: 'module'; readonly path: string }
  | { readonly is: 'class'; readonly file: PyFile; readonly node: PyNode }
  | { readonly is: 'instance'; readonly file: PyFile; readonly node: PyNode }
  | { readonly is: 'function'; readonly file: PyFile; readonly node: PyNode; readonly method: boolean }
  | { readonly is: 'scheduler'; readonly site: Site }
  /** A `flask_rq2.RQ`. */
  | { readonly is: 'flask-rq' }
  /** A list, tuple or dict, written out or by comprehension. */
  | { readonly is: 'container'; readonly file: PyFile; readonly node: PyNode }
  | { readonly is: 'none' }
  | { readonly is: 'other' };

export const SCHEDULER_CLASS =
  /^rq_scheduler(\.scheduler)?\.\w*Scheduler$|^flask_rq2\.scheduler\.FlaskScheduler$/;
const DJANGO_SCHEDULER = /^django_rq(\.queues)?\.(get_scheduler|get_scheduler_by_index)$/;
const FLASK_RQ = /^flask_rq2(\.app)?\.RQ$/;
/** Decorators and wrappers that leave what a function returns as it is. */
const LAZY =
  /^(werkzeug\.local\.LocalProxy|django\.utils\.functional\.SimpleLazyObject|fastapi\.Depends|fastapi\.params\.Depends)$/;
const OTHER: Value = { is: 'other' };

const MAX_DEPTH = 40;

/**
 * Finds out what expressions of a program may be, following names, imports, attributes, calls and parameters
 * on demand. Order of statements is ignored: a name may be all that is ever bound to it.
 */
export class Values {
  readonly #memo = new Map<PyNode, readonly Value[]>();
  readonly #open = new Set<PyNode | Binding>();
  #cut = false;
  #carriers: Map<string, { readonly file: PyFile; readonly owner: string; readonly value: PyNode }[]> | null =
    null;
  #carried = 0;
  #calls: Map<string, { readonly file: PyFile; readonly call: PyNode }[]> | null = null;
  #called = 0;
  readonly #sites = new Map<PyNode, Site>();

  constructor(readonly program: Program) {}

  /** Forgets what was worked out, after more files were parsed. */
  forget(): void {
    this.#memo.clear();
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
    // What was cut short by a circle is only part of the truth, unless the circle has been closed here.
    if (!this.#cut || this.#open.size === 0) this.#memo.set(node, values);
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
        return this.#attribute(node, file);
      case 'call':
        return this.#call(node, file);
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
      case 'subscript':
        return this.#subscript(node, file);
      case 'none':
        return [{ is: 'none' }];
      case 'lambda':
        return [{ is: 'function', file, node, method: false }];
      case 'dictionary':
      case 'list':
      case 'tuple':
      case 'list_comprehension':
      case 'dictionary_comprehension':
        return [{ is: 'container', file, node }];
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
      const loaded = path === null ? null : this.program.file(path);
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
        return this.#parameter(binding, file);
      case 'annotation':
        return this.#declared(binding.annotation, file) ?? [];
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
    const loaded = path === null || path === file.path ? null : this.program.file(path);
    const member = loaded === null ? null : this.member(loaded, name);
    if (member !== null) return member;
    return submodule === null ? [OTHER] : [{ is: 'module', path: submodule }];
  }

  #attribute(node: PyNode, file: PyFile): Value[] {
    const object = fieldOf(node, 'object');
    const name = fieldOf(node, 'attribute')?.text;
    if (object === undefined || name === undefined) return [OTHER];
    const found: Value[] = [];
    for (const value of this.of(object, file)) {
      const member = this.#memberOf(value, name, file);
      if (member !== null) found.push(...member);
    }
    const written = dottedName(object) ?? '';
    if (written === 'self' || written === 'cls') {
      const own = this.#ownAttribute(node, name, file);
      if (own !== null) return own;
    }
    // An object from elsewhere may have been given the attribute, as Flask's application is.
    if (found.some(({ is }) => is !== 'other' && is !== 'external')) return found;
    const carried = this.#carriedBy(name, lastPart(object));
    return carried.length > 0 ? carried : found.length > 0 ? found : [OTHER];
  }

  #memberOf(value: Value, name: string, file: PyFile): Value[] | null {
    switch (value.is) {
      case 'external': {
        // A folder without __init__.py is a package too.
        const path = this.program.locate(`${value.name}.${name}`, file.path);
        return [path === null ? { is: 'external', name: `${value.name}.${name}` } : { is: 'module', path }];
      }
      case 'result':
        return [{ is: 'external', name: `${value.of}().${name}` }];
      case 'module': {
        const loaded = this.program.file(value.path);
        const member = loaded === null ? null : this.member(loaded, name);
        if (member !== null) return member;
        const path =
          value.path.endsWith('/__init__.py') || value.path === '__init__.py'
            ? this.program.locate(`.${name}`, value.path)
            : null;
        return path === null ? [OTHER] : [{ is: 'module', path }];
      }
      case 'class':
      case 'instance':
        return this.classMember(value.node, value.file, name, value.is === 'instance');
      case 'flask-rq':
        return [{ is: 'external', name: `flask_rq2.RQ().${name}` }];
      default:
        return value.is === 'scheduler' ? [OTHER] : null;
    }
  }

  /** An attribute of a class of the project: its own, those given in its methods, or its bases'. */
  classMember(node: PyNode, file: PyFile, name: string, instance: boolean, depth = 0): Value[] | null {
    const scope = [...this.#scopesOf(node, file)];
    const values: Value[] = [];
    const given = this.#selfGiven(node, file, name);
    for (const binding of scope[0]?.bindings.get(name) ?? []) {
      if (binding.by === 'annotation' && given.length > 0) continue;
      for (const value of this.binding(binding, file)) {
        const property = instance && value.is === 'function' && isProperty(value.node, value.file);
        values.push(...(property ? this.returned(value.node, value.file) : [value]));
      }
    }
    for (const one of given) values.push(...this.of(one, file));
    if (values.length > 0) return values;
    if (depth > 8) return null;
    for (const base of fieldOf(node, 'superclasses')?.children ?? []) {
      for (const value of this.of(base, file)) {
        if (value.is !== 'class') continue;
        const found = this.classMember(value.node, value.file, name, instance, depth + 1);
        if (found !== null) return found;
      }
    }
    return null;
  }

  *#scopesOf(node: PyNode, file: PyFile): Generator<Scope> {
    const body = fieldOf(node, 'body');
    if (body?.children[0]) yield file.names.scopeAt(body.children[0]);
  }

  /** Values that methods of a class give to `self.<name>`. */
  #selfGiven(node: PyNode, file: PyFile, name: string): PyNode[] {
    return this.#carriersOf(name)
      .filter((one) => one.file === file && (one.owner === 'self' || one.owner === 'cls'))
      .filter((one) => one.value.start >= node.start && one.value.end <= node.end)
      .map((one) => one.value);
  }

  #ownAttribute(node: PyNode, name: string, file: PyFile): Value[] | null {
    for (let at = file.names.parents.get(node); at !== undefined; at = file.names.parents.get(at)) {
      if (at.type === 'class_definition') return this.classMember(at, file, name, true);
    }
    return null;
  }

  /** `app.scheduler = …` somewhere, read as `current_app.scheduler` or `request.app.scheduler` elsewhere. */
  #carriedBy(name: string, object: string | null): Value[] {
    if (object === null) return [];
    const known = this.#carriersOf(name).filter(
      ({ owner }) => owner !== 'self' && owner !== 'cls' && sameOwner(owner, object),
    );
    return known.flatMap(({ value, file }) => [...this.of(value, file)]);
  }

  #carriersOf(name: string) {
    if (this.#carriers === null || this.#carried !== this.program.parsed.length) {
      this.#carriers = new Map();
      this.#carried = this.program.parsed.length;
      for (const file of this.program.parsed) collectCarriers(file, this.#carriers);
    }
    return this.#carriers.get(name) ?? [];
  }

  /** Attribute and key names under which values are put on foreign objects. */
  carrierNames(): readonly string[] {
    this.#carriersOf('');
    return [...(this.#carriers?.keys() ?? [])];
  }

  carrierValues(name: string): readonly { readonly file: PyFile; readonly value: PyNode }[] {
    return this.#carriersOf(name);
  }

  #subscript(node: PyNode, file: PyFile): Value[] {
    const object = fieldOf(node, 'value');
    const held = object === undefined ? [] : this.of(object, file);
    const inside = held.flatMap((one) => (one.is === 'container' ? this.#held(one) : []));
    if (inside.some(({ is }) => is === 'scheduler')) return inside;
    const key = fieldOf(node, 'subscript');
    const name = key === undefined ? null : stringValue(key);
    if (object === undefined || name === null) return [OTHER];
    const carried = this.#carriedBy(`[${name}]`, lastPart(object));
    return carried.length > 0 ? carried : [OTHER];
  }

  /** What a container may hold. */
  #held({ node, file }: Extract<Value, { is: 'container' }>): Value[] {
    return node.children
      .filter(({ type }) => type !== 'comment' && !/_clause$/.test(type))
      .flatMap((one) => {
        const value = one.type === 'pair' ? fieldOf(one, 'value') : one;
        return value === undefined ? [] : [...this.of(value, file)];
      });
  }

  #call(node: PyNode, file: PyFile): Value[] {
    const callee = fieldOf(node, 'function');
    if (callee === undefined) return [OTHER];
    const found = this.of(callee, file).flatMap((value) => this.#resultOf(value, node, file));
    return found.length > 0 ? found : [OTHER];
  }

  #resultOf(value: Value, node: PyNode, file: PyFile): Value[] {
    switch (value.is) {
      case 'external':
        return this.#fromOutside(value.name, node, file);
      case 'class':
        return this.#made(value, node, file);
      case 'function':
        return this.returned(value.node, value.file);
      default:
        return [OTHER];
    }
  }

  #fromOutside(name: string, node: PyNode, file: PyFile): Value[] {
    if (SCHEDULER_CLASS.test(name)) return [this.#site('constructor', node, file)];
    if (DJANGO_SCHEDULER.test(name)) return [this.#site('django', node, file)];
    if (name === 'flask_rq2.RQ().get_scheduler') return [this.#site('flask', node, file)];
    if (FLASK_RQ.test(name)) return [{ is: 'flask-rq' }];
    const { positional, keywords } = argumentsOf(node);
    if (name === 'typing.cast' && positional[1]) {
      const [annotation, inner] = positional;
      const values = [...this.of(inner as PyNode, file)];
      if (values.some(({ is }) => is === 'scheduler')) return values;
      return (annotation ? this.#declared(annotation, file) : null) ?? values;
    }
    const lazy = positional[0] ?? keywords.get('dependency');
    if (LAZY.test(name) && lazy) {
      return this.of(lazy, file).flatMap((one) =>
        one.is === 'function' ? this.returned(one.node, one.file) : [OTHER],
      );
    }
    return [{ is: 'result', of: name, node, file }];
  }

  #made(value: Extract<Value, { is: 'class' }>, node: PyNode, file: PyFile): Value[] {
    const kind = this.classKind(value.node, value.file);
    if (kind === 'scheduler') return [this.#site('subclass', node, file)];
    if (kind === 'flask-rq') return [{ is: 'flask-rq' }];
    return [{ is: 'instance', file: value.file, node: value.node }];
  }

  /** Whose class a class of the project extends. */
  classKind(node: PyNode, file: PyFile, depth = 0): 'scheduler' | 'flask-rq' | null {
    if (depth > 8) return null;
    for (const base of fieldOf(node, 'superclasses')?.children ?? []) {
      for (const value of this.of(base, file)) {
        if (value.is === 'external' && SCHEDULER_CLASS.test(value.name)) return 'scheduler';
        if (value.is === 'external' && FLASK_RQ.test(value.name)) return 'flask-rq';
        const kind = value.is === 'class' ? this.classKind(value.node, value.file, depth + 1) : null;
        if (kind !== null) return kind;
      }
    }
    return null;
  }

  #site(kind: Site['kind'], node: PyNode, file: PyFile): Value {
    const known = this.#sites.get(node) ?? { kind, node, file };
    this.#sites.set(node, known);
    return { is: 'scheduler', site: known };
  }

  /** What a function returns or, as a context manager or dependency, yields; its annotation where that is all. */
  returned(node: PyNode, file: PyFile): Value[] {
    if (node.type === 'lambda') return this.#field(node, 'body', file);
    const given = returnsOf(node).flatMap((value) => [...this.of(value, file)]);
    if (given.some(({ is }) => is === 'scheduler' || is === 'instance' || is === 'result')) return given;
    const annotation = fieldOf(node, 'return_type');
    const declared = annotation ? this.#declared(annotation, file) : null;
    return declared ?? (given.length > 0 ? given : [{ is: 'none' }]);
  }

  /** A parameter is what its annotation says and what the project's calls give it. */
  #parameter(binding: Extract<Binding, { by: 'parameter' }>, file: PyFile): Value[] {
    const { node } = binding;
    const value = fieldOf(node, 'value');
    const values = [
      ...this.#given(binding, file),
      ...(value ? [...this.of(value, file)].filter(({ is }) => is !== 'other') : []),
    ];
    if (values.some(({ is }) => is === 'scheduler')) return values;
    const annotation = fieldOf(node, 'type');
    const declared = annotation ? this.#declared(annotation, file) : null;
    const injected = this.#injected(binding, file);
    if (injected.length > 0) return injected;
    if (declared !== null) return [...declared, ...values.filter(({ is }) => is === 'none')];
    return [...values.filter(({ is }) => is !== 'other'), OTHER];
  }

  /** What pytest passes for a parameter: the fixture of that name in the same file or a conftest.py above. */
  #injected({ function: fn, target }: Extract<Binding, { by: 'parameter' }>, file: PyFile): Value[] {
    const name = fieldOf(fn, 'name')?.text ?? '';
    if (!name.startsWith('test') && !hasDecorator(fn, file, 'fixture')) return [];
    for (const other of this.program.parsed) {
      const folder = other.path.replace(/[^/]*$/, '');
      if (other !== file && !(other.path.endsWith('conftest.py') && file.path.startsWith(folder))) continue;
      for (const binding of other.names.module.bindings.get(target.text) ?? []) {
        if (binding.by !== 'def' || !hasDecorator(binding.node, other, 'fixture')) continue;
        const values = this.returned(binding.node, other);
        if (values.some(({ is }) => is === 'scheduler')) return values;
      }
    }
    return [];
  }

  /** Arguments that calls in the project pass for a parameter. */
  #given(binding: Extract<Binding, { by: 'parameter' }>, file: PyFile): Value[] {
    const { function: fn, node, target } = binding;
    if (fn.type !== 'function_definition') return [];
    const name = fieldOf(fn, 'name')?.text ?? '';
    const owner = file.names.scopeAt(fn);
    const parameters = (fieldOf(fn, 'parameters')?.children ?? []).filter(({ type }) => type !== 'comment');
    const bound = owner.kind === 'class' && !hasDecorator(fn, file, 'staticmethod') ? 1 : 0;
    const index = parameters.indexOf(node) - bound;
    if (index < 0) return [];
    const className = owner.kind === 'class' ? (fieldOf(owner.node, 'name')?.text ?? '') : '';
    const called = name === '__init__' ? className : name;
    const out: Value[] = [];
    for (const one of this.#callsOf(called)) {
      const { positional, keywords } = argumentsOf(one.call);
      const given = positional[index] ?? keywords.get(target.text);
      if (given === undefined || !this.#isCallOf(one.call, one.file, fn, owner, name === '__init__'))
        continue;
      out.push(...this.of(given, one.file));
    }
    return out;
  }

  #isCallOf(call: PyNode, file: PyFile, fn: PyNode, owner: Scope, init: boolean): boolean {
    const callee = fieldOf(call, 'function');
    if (callee === undefined) return false;
    return this.of(callee, file).some((value) =>
      init
        ? value.is === 'class' && this.#inherits(value, owner.node)
        : value.is === 'function' && value.node === fn,
    );
  }

  #inherits(value: Extract<Value, { is: 'class' }>, node: PyNode): boolean {
    return value.node === node;
  }

  #callsOf(name: string) {
    if (this.#calls === null || this.#called !== this.program.parsed.length) {
      this.#calls = new Map();
      this.#called = this.program.parsed.length;
      for (const file of this.program.parsed) collectCalls(file, this.#calls);
    }
    return this.#calls.get(name) ?? [];
  }

  /** The functions that a call may run, for following an argument into them. */
  calledFunctions(call: PyNode, file: PyFile): { readonly file: PyFile; readonly node: PyNode }[] {
    const callee = fieldOf(call, 'function');
    if (callee === undefined) return [];
    return this.of(callee, file).flatMap((value) => {
      if (value.is === 'function') return [value];
      if (value.is !== 'class') return [];
      const init = this.classMember(value.node, value.file, '__init__', false) ?? [];
      return init.flatMap((one) => (one.is === 'function' ? [one] : []));
    });
  }

  /** An annotation that says Scheduler: `Scheduler`, `Optional[Scheduler]`, `'Scheduler'`, `Scheduler | None`. */
  #declared(annotation: PyNode, file: PyFile): Value[] | null {
    const named = this.annotated(annotation, file);
    if (named === null) return null;
    const optional = /\bOptional\b|\bNone\b/.test(annotation.text);
    const site = this.#site('declared', named, file);
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

function distinct(values: readonly Value[]): readonly Value[] {
  const out = new Map<unknown, Value>();
  for (const value of values) out.set(keyOf(value), value);
  return [...out.values()];
}

function keyOf(value: Value): unknown {
  switch (value.is) {
    case 'external':
      return `external ${value.name}`;
    case 'module':
      return `module ${value.path}`;
    case 'scheduler':
      return value.site;
    case 'result':
    case 'function':
    case 'container':
      return value.node;
    case 'class':
      return value.node;
    case 'instance':
      return `instance ${value.file.path} ${value.node.start}`;
    default:
      return value.is;
  }
}

/** Last name of `request.app` or `current_app`; null for what is computed. */
function lastPart(node: PyNode): string | null {
  if (node.type === 'identifier') return node.text;
  if (node.type === 'attribute') return fieldOf(node, 'attribute')?.text ?? null;
  return null;
}

/** Names under which web frameworks hand out the application that carries its services. */
const APPLICATION = new Set([
  'app',
  'current_app',
  'application',
  '_app',
  'flask_app',
  'state',
  'g',
  'extensions',
  'config',
]);

function sameOwner(given: string, read: string): boolean {
  return (
    given === read ||
    (/app/.test(given) && /app/.test(read) && APPLICATION.has(given) && APPLICATION.has(read))
  );
}

interface Carrier {
  readonly file: PyFile;
  readonly owner: string;
  readonly value: PyNode;
}

function collectCarriers(file: PyFile, into: Map<string, Carrier[]>): void {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'assignment') continue;
    const left = fieldOf(node, 'left');
    const value = fieldOf(node, 'right');
    if (left === undefined || value === undefined) continue;
    const name = carriedName(left);
    const object = fieldOf(left, left.type === 'subscript' ? 'value' : 'object');
    const owner = object === undefined ? null : lastPart(object);
    if (name === null || owner === null) continue;
    const list = into.get(name);
    if (list === undefined) into.set(name, [{ file, owner, value }]);
    else list.push({ file, owner, value });
  }
}

function carriedName(left: PyNode): string | null {
  if (left.type === 'attribute') return fieldOf(left, 'attribute')?.text ?? null;
  const key = left.type === 'subscript' ? fieldOf(left, 'subscript') : undefined;
  const name = key === undefined ? null : stringValue(key);
  return name === null ? null : `[${name}]`;
}

function collectCalls(file: PyFile, into: Map<string, { file: PyFile; call: PyNode }[]>): void {
  for (const call of file.names.parents.keys()) {
    if (call.type !== 'call') continue;
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? null : lastPart(callee);
    if (name === null) continue;
    const list = into.get(name);
    if (list === undefined) into.set(name, [{ file, call }]);
    else list.push({ file, call });
  }
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

export function hasDecorator(node: PyNode, file: PyFile, name: string): boolean {
  return decoratorsOf(node, file).some(({ text }) => new RegExp(`^@\\s*([\\w.]+\\.)?${name}\\b`).test(text));
}

function isProperty(node: PyNode, file: PyFile): boolean {
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
