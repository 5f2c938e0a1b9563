import type { Finding } from '../../plan/types.js';
import type { Decision, ProjectView } from '../types.js';
import type { Line } from './lines.js';
import { type Dialect, raiseSpecifier } from './raise.js';

/** The package that goes. */
export const SCHEDULER = 'rq-scheduler';
export const CRONITER = 'croniter';
/** The distribution of the package for recurring jobs, and the first version of it that there is. */
export const RUNTIME = 'rq-recurring';
export const RUNTIME_SPECIFIER = '>=2.0';

/** Does rq-scheduler go as a dependency? */
export function schedulerGoes(decision: Decision): boolean {
  return decision.removeScheduler && !decision.keepDependency;
}

/** A dependency as a file lists it, for confirming edits. */
export interface Listed {
  /** Where in the file: a table's or section's name, '' where the file has none. */
  readonly section: string;
  readonly name: string;
  readonly specifier: string;
}

/** The specifier that rq ought to have; null where it stays or cannot be raised. */
export function raisedRq(
  listed: Omit<Listed, 'section'>,
  decision: Decision,
  dialect: Dialect,
): string | null {
  if (listed.name !== 'rq' || decision.minimumRq === null) return null;
  const raised = raiseSpecifier(listed.specifier, decision.minimumRq, dialect);
  return raised.is === 'raised' ? raised.specifier : null;
}

/** What to say where rq's specifier cannot be raised by an edit; null where nothing is wrong. */
export function rqFinding(
  listed: Omit<Listed, 'section'>,
  decision: Decision,
  dialect: Dialect,
  where: { path: string; line: number },
): Finding | null {
  if (listed.name !== 'rq' || decision.minimumRq === null) return null;
  const raised = raiseSpecifier(listed.specifier, decision.minimumRq, dialect);
  if (raised.is === 'fits' || raised.is === 'raised') return null;
  const code = raised.is === 'crosses' ? 'rq-below-two' : 'rq-specifier-unreadable';
  const severity = raised.is === 'crosses' ? 'error' : 'warn';
  return { code, severity, ...where, args: { specifier: listed.specifier, minimum: decision.minimumRq } };
}

/** Directory of a project-relative path, '' for the root. */
export function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Lock file names and the command that regenerates each (FIELD-RULES R9). */
const LOCK_COMMANDS: Readonly<Record<string, string>> = {
  'uv.lock': 'uv lock',
  'poetry.lock': 'poetry lock',
  'pdm.lock': 'pdm lock',
  'Pipfile.lock': 'pipenv lock',
  'conda-lock.yml': 'conda-lock lock',
};

/**
 * One finding for each lock file among `names` in the file's directory or, as workspaces share one,
 * in the nearest directory above that has it.
 */
export function lockFindings(path: string, names: readonly string[], project: ProjectView): Finding[] {
  const known = new Set(project.paths);
  return names.flatMap((name) => {
    for (let directory = directoryOf(path); ; directory = directoryOf(directory)) {
      const lock = directory === '' ? name : `${directory}/${name}`;
      if (known.has(lock)) return [lockFinding(lock, directory, LOCK_COMMANDS[name] ?? name)];
      if (directory === '') return [];
    }
  });
}

/** `lock-file-regenerate`: `command` is to be run in `directory` ('' is the project's root). */
export function lockFinding(path: string, directory: string, command: string): Finding {
  return { code: 'lock-file-regenerate', severity: 'info', path, args: { command, directory } };
}

/**
 * Where the comment that belongs to the requirement on line `index` starts: the lines directly above it and
 * as far indented, from the first that speaks of rq-scheduler, if none of them names another of `names`.
 * Null for none.
 */
export function commentStart(
  text: string,
  lines: readonly Line[],
  index: number,
  names: readonly string[],
): number | null {
  let start: number | null = null;
  const indent = indentOf(text, lines[index]);
  for (let at = index - 1; at >= 0; at--) {
    const line = lines[at];
    const comment = line === undefined ? '' : text.slice(line.start, line.end);
    if (line === undefined || !/^[ \t]*#/.test(comment) || indentOf(text, line) !== indent) break;
    const rest = comment.replace(MENTION, ' ');
    if (names.some((name) => name !== SCHEDULER && wordIn(rest.toLowerCase(), name))) break;
    if (rest !== comment) start = line.start;
  }
  return start;
}

function indentOf(text: string, line: Line | undefined): string {
  return /^[ \t]*/.exec(text.slice(line?.start ?? 0, line?.end ?? 0))?.[0] ?? '';
}

/** rq-scheduler in its spellings, its repository's owner included. */
const MENTION = /(?:\brq\/)?\brq[-_. ]?schedulers?\b/gi;

function wordIn(text: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/-/g, '[-_.]');
  return new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`).test(text);
}

/** Compares lists of dependencies without regard to their order; null where they are the same. */
export function compareListed(expected: readonly Listed[], found: readonly Listed[]): string | null {
  const key = (d: Listed) => `${d.section}: ${d.name}${d.specifier}`;
  const want = expected.map(key).sort();
  const have = found.map(key).sort();
  if (want.length === have.length && want.every((k, i) => k === have[i])) return null;
  const missing = want.filter((k) => !have.includes(k));
  const extra = have.filter((k) => !want.includes(k));
  return `dependencies differ: missing [${missing.join('; ')}], unexpected [${extra.join('; ')}]`;
}
