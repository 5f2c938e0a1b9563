import { PickleError } from './cursor.js';
import { isTagged, type PyObject, type PySequence, type PyValue } from './values.js';

export interface PickleLimits {
  readonly maxBytes: number;
  readonly maxOpcodes: number;
  /** Levels of nesting, and of the machine's stack of marks. */
  readonly maxDepth: number;
}

/** The stack, the marks and the memo that the opcodes work on. */
export class Machine {
  /** Set by the PROTO opcode. */
  protocol = 0;
  private stack: PyValue[] = [];
  /** Stacks below the marks. */
  private readonly below: PyValue[][] = [];
  private readonly memo = new Map<number, PyValue>();
  /** Levels under each container, as known when it was filled. */
  private readonly depths = new WeakMap<object, number>();

  constructor(private readonly limits: PickleLimits) {}

  push(value: PyValue): void {
    this.stack.push(value);
  }

  pop(): PyValue {
    const value = this.stack.pop();
    if (value === undefined) throw new PickleError('invalid', 'unexpected MARK or empty stack');
    return value;
  }

  top(): PyValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw new PickleError('invalid', 'empty stack');
    return value;
  }

  /** The value left at STOP. */
  result(): PyValue {
    return this.pop();
  }

  mark(): void {
    if (this.below.length >= this.limits.maxDepth) throw new PickleError('too-large', 'nested too deeply');
    this.below.push(this.stack);
    this.stack = [];
  }

  popToMark(): PyValue[] {
    const items = this.stack;
    const below = this.below.pop();
    if (!below) throw new PickleError('invalid', 'could not find MARK');
    this.stack = below;
    return items;
  }

  /** POP: the top value, or the mark where it is on top. */
  discard(): void {
    if (this.stack.length > 0) this.stack.pop();
    else this.popToMark();
  }

  popLast(count: number): PyValue[] {
    if (this.stack.length < count) throw new PickleError('invalid', 'unexpected MARK or empty stack');
    return this.stack.splice(this.stack.length - count, count);
  }

  popTuple(): PyValue[] {
    const args = this.pop();
    if (!isTagged(args) || args.type !== 'tuple') throw new PickleError('invalid', 'arguments are no tuple');
    return args.items;
  }

  popDict(): [PyValue, PyValue][] {
    const kwargs = this.pop();
    if (!isTagged(kwargs) || kwargs.type !== 'dict') throw new PickleError('invalid', 'kwargs are no dict');
    return kwargs.entries;
  }

  sequence(type: PySequence['type'], items: PyValue[]): void {
    if (type === 'frozenset') items.forEach(requireHashable);
    const value: PySequence = { type, items };
    this.deepen(value, items);
    this.push(value);
  }

  dict(flat: PyValue[]): void {
    this.push({ type: 'dict', entries: [] });
    this.setItems(flat);
  }

  object(callee: PyValue, args: PyValue[], kwargs: [PyValue, PyValue][] = []): PyObject {
    if (!isTagged(callee) || (callee.type !== 'global' && callee.type !== 'object')) {
      throw new PickleError('invalid', 'callee is not callable');
    }
    const value: PyObject = { type: 'object', callee, args, kwargs, state: null, items: [], entries: [] };
    this.deepen(value, [callee, ...args, ...kwargs.flat()]);
    return value;
  }

  append(items: PyValue[]): void {
    const target = this.top();
    if (!isTagged(target) || (target.type !== 'list' && target.type !== 'object')) {
      throw new PickleError('invalid', 'append to what is no list');
    }
    this.extend(target, target.items, items);
  }

  addItems(items: PyValue[]): void {
    const target = this.top();
    if (!isTagged(target) || (target.type !== 'set' && target.type !== 'object')) {
      throw new PickleError('invalid', 'add to what is no set');
    }
    items.forEach(requireHashable);
    this.extend(target, target.items, items);
  }

  setItems(flat: PyValue[]): void {
    const target = this.top();
    if (flat.length % 2 === 1) throw new PickleError('invalid', 'odd number of items for a dict');
    if (!isTagged(target) || (target.type !== 'dict' && target.type !== 'object')) {
      throw new PickleError('invalid', 'set an item of what is no dict');
    }
    for (let i = 0; i < flat.length; i += 2) {
      const key = flat[i] ?? null;
      requireHashable(key);
      target.entries.push([key, flat[i + 1] ?? null]);
    }
    this.deepen(target, flat);
  }

  build(state: PyValue): void {
    const target = this.top();
    if (!isTagged(target) || target.type !== 'object') {
      throw new PickleError('invalid', 'state for a value that takes none');
    }
    target.state = state;
    this.deepen(target, [state]);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw new PickleError('invalid', `memo value not found at index ${index}`);
    this.push(value);
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  private extend(target: object, to: PyValue[], items: readonly PyValue[]): void {
    for (const item of items) to.push(item);
    this.deepen(target, items);
  }

  /**
   * Counts levels from the inside out, the order picklers write in. A container that is filled
   * after it was put into another one is counted too low; whoever walks values bounds the walk.
   */
  private deepen(container: object, children: readonly PyValue[]): void {
    let depth = this.depths.get(container) ?? 1;
    for (const child of children) {
      if (!isTagged(child) || child === container) continue;
      depth = Math.max(depth, 1 + (this.depths.get(child) ?? 0));
    }
    if (depth > this.limits.maxDepth) throw new PickleError('too-large', 'nested too deeply');
    this.depths.set(container, depth);
  }
}

/** Python refuses these as dict keys and set items. */
function requireHashable(value: PyValue): void {
  if (!isTagged(value)) return;
  if (value.type === 'list' || value.type === 'dict' || value.type === 'set' || value.type === 'bytearray') {
    throw new PickleError('invalid', `unhashable type: ${value.type}`);
  }
}
