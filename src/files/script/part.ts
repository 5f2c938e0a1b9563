import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { cronText } from '../command/cron-command.js';
import { type Ground, NOWHERE } from '../command/ground.js';
import { type CommandAnalysis, editedElsewhere, processFact, type SearchPlaces } from '../command/index.js';
import type { Decision, Fact, ProjectView, SourceFile } from '../types.js';
import { calledBy, nodeDoes, type Reading, readCommands } from './commands.js';
import { installsOf } from './installs.js';
import { type Removal, removalOf, startAt } from './removal.js';
import { type List, looseTree, type Simple } from './tree.js';

const FLAG = ' --with-scheduler';
/** Packages whose being installed matters to a decision. */
const TELLING = new Set([
  'rq-scheduler',
  'rq',
  'django-rq',
  'flask-rq2',
  'django-rq-scheduler',
  'croniter',
  'rq-recurring',
]);

/** Shell text in a file, and what it does. Offsets of the text plus `base` are offsets of the file. */
export interface Part {
  readonly file: SourceFile;
  readonly base: number;
  readonly reading: Reading;
  readonly removal: Removal;
  /** False for a script that is not understood: its commands are known, and nothing of it is edited. */
  readonly readable: boolean;
  /** What it is called in messages. */
  readonly name: string;
}

/** Follows the commands of a stretch of shell text; `tree` is null where it is not understood. */
export function readPart(
  {
    file,
    base,
    text,
    tree,
    name,
    ground = NOWHERE,
  }: Pick<Part, 'file' | 'base' | 'name'> & {
    readonly text: string;
    readonly tree: List | null;
    /** Where it is run, as far as that is known. */
    readonly ground?: Ground;
  },
  project: ProjectView,
): Part {
  const reading = readCommands(
    text,
    tree ?? looseTree(text),
    { path: file.path, places: placesOf(file.path), ground },
    project,
  );
  const removal = tree === null ? unreadable(reading) : removalOf(reading);
  return { file, base, reading, removal, readable: tree !== null, name };
}

function unreadable(reading: Reading): Removal {
  const starting = [...reading.analyses.keys()].filter((node) =>
    /scheduler|mixed/.test(nodeDoes(reading, node)),
  );
  const stuck = starting.map((node) => {
    return { at: startAt(reading, node), reason: 'unreadable' as const, alsoRuns: [] };
  });
  return { ranges: [], stuck };
}

/** Where the files are looked for that a script's commands name. */
export function placesOf(path: string): SearchPlaces {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  return { folders: [folder, ''], copies: new Map() };
}

/** A command of a part that starts a worker or a scheduler. */
interface Start {
  readonly node: Simple;
  readonly analysis: CommandAnalysis;
  readonly id: string;
  readonly line: number;
}

function startsOf(part: Part): readonly Start[] {
  const { file, base, reading } = part;
  const seen = new Map<number, number>();
  return [...reading.analyses].flatMap(([node, analysis]): Start[] => {
    if (analysis.role === 'other' || calledBy(reading, node) !== undefined) return [];
    const after = analysis.workers.find((worker) => worker.after?.path === null)?.after?.end;
    const at = after === undefined ? startAt(reading, node) : node.start + after;
    const line = lineOf(file.text, base + at);
    const count = (seen.get(line) ?? 0) + 1;
    seen.set(line, count);
    return [{ node, analysis, line, id: `${file.path}#${line}${count > 1 ? `.${count}` : ''}` }];
  });
}

/** The worker and scheduler starts of a part, each a process of its own, and the packages it installs. */
export function partFacts(part: Part): readonly Fact[] {
  const { file, base, reading, removal, name } = part;
  const processes = startsOf(part).map(({ node, analysis, id, line }): Fact => {
    const stuck = removal.stuck.find(({ at }) => at >= node.start && at <= node.end);
    const alsoRuns = stuck === undefined ? analysis.alsoRuns : stuck.alsoRuns;
    const queues = node.words.some(isComputed) ? null : analysis.queues;
    const where = { path: file.path, line };
    return processFact(analysis, { id, name, queues, alsoRuns, where });
  });
  return [...processes, ...installFacts(file, base, reading)];
}

/** The packages that a script installs, as far as they matter. */
export function installFacts(
  file: SourceFile,
  base: number,
  reading: Pick<Reading, 'text' | 'tree'>,
): Fact[] {
  const packages = installsOf(reading.text, reading.tree).flatMap((install) => install.packages);
  return packages
    .filter(({ name }) => TELLING.has(name))
    .map(({ name, specifier, start }): Fact => {
      const where = { path: file.path, line: lineOf(file.text, base + start) };
      return { type: 'dependency', name, specifier, where };
    });
}

function isComputed(word: Simple['words'][number]): boolean {
  return word.parts.some((part) => part.kind !== 'text');
}

/** `scheduler-start` facts: what a part goes on starting. */
export function stuckFacts({ file, base, removal, name }: Part, namedBy: readonly string[] | null): Fact[] {
  return removal.stuck.map(({ at, reason, alsoRuns }): Fact => {
    const where = { path: file.path, line: lineOf(file.text, base + at) };
    const named = reason === 'whole' ? namedBy : [];
    return { type: 'scheduler-start', name, reason, namedBy: named, alsoRuns, where };
  });
}

/** Edits that take the scheduler out of a part, or put `rq cron` in its place. */
export function schedulerEdits(part: Part, decision: Decision): { edits: Edit[]; findings: Finding[] } {
  if (!decision.removeScheduler) return { edits: [], findings: [] };
  if (decision.replaceScheduler !== null) return replaceIn(part, decision.replaceScheduler);
  const edits = part.removal.ranges.map(({ start, end }): Edit => {
    return { start: part.base + start, end: part.base + end, text: '', why: 'remove-scheduler-process' };
  });
  return { edits, findings: [] };
}

function replaceIn(part: Part, config: string): { edits: Edit[]; findings: Finding[] } {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const { file, base, reading, name } = part;
  for (const { node, analysis, line } of startsOf(part)) {
    if (nodeDoes(reading, node) !== 'scheduler' || elsewhere(analysis, part)) continue;
    const text = cronText(reading.text.slice(node.start, node.end), config);
    if (text === null) {
      const args = { service: name, command: `rq cron ${config}` };
      findings.push({ code: 'rq-cron-by-hand', severity: 'error', path: file.path, line, args });
    } else {
      const [start, end] = [base + node.start, base + node.end];
      edits.push({ start, end, text, why: 'replace-scheduler-command' });
    }
  }
  return { edits, findings };
}

/** Another file of the project starts it, and that file's own kind changes it. */
function elsewhere({ via }: CommandAnalysis, { file }: Part): boolean {
  return via.some(({ path }) => path !== file.path && !path.endsWith('.py'));
}

/** Puts `--with-scheduler` into the workers of a part that must get it. */
export function flagEdits(part: Part, decision: Decision): { edits: Edit[]; findings: Finding[] } {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const { file, base, name } = part;
  for (const { node, analysis, id, line } of startsOf(part)) {
    if (!decision.enableScheduler.has(id)) continue;
    for (const worker of analysis.workers) {
      if (worker.withScheduler === 'on' || editedElsewhere(worker)) continue;
      if (part.readable && worker.obstacle === null && worker.after !== null) {
        const at = base + node.start + worker.after.end;
        edits.push({ start: at, end: at, text: FLAG, why: 'add-with-scheduler' });
      } else {
        const where = worker.where ?? { path: file.path, line };
        const args = {
          service: name,
          reason: worker.obstacle ?? (part.readable ? 'computed' : 'unreadable'),
        };
        findings.push({ code: 'worker-flag-manual', severity: 'error', ...where, args });
      }
    }
  }
  return { edits, findings };
}
