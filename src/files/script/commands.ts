import { afterCd, type Ground } from '../command/ground.js';
import { analyseCommand, type CommandAnalysis, type SearchPlaces } from '../command/index.js';
import { plainValue } from '../command/words.js';
import type { ProjectView } from '../types.js';
import { type Block, type Item, type List, type Node, nodesOf, type Simple } from './tree.js';

/** What running something amounts to, as far as rq-scheduler is concerned. */
export type Does =
  | 'nothing' // waits, prepares, defines
  | 'scheduler' // runs rq-scheduler and nothing else
  | 'other' // runs something else
  | 'mixed';

/** What every command of a script does. */
export interface Reading {
  readonly text: string;
  readonly tree: List;
  readonly analyses: ReadonlyMap<Simple, CommandAnalysis>;
  /** Every function that is defined, and those whose name stands for one of them only. */
  readonly definitions: readonly Block[];
  readonly functions: ReadonlyMap<string, Block>;
}

/** The script that is read, where its files are looked for, and where it runs. */
export interface Surroundings {
  readonly path: string;
  readonly places: SearchPlaces;
  readonly ground: Ground;
}

/** Analyses each simple command of a script by itself, whatever leads to it. */
export function readCommands(
  text: string,
  tree: List,
  { path, places, ground }: Surroundings,
  project: ProjectView,
): Reading {
  const analyses = new Map<Simple, CommandAnalysis>();
  const definitions: Block[] = [];
  const first = new Set(tree.items.flatMap(({ parts }) => parts.map(({ node }) => node)));
  let here = ground;
  for (const node of nodesOf(tree)) {
    if (node.type === 'function') definitions.push(node);
    if (node.type !== 'simple') continue;
    const pieces = [{ form: 'shell' as const, text: text.slice(node.start, node.end), origin: null }];
    analyses.set(node, analyseCommand({ pieces, vars: new Map(), places, ground: here }, project));
    here = after(here, text.slice(node.start, node.end), first.has(node), path);
  }
  const single = definitions.filter((one) =>
    definitions.every((other) => other === one || other.name !== one.name),
  );
  const functions = new Map(single.map((block) => [block.name, block]));
  return { text, tree, analyses, definitions, functions };
}

/** Where the commands after this one run; what changes that in a branch or a subshell leaves it open. */
function after(ground: Ground, command: string, always: boolean, path: string): Ground {
  const folder = /^(?:cd|pushd)[ \t]+(?:--[ \t]+)?(\S.*)$/.exec(command)?.[1]?.replace(/^"(.*)"$/, '$1');
  if (folder !== undefined) {
    return always ? afterCd(ground, folder, !/[$`*\s]/.test(folder), path) : { ...ground, cwd: null };
  }
  const pythonPath = /^export[ \t]+PYTHONPATH=(["']?)(.*)\1$/.exec(command)?.[2];
  return pythonPath === undefined || !always ? ground : { ...ground, pythonPath };
}

/** What all of a list does. */
export function listDoes(reading: Reading, list: List, depth = 0): Does {
  return list.items.map((item) => itemDoes(reading, item, depth)).reduce(both, 'nothing');
}

/** What one item of a list does. */
export function itemDoes(reading: Reading, item: Item, depth = 0): Does {
  return partsDo(reading, item, depth).reduce(both, 'nothing');
}

/** What each part of an item does; what reads the scheduler's output (`| tee log`) does nothing of its own. */
export function partsDo(reading: Reading, { parts }: Item, depth = 0): readonly Does[] {
  let reads = false;
  return parts.map(({ op, node }) => {
    const does = nodeDoes(reading, node, depth);
    reads = op === '|' && reads;
    if (reads) return 'nothing';
    reads = does === 'scheduler';
    return does;
  });
}

export function nodeDoes(reading: Reading, node: Node, depth = 0): Does {
  if (depth > 20) return 'other';
  if (node.type === 'simple') return simpleDoes(reading, node, depth);
  if (node.type === 'function') return 'nothing';
  const waits =
    node.type === 'loop' && node.bodies.every(({ kind, list }) => kind === 'test' || idle(reading, list));
  // `until psql …; do sleep 1; done`: whatever it asks, it only waits.
  if (waits && node.bodies.some(({ kind }) => kind === 'test')) {
    return /scheduler|mixed/.test(bodiesDo(reading, node, depth)) ? 'mixed' : 'nothing';
  }
  return bodiesDo(reading, node, depth);
}

function bodiesDo(reading: Reading, { bodies }: Block, depth: number): Does {
  return bodies.map(({ list }) => listDoes(reading, list, depth + 1)).reduce(both, 'nothing');
}

function idle(reading: Reading, list: List): boolean {
  return listDoes(reading, list) === 'nothing';
}

/** The function that a command calls; undefined for any other command. */
export function calledBy(reading: Reading, node: Simple): Block | undefined {
  const [name] = node.words;
  return name === undefined ? undefined : reading.functions.get(plainValue(name));
}

function simpleDoes(reading: Reading, node: Simple, depth: number): Does {
  const [first] = node.words;
  const body = calledBy(reading, node)?.bodies[0];
  if (body !== undefined) return listDoes(reading, body.list, depth + 1);
  if (first === undefined || plainValue(first) === '[[') return 'nothing';
  const analysis = reading.analyses.get(node);
  if (analysis === undefined || first.parts.some((part) => part.kind !== 'text')) return 'other';
  if (analysis.idle) return 'nothing';
  if (analysis.schedulerInProgramList) return 'other';
  if (analysis.role === 'scheduler') return analysis.alsoRuns.length === 0 ? 'scheduler' : 'mixed';
  return analysis.role === 'both' ? 'mixed' : 'other';
}

function both(a: Does, b: Does): Does {
  if (a === b || b === 'nothing') return a;
  return a === 'nothing' ? b : 'mixed';
}
