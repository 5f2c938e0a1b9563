import type { Edit } from '../../plan/types.js';
import { clauseRemoval, hasComment, type Placed } from './clauses.js';
import { type Install, type Installed, installsOf } from './installs.js';
import { joined, type Range } from './ranges.js';

const SCHEDULER = 'rq-scheduler';

/** What becomes of the install commands of a script that name rq-scheduler. */
export interface InstallRemoval {
  /** Edits with offsets of the file. */
  readonly edits: readonly Edit[];
  /** File offsets of those that no edit takes out. */
  readonly stuck: readonly number[];
  /** The script does nothing else: it can go as a whole. */
  readonly whole: boolean;
}

/** Takes rq-scheduler out of `pip install …`: the word, the command, or all of a script that does nothing else. */
export function installRemoval(placed: Placed): InstallRemoval {
  const named = installsOf(placed.text, placed.tree).filter((install) => goneOf(install).length > 0);
  const lone = new Set(named.filter(isLone).map(({ command }) => command));
  const clauses = clauseRemoval(placed, lone);
  if (clauses.whole) return { edits: [], stuck: [], whole: true };
  const found = [...clauses.ranges];
  const stuck = [...clauses.stuck];
  for (const install of named.filter((one) => !isLone(one))) {
    for (const one of goneOf(install)) {
      const ranges = wordRanges(placed, install, one, clauses.ranges);
      if (ranges.length === 0) stuck.push(placed.base + one.start);
      found.push(...ranges);
    }
  }
  const edits = joined(placed.file, found).map((range) => ({ ...range, text: '', why: 'remove-dependency' }));
  return { edits, stuck, whole: false };
}

function goneOf({ packages }: Install): readonly Installed[] {
  return packages.filter(({ name }) => name === SCHEDULER);
}

/** It installs nothing else. */
function isLone(install: Install): boolean {
  return !install.more && goneOf(install).length === install.packages.length;
}

/** A word with the blanks and the continuation before it; comments in between stay unless they are about it. */
function wordRanges(
  { file, base }: Placed,
  { command, packages }: Install,
  gone: Installed,
  cut: readonly Range[],
): readonly Range[] {
  const ends = [...command.words, ...packages].map(({ end }) => end).filter((end) => end <= gone.start);
  const [from, start, to] = [base + Math.max(...ends), base + gone.start, base + gone.end];
  const between = file.slice(from, start).replace(/\n[ \t]*#[^\n]*sched[^\n]*/gi, '');
  if (!hasComment(between)) return [{ start: from, end: to }];
  const lineStart = file.lastIndexOf('\n', start) + 1;
  // What goes behind the word is as good as gone.
  const behind = cut.find((range) => range.start <= to + leadingBlanks(file.slice(to)) && range.end > to);
  const stop = behind?.end ?? to;
  const newline = file.indexOf('\n', stop);
  const rest = file.slice(stop, newline < 0 ? file.length : newline);
  if (file.slice(lineStart, start).trim() !== '') return [];
  if (newline >= 0 && /^[ \t]*[\\`][ \t]*\r?$/.test(rest)) return [{ start: lineStart, end: newline + 1 }];
  if (rest.trim() !== '') return [{ start, end: stop + leadingBlanks(rest) }];
  // The last word of all: the one before it gives up its continuation.
  const open = /^[ \t]*[\\`][ \t]*(?=\r?\n)/.exec(file.slice(from))?.[0].length ?? 0;
  const line = newline < 0 ? null : { start: lineStart, end: newline + 1 };
  return open === 0 || line === null ? [] : [{ start: from, end: from + open }, line];
}

function leadingBlanks(text: string): number {
  return /^[ \t]*/.exec(text)?.[0].length ?? 0;
}
