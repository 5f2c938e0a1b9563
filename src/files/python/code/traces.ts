import type { PyNode } from '../../pysource/parser.js';
import { fieldOf } from '../../pysource/syntax.js';
import { isProperty, lastPart, returnsOf } from './functions.js';
import type { Program, PyFile } from './program.js';

/** A value that is put on an object under an attribute. */
export interface Carrier {
  readonly file: PyFile;
  /** Last name of the object: `self`, `app`. */
  readonly owner: string;
  readonly value: PyNode;
}

/** A call somewhere in the parsed files. */
export interface Call {
  readonly file: PyFile;
  readonly call: PyNode;
}

/** A method of a class. */
export interface Method {
  readonly file: PyFile;
  readonly node: PyNode;
}

/** Looks up what the parsed files assign to attributes, and what they call, by name. */
export class Traces {
  readonly #program: Program;
  #carriers = new Map<string, Carrier[]>();
  #calls = new Map<string, Call[]>();
  #methods = new Map<string, Method[]>();
  #files = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  /** Values given to an attribute. */
  carriers(name: string): readonly Carrier[] {
    this.#update();
    return this.#carriers.get(name) ?? [];
  }

  /** Names of all attributes that are given values. */
  carrierNames(): readonly string[] {
    this.#update();
    return [...this.#carriers.keys()];
  }

  /** Calls of what is called so, a function or a method. */
  calls(name: string): readonly Call[] {
    this.#update();
    return this.#calls.get(name) ?? [];
  }

  /** Methods of this name, of any class. */
  methods(name: string): readonly Method[] {
    this.#update();
    return this.#methods.get(name) ?? [];
  }

  methodNames(): readonly string[] {
    this.#update();
    return [...this.#methods.keys()];
  }

  #update(): void {
    const { parsed } = this.#program;
    for (const file of parsed.slice(this.#files)) {
      collectCarriers(file, this.#carriers);
      collectCalls(file, this.#calls);
      collectMembers(file, this.#carriers, this.#methods);
    }
    this.#files = parsed.length;
  }
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

/** May an object of this name be the one that the attribute was put on? */
export function sameOwner(given: string, read: string): boolean {
  return (
    given === read ||
    (/app/.test(given) && /app/.test(read) && APPLICATION.has(given) && APPLICATION.has(read))
  );
}

function collectCarriers(file: PyFile, into: Map<string, Carrier[]>): void {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'assignment') continue;
    const left = fieldOf(node, 'left');
    const value = fieldOf(node, 'right');
    const name = left?.type === 'attribute' ? fieldOf(left, 'attribute')?.text : undefined;
    const object = left === undefined ? undefined : fieldOf(left, 'object');
    const owner = object === undefined ? null : lastPart(object);
    if (value !== undefined && name !== undefined && owner !== null) push(into, name, { file, owner, value });
  }
}

/** What class bodies give their names, what properties return, and the methods beside them. */
function collectMembers(
  file: PyFile,
  carriers: Map<string, Carrier[]>,
  methods: Map<string, Method[]>,
): void {
  for (const node of file.names.parents.keys()) {
    if (node.type !== 'assignment' && node.type !== 'function_definition') continue;
    if (file.names.scopeAt(node).kind !== 'class') continue;
    if (node.type === 'function_definition') {
      const name = fieldOf(node, 'name')?.text ?? '';
      const property = isProperty(node, file);
      if (!property) push(methods, name, { file, node });
      else for (const value of returnsOf(node)) push(carriers, name, { file, owner: 'cls', value });
      continue;
    }
    const left = fieldOf(node, 'left');
    const value = fieldOf(node, 'right');
    if (left?.type === 'identifier' && value) push(carriers, left.text, { file, owner: 'cls', value });
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

function collectCalls(file: PyFile, into: Map<string, { file: PyFile; call: PyNode }[]>): void {
  for (const call of file.names.parents.keys()) {
    if (call.type !== 'call') continue;
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? null : lastPart(callee);
    if (name !== null) push(into, name, { file, call });
  }
}
