import type { Edit, Finding } from '../../../plan/types.js';
import { lineOf } from '../../bytes.js';
import type { Decision, Fact, FileKind, FileResult, ProjectView } from '../../types.js';
import { BOM, linesOf, newlineAt, removeLines } from '../lines.js';
import {
  CRONITER,
  commentStart,
  compareListed,
  directoryOf,
  type Listed,
  lockFinding,
  RUNTIME,
  RUNTIME_SPECIFIER,
  raisedRq,
  rqFinding,
  SCHEDULER,
  schedulerGoes,
} from '../policy.js';
import { goingNames } from './orphans.js';
import { type Entry, type Scanned, scanRequirements } from './scan.js';
import { viaName, withoutItems } from './via.js';

/** A requirements or constraints file. */
export interface RequirementsDoc extends Scanned {
  readonly path: string;
  readonly text: string;
}

/** pip's requirements and constraints files, written by hand or by pip-compile, uv or rye. */
export const requirements: FileKind<RequirementsDoc> = {
  id: 'requirements',
  match: matches,
  parse: (file) => ({ path: file.path, text: file.text, ...scanRequirements(file.text) }),
  facts,
  edits,
  confirm,
};

function matches(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^[\w.-]*(requirements?|reqs|constraints?)[\w.-]*\.(txt|in|pip|lock)$/i.test(name)) return true;
  return /(^|\/)(requirements|reqs)\/[^/]+\.(txt|in|pip)$/i.test(path);
}

function facts(doc: RequirementsDoc): readonly Fact[] {
  return doc.entries.map(({ name, specifier, start }) => ({
    type: 'dependency',
    name,
    specifier,
    where: { path: doc.path, line: lineOf(doc.text, start) },
  }));
}

function edits(doc: RequirementsDoc, decision: Decision, project: ProjectView): FileResult {
  const going: ReadonlySet<string> = removes(doc, decision) ? goingNames(doc.entries, decision) : new Set();
  const staying = doc.entries.filter((entry) => !going.has(entry.name));
  const runtime = runtimeEdit(doc, decision, going);
  const replaced = (entry: Entry): boolean => entry.name === SCHEDULER && runtime?.end === entry.blockEnd;
  const lines = [
    ...doc.entries.flatMap((entry) => (replaced(entry) ? [] : removal(doc, entry, going))),
    ...staying.flatMap((entry) => viaRemoval(doc, entry, going)),
  ];
  const removals = removeLines(doc.text, lines);
  const out = [...removals, ...staying.flatMap((entry) => viaEdit(doc, entry, going))];
  const findings: Finding[] = [];
  for (const entry of staying.filter(({ name }) => name === 'rq')) {
    const where = { path: doc.path, line: lineOf(doc.text, entry.start) };
    const problem = rqFinding(entry, decision, 'pep440', where);
    if (problem !== null) findings.push(problem);
    const raise = doc.hashed ? null : raiseEdit(entry, decision);
    if (raise !== null) out.push(raise);
  }
  const croniter = croniterEdit(doc, decision, going);
  if (croniter !== null) out.push(besideRemovals(doc.text, croniter, removals));
  if (runtime !== null) out.push(runtime);
  if (going.size > 0) findings.push(...unneeded(doc, going));
  findings.push(...recompile(doc, decision, project, out.length > 0));
  return { edits: out, findings };
}

function removes(doc: Scanned, decision: Decision): boolean {
  return schedulerGoes(decision) && doc.entries.some((entry) => entry.name === SCHEDULER);
}

function removal(doc: RequirementsDoc, entry: Entry, going: ReadonlySet<string>): Omit<Edit, 'text'>[] {
  if (!going.has(entry.name)) return [];
  if (entry.name !== SCHEDULER) return [{ start: entry.start, end: entry.blockEnd, why: 'remove-via' }];
  const names = doc.entries.map((other) => other.name);
  const lines = linesOf(doc.text);
  const index = lines.findIndex((line) => line.start === entry.start);
  const start = commentStart(doc.text, lines, index, names) ?? entry.start;
  return [{ start, end: entry.blockEnd, why: 'remove-dependency' }];
}

/** An annotation that names nothing any more goes with its lines. */
function viaRemoval(doc: RequirementsDoc, entry: Entry, going: ReadonlySet<string>): Omit<Edit, 'text'>[] {
  const { via } = entry;
  if (via === null || via.items.length === 0 || via.layout === 'inline') return [];
  if (withoutItems(doc.text, via, going) !== '') return [];
  return [{ start: via.start, end: via.blockEnd, why: 'remove-via' }];
}

function viaEdit(doc: RequirementsDoc, entry: Entry, going: ReadonlySet<string>): Edit[] {
  const { via } = entry;
  if (via === null || !via.items.some((item) => going.has(viaName(item)))) return [];
  const text = withoutItems(doc.text, via, going);
  if (text === '' && via.layout !== 'inline') return [];
  return [{ start: via.start, end: via.end, text, why: 'remove-via' }];
}

function raiseEdit(entry: Entry, decision: Decision): Edit | null {
  const raised = raisedRq(entry, decision, 'pep440');
  if (raised === null || entry.specifierAt === null) return null;
  return { ...entry.specifierAt, text: raised, why: 'raise-rq' };
}

/** croniter goes below rq, or into rq-scheduler's place where rq is not listed in its file. */
function croniterEdit(doc: RequirementsDoc, decision: Decision, going: ReadonlySet<string>): Edit | null {
  if (!decision.addCroniter || doc.hashed || isConstraints(doc.path)) return null;
  if (doc.entries.some((entry) => entry.name === CRONITER)) return null;
  const beside =
    doc.entries.find((entry) => entry.name === 'rq') ??
    (going.size > 0 ? doc.entries.find((entry) => entry.name === SCHEDULER) : undefined);
  return beside === undefined ? null : lineBelow(doc.text, beside, CRONITER, 'add-croniter');
}

function lineBelow(text: string, { start, blockEnd }: Entry, requirement: string, why: string): Edit {
  const newline = newlineAt(text, start);
  const ended = /[\r\n]$/.test(text.slice(0, blockEnd));
  return {
    start: blockEnd,
    end: blockEnd,
    text: ended ? `${requirement}${newline}` : `${newline}${requirement}`,
    why,
  };
}

/** rq-recurring takes the lines of rq-scheduler, or goes below what stays. Of compiled files others make the lines. */
function runtimeEdit(doc: RequirementsDoc, decision: Decision, going: ReadonlySet<string>): Edit | null {
  const beside = runtimeAnchor(doc, decision);
  if (beside === undefined || doc.hashed || isCompiled(doc)) return null;
  const requirement = `${RUNTIME}${RUNTIME_SPECIFIER}`;
  const [removed] = removal(doc, beside, going);
  if (removed === undefined) return lineBelow(doc.text, beside, requirement, 'add-runtime');
  const ending = /(\r\n|\r|\n)?$/.exec(doc.text.slice(0, removed.end))?.[0] ?? '';
  return { ...removed, text: `${requirement}${ending}`, why: 'add-runtime' };
}

function runtimeAnchor(doc: RequirementsDoc, { addRuntime }: Decision): Entry | undefined {
  if (addRuntime == null || isConstraints(doc.path)) return undefined;
  const listed = doc.entries.some(({ name }) => name === RUNTIME);
  return listed ? undefined : doc.entries.find(({ name }) => name === addRuntime);
}

function isCompiled({ text, entries }: RequirementsDoc): boolean {
  return compileCommand(text) !== null || entries.some(({ via }) => via !== null);
}

function isConstraints(path: string): boolean {
  return /constraints?[\w.-]*$/i.test(path.slice(path.lastIndexOf('/') + 1));
}

/** Puts an insertion behind the removal that it would fall into (at the end of an unended file). */
function besideRemovals(text: string, insertion: Edit, removals: readonly Edit[]): Edit {
  const around = removals.find((r) => r.start < insertion.start && insertion.start <= r.end);
  if (around === undefined || /[\r\n]$/.test(text)) return insertion;
  const first = text.slice(0, around.start).replace(BOM, '') === '';
  const newline = first ? '' : newlineAt(text, 0);
  return { ...insertion, start: around.end, end: around.end, text: `${newline}${CRONITER}` };
}

/** rq-scheduler's own requirements, pinned without saying why: perhaps only for its sake. */
function unneeded(doc: RequirementsDoc, going: ReadonlySet<string>): Finding[] {
  return doc.entries
    .filter((e) => (e.name === 'crontab' || e.name === 'freezegun') && e.via === null && !going.has(e.name))
    .map((e) => ({
      code: 'maybe-unneeded-dependency',
      severity: 'info' as const,
      path: doc.path,
      line: lineOf(doc.text, e.start),
      args: { name: e.name },
    }));
}

/** What a compiled file still needs: hashes and pins of what was added or raised. */
function recompile(
  doc: RequirementsDoc,
  decision: Decision,
  project: ProjectView,
  edited: boolean,
): Finding[] {
  const header = compileCommand(doc.text);
  const compiled = isCompiled(doc);
  const raises = doc.entries.some((e) => e.name === 'rq' && raisedRq(e, decision, 'pep440') !== null);
  const needsHashes = doc.hashed && (raises || (decision.addCroniter && !isConstraints(doc.path)));
  const lacksRuntime = (compiled || doc.hashed) && runtimeAnchor(doc, decision) !== undefined;
  if (!needsHashes && !lacksRuntime && !(compiled && edited)) return [];
  if (header !== null) {
    const directory = header.includes(doc.path) ? '' : directoryOf(doc.path);
    return [lockFinding(doc.path, directory, header)];
  }
  const source = doc.path.replace(/\.(txt|lock)$/i, '.in');
  const known = source !== doc.path && project.paths.includes(source);
  const file = source.slice(source.lastIndexOf('/') + 1);
  const command = known ? `pip-compile${doc.hashed ? ' --generate-hashes' : ''} ${file}` : 'pip-compile';
  return [lockFinding(doc.path, directoryOf(doc.path), command)];
}

/** The command that pip-compile and uv write into the head of what they make; null where there is none. */
function compileCommand(text: string): string | null {
  return /^#[ \t]+((?:uv )?pip[- ]compile\b[^\r\n]*)/m.exec(text)?.[1]?.trimEnd() ?? null;
}

function listed(doc: Scanned): Listed[] {
  return doc.entries.map(({ name, specifier }) => ({ section: '', name, specifier }));
}

function confirm(before: RequirementsDoc, after: RequirementsDoc, decision: Decision): string | null {
  const going: ReadonlySet<string> = removes(before, decision)
    ? goingNames(before.entries, decision)
    : new Set();
  const expected = listed(before)
    .filter(({ name }) => !going.has(name))
    .map((d) => ({
      ...d,
      specifier: before.hashed ? d.specifier : (raisedRq(d, decision, 'pep440') ?? d.specifier),
    }));
  const croniter = croniterEdit(before, decision, going);
  if (croniter !== null) expected.push({ section: '', name: CRONITER, specifier: '' });
  if (runtimeEdit(before, decision, going) !== null)
    expected.push({ section: '', name: RUNTIME, specifier: RUNTIME_SPECIFIER });
  if (before.others.join('\n') !== after.others.join('\n')) return 'lines other than requirements differ';
  return compareListed(expected, listed(after));
}
