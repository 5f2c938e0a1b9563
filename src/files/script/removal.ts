import { isConditional, runsBeside } from './beside.js';
import { calledBy, itemDoes, listDoes, nodeDoes, partsDo, type Reading } from './commands.js';
import {
  announcement,
  armRange,
  itemRange,
  joined,
  lineToLine,
  oneLine,
  type Range,
  wholeLines,
} from './ranges.js';
import type { Stuck, StuckReason } from './stuck.js';
import { type Block, type Body, type Item, type List, nodesOf, type Simple } from './tree.js';
import { startOfUsed } from './used-variables.js';

/** What can be taken out of a script so that it starts rq-scheduler no more. Offsets are into its text. */
export interface Removal {
  readonly ranges: readonly Range[];
  readonly stuck: readonly Stuck[];
}

/** Works out what to take out of a script. A script that does nothing else is one start that is stuck. */
export function removalOf(reading: Reading): Removal {
  const remover = new Remover(reading);
  if (listDoes(reading, reading.tree) === 'scheduler') {
    const defines = definesOther(reading, 0, reading.text.length);
    remover.stick(firstStart(reading), defines ? 'branch' : 'whole');
  } else remover.all();
  const ranges = joined(reading.text, remover.ranges);
  const at = startOfUsed(reading.text, ranges);
  if (at === null) return { ranges, stuck: remover.stuck };
  return { ranges: [], stuck: [...remover.stuck, { at, reason: 'pid', alsoRuns: [] }] };
}

/** Are functions defined there that do something else? They may be called from outside. */
function definesOther(reading: Reading, start: number, end: number): boolean {
  const inside = reading.definitions.filter((block) => start <= block.start && block.end <= end);
  return inside.some(({ bodies }) => bodies.some(({ list }) => /other|mixed/.test(listDoes(reading, list))));
}

function firstStart(reading: Reading): number {
  for (const node of nodesOf(reading.tree)) {
    if (node.type !== 'simple' || calledBy(reading, node) !== undefined) continue;
    if (nodeDoes(reading, node) === 'scheduler') return startAt(reading, node);
  }
  return 0;
}

/** Where in a command the word stands that starts rq-scheduler. */
export function startAt({ text }: Reading, node: Simple): number {
  const within = text.slice(node.start, node.end).search(/rq_?scheduler|sched/i);
  return node.start + Math.max(within, 0);
}

class Remover {
  readonly ranges: Range[] = [];
  readonly stuck: Stuck[] = [];

  constructor(private readonly reading: Reading) {}

  all(): void {
    this.list(this.reading.tree);
    for (const block of this.reading.definitions) {
      for (const { list } of block.bodies) if (listDoes(this.reading, list) === 'mixed') this.list(list);
    }
    this.uncalledFunctions();
  }

  stick(at: number, reason: StuckReason, alsoRuns: readonly string[] = []): void {
    this.stuck.push({ at, reason, alsoRuns });
  }

  private list(list: List): void {
    const others = list.items.filter((item) => /other|mixed/.test(itemDoes(this.reading, item)));
    list.items.forEach((item, index) => {
      const does = itemDoes(this.reading, item);
      if (does === 'scheduler') this.item(list, index, others);
      if (does === 'mixed') this.mixed(item);
    });
  }

  private item(list: List, index: number, others: readonly Item[]): void {
    const item = list.items[index];
    if (item === undefined) return;
    const at = this.startIn(item);
    const next = list.items[index + 1];
    if (!runsBeside(this.reading, item) && !isConditional(item)) {
      this.stick(
        at,
        'also-runs',
        others.map((other) => this.shown(other)),
      );
    } else if (next !== undefined && this.raw(next).includes('$!')) this.stick(at, 'pid');
    else {
      this.remove(at, item, itemRange(this.reading.text, list, index));
      const said = announcement(this.reading.text, list, index);
      if (said !== null && this.gone(at)) this.ranges.push(said);
    }
  }

  private mixed(item: Item): void {
    const does = partsDo(this.reading, item);
    const others = item.parts.filter((_, i) => does[i] === 'other' || does[i] === 'mixed');
    item.parts.forEach(({ node }, i) => {
      if (does[i] === 'mixed') {
        if (node.type === 'simple') this.nested(node);
        else this.block(node);
      } else if (does[i] === 'scheduler') {
        const texts = others.map((other) => this.reading.text.slice(other.node.start, other.node.end));
        this.stick(this.startIn(item), 'also-runs', texts.map(oneLine));
      }
    });
  }

  /** A command line that starts several things by itself; a function's body is looked at for itself. */
  private nested(node: Simple): void {
    const analysis = this.reading.analyses.get(node);
    if (analysis === undefined || calledBy(this.reading, node) !== undefined) return;
    const works = analysis.role === 'both' ? ['rq worker'] : [];
    // The other script, or the program list, is reported where it stands.
    if (analysis.starts.length > 0 && analysis.role === 'both') return;
    this.stick(startAt(this.reading, node), 'also-runs', [...analysis.alsoRuns, ...works]);
  }

  private block(block: Block): void {
    if (block.type === 'if') this.conditional(block);
    else if (block.type === 'case') for (const body of block.bodies) this.arm(body);
    else {
      for (const body of block.bodies) {
        const does = listDoes(this.reading, body.list);
        if (does === 'mixed') this.list(body.list);
        if (does === 'scheduler') this.stickAll(body.list, 'branch');
      }
    }
  }

  private arm(body: Body): void {
    const does = listDoes(this.reading, body.list);
    if (does === 'mixed') this.list(body.list);
    if (does !== 'scheduler') return;
    const first = body.list.items[0];
    const at = first === undefined ? body.start : this.startIn(first);
    if (body.patterns.some((pattern) => /^[*?]+$/.test(pattern))) this.stick(at, 'default');
    else this.remove(at, body, armRange(this.reading.text, body.start, body.end));
  }

  private conditional({ bodies }: Block): void {
    bodies.forEach((body, i) => {
      const does = listDoes(this.reading, body.list);
      const test = bodies[i - 1];
      if (does === 'mixed' && body.kind !== 'test') this.list(body.list);
      else if (does === 'mixed' || (does === 'scheduler' && body.kind === 'test'))
        this.stickAll(body.list, 'branch');
      else if (does === 'scheduler')
        this.branch(body, body.kind === 'then' ? test : undefined, bodies[i + 1], i);
    });
  }

  /** A branch of an `if` of several: the first gives its keyword to the second. */
  private branch(body: Body, test: Body | undefined, next: Body | undefined, index: number): void {
    const { text } = this.reading;
    const tested = test === undefined ? 'nothing' : listDoes(this.reading, test.list);
    if (tested !== 'nothing') this.stickAll(body.list, 'branch');
    else if (index > 1) {
      const start = test?.start ?? body.start;
      this.remove(start, { start, end: body.end }, lineToLine(text, start, body.end));
    } else if (next?.kind === 'test') {
      const [from, to] = [test?.list.items[0]?.start, next.list.items[0]?.start];
      if (from === undefined || to === undefined) this.stickAll(body.list, 'branch');
      else this.remove(from, { start: from, end: to }, { start: from, end: to });
    } else this.stickAll(body.list, 'branch');
  }

  private stickAll(list: List, reason: StuckReason): void {
    for (const item of list.items) {
      if (/scheduler|mixed/.test(itemDoes(this.reading, item))) this.stick(this.startIn(item), reason);
    }
  }

  private remove(at: number, whole: { start: number; end: number }, range: Range | null): void {
    if (/<</.test(this.reading.text.slice(whole.start, whole.end))) this.stick(at, 'document');
    else if (range === null || definesOther(this.reading, whole.start, whole.end)) this.stick(at, 'branch');
    else this.ranges.push(range);
  }

  /**
   * Functions that only start rq-scheduler go when every call of them does. One that nothing calls may be called by
   * what sources the script, unless the script runs whatever it is given.
   */
  private uncalledFunctions(): void {
    const { definitions, text, tree } = this.reading;
    const only = definitions.filter(({ bodies }) =>
      bodies.every(({ list }) => listDoes(this.reading, list) === 'scheduler'),
    );
    const outer = new Set(
      tree.items.flatMap(({ parts }) => (parts.length === 1 ? parts.map(({ node }) => node) : [])),
    );
    for (let found = true; found; ) {
      found = false;
      for (const block of only.filter(({ start }) => !this.gone(start))) {
        const calls = this.callsOf(block);
        if (!outer.has(block) || !calls.every((call) => this.gone(call.start))) continue;
        if (calls.length === 0 && !this.runsWhatIsGiven()) continue;
        this.remove(block.start, block, wholeLines(text, block.start, block.end));
        found = this.gone(block.start);
      }
    }
    const called = (block: Block) => this.callsOf(block).some((call) => !this.gone(call.start));
    for (const block of only.filter((one) => !this.gone(one.start) && !called(one))) {
      for (const { list } of block.bodies) this.stickAll(list, 'uncalled');
    }
  }

  private runsWhatIsGiven(): boolean {
    return [...this.reading.analyses.keys()].some(
      ({ words: [first] }) => first?.parts[0]?.kind === 'variable',
    );
  }

  private callsOf(block: Block): readonly Simple[] {
    return [...nodesOf(this.reading.tree)].filter(
      (node): node is Simple => node.type === 'simple' && calledBy(this.reading, node) === block,
    );
  }

  private gone(at: number): boolean {
    return this.ranges.some(({ start, end }) => start <= at && at < end);
  }

  private startIn(item: Item): number {
    const nodes = [...nodesOf({ items: [item] })].filter((node): node is Simple => node.type === 'simple');
    const starting = nodes.find((node) => /scheduler|mixed/.test(nodeDoes(this.reading, node)));
    return starting === undefined ? item.start : startAt(this.reading, starting);
  }

  private raw(item: Item): string {
    return this.reading.text.slice(item.start, item.stop);
  }

  private shown(item: Item): string {
    return oneLine(this.raw(item));
  }
}
