import type { PyNode } from '../../pysource/parser.js';
import { fieldOf, walk } from '../../pysource/syntax.js';
import { argumentList } from './arguments.js';
import { calledFunctions } from './calling.js';
import { classUse, flaskJobs } from './class-uses.js';
import { decoratorNames, hasDecorator } from './functions.js';
import type { PyFile } from './program.js';
import { type RawUse, sitesOf } from './raw-use.js';
import { parameterName, type Scope } from './scopes.js';
import type { Site } from './value.js';
import type { Values } from './values.js';

/** Functions that take any object and give nothing of it away. */
const HARMLESS =
  /^builtins\.(print|str|repr|bool|id|type|hasattr|isinstance|callable|hash)$|^contextlib\.(closing|nullcontext)$|^typing\.cast$|^werkzeug\.local\.LocalProxy$|^(fastapi\.)?(params\.)?Depends$/;

/** Expressions that may be a scheduler. */
const EXPRESSION =
  /^(identifier|attribute|call|subscript|parenthesized_expression|named_expression|conditional_expression|boolean_operator|await)$/;

/** Decorators after which a function still gives to its callers, or to tests by name, what it returns. */
const TRANSPARENT =
  /^(property|cached_property|cached|lru_cache|cache|staticmethod|classmethod|contextmanager|wraps|fixture|override|no_type_check|reify)$/;

/** Finds every use in one file. */
export class Scanner {
  constructor(readonly values: Values) {}

  *usesIn(file: PyFile): Generator<RawUse> {
    for (const node of walk(file.root)) {
      if (node.type === 'call') {
        yield* this.#construct(node, file);
        yield* flaskJobs(node, file, this.values);
      }
      if (!this.#isRead(node, file)) continue;
      const values = this.values.of(node, file);
      const sites = sitesOf(values);
      if (sites.length > 0) {
        const mixed = values.some(({ is }) => is !== 'scheduler' && is !== 'none');
        const use = this.#objectUse(node, file, sites, mixed);
        if (use !== null) yield use;
      } else if (node.type === 'identifier' || node.type === 'attribute') {
        const use = classUse(node, file, this.values);
        if (use !== null) yield use;
      }
    }
  }

  *#construct(node: PyNode, file: PyFile): Generator<RawUse> {
    for (const value of this.values.of(node, file)) {
      if (value.is !== 'scheduler' || value.site.node !== node) continue;
      const { site } = value;
      yield { is: 'construct', file, node, site, sites: [site], mixed: this.#isMixedCallee(node, file) };
    }
  }

  #isMixedCallee(call: PyNode, file: PyFile): boolean {
    const callee = fieldOf(call, 'function');
    return callee !== undefined && this.values.of(callee, file).length > 1;
  }

  /** Is the node an expression whose value is read, not a name in a definition or the target of an assignment? */
  #isRead(node: PyNode, file: PyFile): boolean {
    if (!EXPRESSION.test(node.type)) return false;
    const parent = file.names.parents.get(node);
    if (parent === undefined) return false;
    switch (parent.type) {
      case 'attribute':
        return node.field === 'object';
      case 'keyword_argument':
      case 'default_parameter':
      case 'typed_default_parameter':
        return node.field === 'value';
      case 'assignment':
        return node.field === 'right';
      case 'named_expression':
        return node.field === 'value';
      case 'for_statement':
      case 'for_in_clause':
        return node.field === 'right';
      case 'function_definition':
      case 'class_definition':
        return false;
      default:
        return !/^(parameters|lambda_parameters|typed_parameter|global_statement|nonlocal_statement|dotted_name|aliased_import|pattern_list|tuple_pattern|list_pattern|delete_statement|as_pattern_target|list_splat_pattern|dictionary_splat_pattern|augmented_assignment)$/.test(
          parent.type,
        );
    }
  }

  #objectUse(node: PyNode, file: PyFile, sites: readonly Site[], mixed: boolean): RawUse | null {
    const parent = file.names.parents.get(node) as PyNode;
    const common = { file, sites, mixed };
    const open: RawUse = { is: 'open', ...common, node };
    switch (parent.type) {
      case 'attribute':
        return this.#memberUse(node, parent, common);
      case 'argument_list':
      case 'keyword_argument':
        return this.#passed(node, parent, file) ? null : open;
      case 'comparison_operator':
        return isAsked(node, parent, file) ? open : null;
      case 'assignment':
        return this.#isFollowed(parent) ? null : open;
      case 'expression_list':
      case 'tuple': {
        const outer = file.names.parents.get(parent);
        return outer?.type === 'assignment' && parent.field === 'right' ? null : open;
      }
      case 'lambda':
        return open;
      case 'yield':
        return this.#isHandedOn(parent, file, /^(async)?contextmanager$|^fixture$/) ? null : open;
      case 'return_statement':
        return this.#isHandedOn(parent, file, TRANSPARENT) ? null : open;
      case 'list':
      case 'set':
      case 'pair':
      case 'dictionary':
      case 'list_comprehension':
      case 'generator_expression':
      case 'subscript':
      case 'for_statement':
      case 'for_in_clause':
      case 'dictionary_splat':
      case 'list_splat':
        return open;
      default:
        return null;
    }
  }

  #memberUse(
    receiver: PyNode,
    callee: PyNode,
    common: { file: PyFile; sites: readonly Site[]; mixed: boolean },
  ): RawUse | null {
    const name = fieldOf(callee, 'attribute') as PyNode;
    const outer = common.file.names.parents.get(callee);
    if (outer?.type === 'call' && callee.field === 'function') {
      return { is: 'call', ...common, node: outer, method: name.text, callee, receiver };
    }
    const written =
      callee.field === 'left' || outer?.type === 'delete_statement' || outer?.type === 'augmented_assignment';
    // A Queue has it too.
    return name.text === 'connection' && !written ? null : { is: 'open', ...common, node: callee };
  }

  /** An argument is followed into functions of the project; some functions do nothing with it. */
  #passed(node: PyNode, parent: PyNode, file: PyFile): boolean {
    const argument = parent.type === 'keyword_argument' ? parent : node;
    const list = file.names.parents.get(argument);
    const call = list === undefined ? undefined : file.names.parents.get(list);
    if (call?.type !== 'call') return false;
    const callee = fieldOf(call, 'function');
    const name = callee === undefined ? null : this.values.external(callee, file);
    if (name !== null && HARMLESS.test(name)) return true;
    const functions = calledFunctions(call, file, this.values);
    const given = argumentList(call);
    const index = given.filter((one) => one.name === null).findIndex((one) => one.node === argument);
    const keyword = parent.type === 'keyword_argument' ? fieldOf(parent, 'name')?.text : undefined;
    return (
      functions.length > 0 &&
      functions.every((fn) => takes(fn.node, fn.file.names.scopeAt(fn.node), fn.file, index, keyword))
    );
  }

  /** `x = scheduler` and `self.x = scheduler` are found again where they are read. */
  #isFollowed(assignment: PyNode): boolean {
    return /^(identifier|attribute)$/.test(fieldOf(assignment, 'left')?.type ?? '');
  }

  /** What a function gives out is followed through its calls, unless a decorator may hand it to others. */
  #isHandedOn(node: PyNode, file: PyFile, followed: RegExp): boolean {
    for (let at = file.names.parents.get(node); at !== undefined; at = file.names.parents.get(at)) {
      if (at.type !== 'function_definition') continue;
      const decorators = decoratorNames(at, file);
      if (node.type === 'yield' && decorators.length === 0) return false;
      return decorators.every((name) => followed.test(name));
    }
    return false;
  }
}

/** Has a function a parameter for this argument? */
function takes(fn: PyNode, owner: Scope, file: PyFile, index: number, keyword: string | undefined): boolean {
  const parameters = (fieldOf(fn, 'parameters')?.children ?? []).filter(({ type }) => type !== 'comment');
  const names = parameters.map((one) => parameterName(one)?.text);
  if (keyword !== undefined) return names.includes(keyword);
  const bound = owner.kind === 'class' && !hasDecorator(fn, file, 'staticmethod') ? 1 : 0;
  return index >= 0 && names[index + bound] !== undefined;
}

/** `x in scheduler`; comparing with None or for identity gives nothing away. */
function isAsked(node: PyNode, comparison: PyNode, { text }: PyFile): boolean {
  const [item, receiver] = comparison.children.filter(({ type }) => type !== 'comment');
  return item !== undefined && receiver === node && /\bin\b/.test(text.slice(item.end, node.start));
}
