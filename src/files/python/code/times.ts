import { displayText } from '../../bytes.js';
import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, fieldOf, stringValue } from '../../pysource/syntax.js';
import { calledFunctions } from './calling.js';
import { returnsOf } from './functions.js';
import type { PyFile } from './program.js';
import { lookUp } from './scopes.js';
import type { Values } from './values.js';

/**
 * What can be proven of an expression that is given as a time: `aware` has a time zone, `naive` has none
 * (rq-scheduler takes it for UTC, RQ for local time: FIELD-RULES R5), `unknown` may be either.
 */
export type TimeKind = 'aware' | 'naive' | 'unknown' | 'delta';

/** A proof, and the source of what it rests on. */
export interface TimeProof {
  readonly kind: TimeKind;
  readonly because: string;
}

const MAX_DEPTH = 24;

/** Proves times of a program; `djangoAware` is what `USE_TZ` of the project's settings says. */
export class Times {
  readonly #values: Values;
  readonly #djangoAware: boolean | null;

  constructor(values: Values, djangoAware: boolean | null) {
    this.#values = values;
    this.#djangoAware = djangoAware;
  }

  of(node: PyNode, file: PyFile, depth = 0): TimeProof {
    const unknown: TimeProof = { kind: 'unknown', because: short(node.text) };
    if (depth > MAX_DEPTH) return unknown;
    const next = (inner: PyNode | undefined): TimeProof =>
      inner === undefined ? unknown : this.of(inner, file, depth + 1);
    switch (node.type) {
      case 'parenthesized_expression':
        return next(node.children.find(({ type }) => type !== 'comment'));
      case 'named_expression':
        return next(fieldOf(node, 'value'));
      case 'conditional_expression': {
        const [yes, , no] = node.children.filter(({ type }) => type !== 'comment');
        return agreed([next(yes), next(no)], unknown);
      }
      case 'boolean_operator':
        return agreed(node.children.map(next), unknown);
      case 'binary_operator':
        return sum(next(fieldOf(node, 'left')), next(fieldOf(node, 'right')), unknown);
      case 'identifier':
        return this.#name(node, file, depth, unknown);
      case 'attribute':
        return this.#attribute(node, file, depth, unknown);
      case 'call':
        return this.#call(node, file, depth, unknown);
      default:
        return unknown;
    }
  }

  #name(node: PyNode, file: PyFile, depth: number, unknown: TimeProof): TimeProof {
    const all = lookUp(node.text, file.names.scopeAt(node));
    const bindings = all.filter((one) => one.by !== 'value' || one.value.type !== 'none');
    const proofs = bindings.map((binding): TimeProof => {
      if (binding.by === 'value' && !binding.entered) return this.of(binding.value, file, depth + 1);
      if (binding.by === 'import') {
        const path = this.#values.program.locate(binding.item.module, file.path);
        const name = binding.item.origin.slice(binding.item.module.length + 1);
        const loaded = path === null || path === file.path ? null : this.#values.program.file(path);
        return loaded === null ? unknown : this.#global(name, loaded, depth, unknown);
      }
      return unknown;
    });
    return agreed(proofs, unknown);
  }

  #global(name: string, file: PyFile, depth: number, unknown: TimeProof): TimeProof {
    const bindings = file.names.module.bindings.get(name) ?? [];
    const proofs = bindings.map((one) =>
      one.by === 'value' && !one.entered ? this.of(one.value, file, depth + 1) : unknown,
    );
    return agreed(proofs, unknown);
  }

  #attribute(node: PyNode, file: PyFile, depth: number, unknown: TimeProof): TimeProof {
    const name = this.#values.external(node, file);
    const because = short(node.text);
    if (name !== null && /^datetime\.datetime\.(min|max)$/.test(name)) return { kind: 'naive', because };
    const object = fieldOf(node, 'object');
    const attribute = fieldOf(node, 'attribute')?.text;
    if (object === undefined) return unknown;
    const base = this.of(object, file, depth + 1);
    // Of arrow's objects: `.datetime` is aware, `.naive` is not.
    if (attribute === 'datetime' && base.kind === 'aware') return base;
    if (attribute === 'naive' && base.kind === 'aware') return { kind: 'naive', because };
    return unknown;
  }

  #call(node: PyNode, file: PyFile, depth: number, unknown: TimeProof): TimeProof {
    const callee = fieldOf(node, 'function');
    if (callee === undefined) return unknown;
    const name = this.#values.external(callee, file);
    if (name !== null) {
      const known = this.#external(name, node, file, depth);
      if (known !== null) return { kind: known, because: short(node.text) };
    }
    if (callee.type === 'attribute') {
      const method = this.#method(callee, node, file, depth);
      if (method !== null) return method;
    }
    const functions = calledFunctions(node, file, this.#values);
    const returned = functions.flatMap((fn) =>
      returnsOf(fn.node).map((value) => this.of(value, fn.file, depth + 1)),
    );
    return agreed(returned, unknown);
  }

  /** What functions and constructors from outside of the project return. */
  #external(name: string, call: PyNode, file: PyFile, depth: number): TimeKind | null {
    const { positional, keywords, open } = argumentsOf(call);
    const zone = (at: number, keyword: string): TimeKind => {
      const given = positional[at] ?? keywords.get(keyword);
      if (open) return 'unknown';
      return given === undefined || given.type === 'none'
        ? 'naive'
        : this.isZone(given, file)
          ? 'aware'
          : 'unknown';
    };
    switch (name) {
      case 'datetime.timedelta':
      case 'dateutil.relativedelta.relativedelta':
        return 'delta';
      case 'datetime.datetime':
        return zone(7, 'tzinfo');
      case 'datetime.datetime.now':
        return zone(0, 'tz');
      case 'datetime.datetime.fromtimestamp':
        return zone(1, 'tz');
      case 'datetime.datetime.utcnow':
      case 'datetime.datetime.today':
      case 'datetime.datetime.utcfromtimestamp':
        return 'naive';
      case 'datetime.datetime.combine':
        return keywords.has('tzinfo') || positional.length > 2
          ? zone(2, 'tzinfo')
          : /(\bmin|\bmax)\.time\(\)$|\btime\.(min|max)$/.test(positional[1]?.text ?? '')
            ? 'naive'
            : null;
      case 'datetime.datetime.strptime': {
        const format = positional[1] === undefined ? null : stringValue(positional[1]);
        return format === null ? 'unknown' : format.includes('%z') ? 'aware' : 'naive';
      }
      case 'datetime.datetime.fromisoformat': {
        const written = positional[0] === undefined ? null : stringValue(positional[0]);
        if (written === null) return 'unknown';
        return /([+-]\d\d:?\d\d(:?\d\d)?|Z)$/.test(written.slice(10)) ? 'aware' : 'naive';
      }
      case 'django.utils.timezone.now':
        return this.#djangoAware === null ? 'unknown' : this.#djangoAware ? 'aware' : 'naive';
      case 'django.utils.timezone.make_aware':
      case 'django.utils.timezone.localtime':
        return 'aware';
      case 'django.utils.timezone.make_naive':
      case 'pendulum.naive':
        return 'naive';
      case 'max':
      case 'min':
      case 'builtins.max':
      case 'builtins.min':
        return agreed(
          positional.map((one) => this.of(one, file, depth + 1)),
          { kind: 'unknown', because: '' },
        ).kind;
      default:
        if (/^arrow\.(utcnow|now|get)$/.test(name)) return 'aware';
        if (/^pendulum\.(now|today|tomorrow|yesterday|datetime|local|from_timestamp|instance)$/.test(name))
          return 'aware';
        return null;
    }
  }

  /** Methods of times and zones. */
  #method(callee: PyNode, call: PyNode, file: PyFile, depth: number): TimeProof | null {
    const object = fieldOf(callee, 'object');
    const method = fieldOf(callee, 'attribute')?.text ?? '';
    if (object === undefined) return null;
    const because = short(call.text);
    const { keywords, open } = argumentsOf(call);
    if (method === 'astimezone') return { kind: 'aware', because };
    if ((method === 'localize' || method === 'normalize') && this.isZone(object, file))
      return { kind: 'aware', because };
    if (method === 'replace') {
      const zone = keywords.get('tzinfo');
      if (open) return { kind: 'unknown', because };
      if (zone?.type === 'none') return { kind: 'naive', because };
      if (zone !== undefined) return { kind: this.isZone(zone, file) ? 'aware' : 'unknown', because };
      const base = this.of(object, file, depth + 1);
      return base.kind === 'unknown' ? null : base;
    }
    if (
      /^(shift|to|floor|ceil|span|add|subtract|in_timezone|in_tz|at|on|set|start_of|end_of|next|previous)$/.test(
        method,
      )
    ) {
      const base = this.of(object, file, depth + 1);
      return base.kind === 'aware' ? base : null;
    }
    return null;
  }

  /** Is this surely a time zone, not None? */
  isZone(node: PyNode, file: PyFile, depth = 0): boolean {
    if (depth > 8) return false;
    if (node.type === 'parenthesized_expression') {
      const [inner] = node.children;
      return inner !== undefined && this.isZone(inner, file, depth + 1);
    }
    const values = this.#values.of(node, file);
    if (values.length === 0) return false;
    return values.every((value) => {
      if (value.is === 'external') return ZONES.test(value.name);
      return value.is === 'result' && ZONE_MAKERS.test(value.of);
    });
  }
}

const ZONES =
  /^(datetime\.timezone\.utc|datetime\.UTC|pytz\.(utc|UTC)|dateutil\.tz\.UTC|django\.utils\.timezone\.utc|pendulum\.UTC|arrow\.util\.UTC)$/;
const ZONE_MAKERS =
  /^(datetime\.timezone|(backports\.)?zoneinfo\.ZoneInfo|pytz\.(timezone|FixedOffset)|dateutil\.tz\.(tzutc|tzlocal|tzoffset)|tzlocal\.get_localzone|pendulum\.timezone|django\.utils\.timezone\.(get_current_timezone|get_default_timezone))$/;

/** All of them the same: then that. */
function agreed(proofs: readonly TimeProof[], unknown: TimeProof): TimeProof {
  const [first] = proofs;
  if (first === undefined) return unknown;
  return proofs.every(({ kind }) => kind === first.kind) ? first : { ...unknown, kind: 'unknown' };
}

/** A time plus or minus a duration keeps its zone. */
function sum(left: TimeProof, right: TimeProof, unknown: TimeProof): TimeProof {
  if (left.kind === 'aware' || left.kind === 'naive') return left;
  if (right.kind === 'aware' || right.kind === 'naive') return right;
  return left.kind === 'delta' && right.kind === 'delta' ? left : unknown;
}

/** Source (byte text) on one line for people, shortened. */
export function short(text: string, limit = 100): string {
  const line = displayText(text).replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}\u2026` : line;
}
