import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, dottedName, fieldOf, walk } from '../../pysource/syntax.js';
import { type PyFile, stemOf } from './program.js';
import { lookUp } from './scopes.js';
import type { Site, Value } from './value.js';
import type { Values } from './values.js';

/** Ways to a name that no reading of the source follows. */
const COMPUTED = /\b(globals|vars|locals|exec|eval)\s*\(|__dict__|\b__getattr__\b/;

/**
 * Says whether every way to some schedulers is followed. Whatever is called like a name, an attribute or a function
 * that gives them must turn out to be them, or something of its own, in every file of the project.
 */
export class Sight {
  /** Files in which uses were looked for. */
  readonly #scanned: ReadonlySet<PyFile>;

  constructor(readonly values: Values) {
    this.#scanned = new Set(values.program.parsed);
  }

  covers(sites: ReadonlySet<Site>): boolean {
    const files = [...this.#scanned];
    const homes = new Set([...sites].map(({ file }) => file));
    if ([...homes].some(({ text }) => COMPUTED.test(text))) return false;
    if (this.#isReadByName(homes)) return false;
    return [...this.#namesOf(sites, files)].every((name) => this.#isFollowed(name, sites));
  }

  #isReadByName(homes: ReadonlySet<PyFile>): boolean {
    const { program } = this.values;
    const stems = [...homes].map(({ path }) => stemOf(path));
    return program.paths.some((path) => {
      const text = program.text(path);
      if (
        !text.includes('getattr') ||
        !stems.some((stem) => text.includes(stem) || path.endsWith(`${stem}.py`))
      )
        return false;
      const file = program.file(path);
      return file === null || readsByName(file, [...homes], this.values);
    });
  }

  /** Names under which others may reach the schedulers: of modules, attributes and functions, not of locals. */
  #namesOf(sites: ReadonlySet<Site>, files: readonly PyFile[]): ReadonlySet<string> {
    const { traces } = this.values;
    const names = new Set<string>();
    for (const file of files) {
      for (const name of file.names.module.bindings.keys())
        if (this.values.member(file, name)?.some((one) => this.#leads(one, sites))) names.add(name);
    }
    for (const name of traces.carrierNames())
      if (traces.carriers(name).some(({ file, value }) => this.#any(value, file, sites))) names.add(name);
    for (const name of traces.methodNames())
      if (traces.methods(name).some(({ file, node }) => this.#gives(file, node, sites))) names.add(name);
    return names;
  }

  #any(node: PyNode, file: PyFile, sites: ReadonlySet<Site>): boolean {
    return this.values.of(node, file).some((one) => this.#leads(one, sites));
  }

  #gives(file: PyFile, node: PyNode, sites: ReadonlySet<Site>): boolean {
    return this.values.returned(node, file).some((one) => one.is === 'scheduler' && sites.has(one.site));
  }

  #leads(value: Value, sites: ReadonlySet<Site>): boolean {
    if (value.is === 'scheduler') return sites.has(value.site);
    return value.is === 'function' && this.#gives(value.file, value.node, sites);
  }

  #isFollowed(name: string, sites: ReadonlySet<Site>): boolean {
    const { program } = this.values;
    const word = new RegExp(`\\b${name}\\b`);
    return program.paths.every((path) => {
      if (!word.test(program.text(path))) return true;
      const file = program.file(path);
      if (file === null || file.broken) return false;
      return [...file.names.parents.keys()].every((node) => this.#isKnown(node, name, file, sites));
    });
  }

  /** Is one node of this name something that was looked at, or nothing to do with the schedulers? */
  #isKnown(node: PyNode, name: string, file: PyFile, sites: ReadonlySet<Site>): boolean {
    if (node.type === 'string_content') return !names(node.text, name) || isExport(node, file);
    if (node.type !== 'identifier' || node.text !== name) return true;
    const parent = file.names.parents.get(node);
    if (parent === undefined || /^(dotted_name|keyword_argument)$/.test(parent.type))
      return this.#isNamed(node, parent, file, sites);
    if (node.field === 'attribute') return parent.field === 'left' || this.#isTheirs(parent, file, sites);
    const bindings = lookUp(name, file.names.scopeAt(node));
    if (bindings.length > 0) return true;
    return file.names.stars.length === 0 || this.#isTheirs(node, file, sites);
  }

  /** The name in an import: what it brings must be known. */
  #isNamed(node: PyNode, parent: PyNode | undefined, file: PyFile, sites: ReadonlySet<Site>): boolean {
    if (parent?.type !== 'dotted_name') return true;
    const statement = statementOf(parent, file);
    if (statement?.type !== 'import_from_statement' || parent.field === 'module_name') return true;
    for (const bindings of file.names.scopeAt(statement).bindings.values()) {
      for (const binding of bindings) {
        if (binding.by !== 'import' || binding.statement !== statement) continue;
        if (!binding.item.origin.endsWith(`.${node.text}`)) continue;
        if (!this.values.binding(binding, file).every((one) => this.#isClear(one, file, sites, true)))
          return false;
      }
    }
    return true;
  }

  #isTheirs(node: PyNode, file: PyFile, sites: ReadonlySet<Site>): boolean {
    const values = this.values.of(node, file);
    return values.length > 0 && values.every((one) => this.#isClear(one, file, sites, false));
  }

  #isClear(value: Value, file: PyFile, sites: ReadonlySet<Site>, imported: boolean): boolean {
    if (value.is === 'none') return true;
    if (this.#leads(value, sites)) return this.#scanned.has(file);
    if (value.is === 'scheduler') return true;
    return imported ? value.is === 'external' || value.is === 'module' : value.is === 'module';
  }
}

/** A dotted text one part of which is the name: `getattr(x, 'name')`, `patch('app.name')`, `extensions['name']`. */
function names(text: string, name: string): boolean {
  return /^[\w.]+$/.test(text) && text.split('.').includes(name);
}

/** Named in `__all__`: those that import by a star are looked at. */
function isExport(node: PyNode, file: PyFile): boolean {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at))
    if (/assignment$/.test(at.type)) return fieldOf(at, 'left')?.text === '__all__';
  return false;
}

function statementOf(node: PyNode, file: PyFile): PyNode | null {
  for (let at: PyNode | undefined = node; at !== undefined; at = file.names.parents.get(at))
    if (/^import(_from)?_statement$/.test(at.type)) return at;
  return null;
}

/** `getattr(module, name)` of a module in which schedulers are made, where the name is computed. */
function readsByName(file: PyFile, homes: readonly PyFile[], values: Values): boolean {
  const isHome = (value: Value) => value.is === 'module' && homes.some(({ path }) => path === value.path);
  for (const node of walk(file.root)) {
    const callee = node.type === 'call' ? fieldOf(node, 'function') : undefined;
    if (callee === undefined || dottedName(callee) !== 'getattr') continue;
    const [object, name] = argumentsOf(node).positional;
    if (object === undefined || name === undefined || name.type === 'string') continue;
    if (homes.includes(file) || values.of(object, file).some(isHome)) return true;
  }
  return false;
}
