import type { Edit, Finding } from '../../../plan/types.js';
import { lineOf } from '../../bytes.js';
import type { Decision, Fact, FileKind } from '../../types.js';
import { type Line, linesOf, newlineAt, removeLines } from '../lines.js';
import {
  CRONITER,
  commentStart,
  compareListed,
  type Listed,
  lockFindings,
  RUNTIME,
  RUNTIME_SPECIFIER,
  raisedRq,
  rqFinding,
  SCHEDULER,
  schedulerGoes,
} from '../policy.js';

/** A requirement that has a line of its own in a file of another syntax. */
export interface ListedLine extends Listed {
  /** Its line. */
  readonly line: Line;
  /** Offset of the first byte of the requirement. */
  readonly from: number;
  /** Where the specifier stands, a range at the end of the name where there is none. */
  readonly specifierAt: { readonly start: number; readonly end: number };
  /** A line that only introduces this list, and goes when the list is emptied; null for none. */
  readonly opening: Line | null;
}

export interface ListedDoc {
  readonly path: string;
  readonly text: string;
  readonly entries: readonly ListedLine[];
}

/** A kind of file that lists one requirement per line, found by `scan`. */
export function listedKind(
  id: string,
  match: (path: string) => boolean,
  scan: (text: string) => readonly ListedLine[],
  locks: readonly string[],
): FileKind<ListedDoc> {
  return {
    id,
    match,
    parse: (file) => ({ path: file.path, text: file.text, entries: scan(file.text) }),
    facts,
    edits: (doc, decision, project) => {
      const edits = editsOf(doc, decision);
      const locked = edits.length > 0 ? lockFindings(doc.path, locks, project) : [];
      return { edits, findings: [...problems(doc, decision), ...locked] };
    },
    confirm,
  };
}

function facts(doc: ListedDoc): readonly Fact[] {
  return doc.entries.map(({ name, specifier, from }) => ({
    type: 'dependency',
    name,
    specifier,
    where: { path: doc.path, line: lineOf(doc.text, from) },
  }));
}

function goes(entry: ListedLine, decision: Decision): boolean {
  return schedulerGoes(decision) && entry.name === SCHEDULER;
}

/** Entries into whose place rq-recurring goes, or below which where they stay. Conda's own channels do not have it. */
function anchors({ entries }: ListedDoc, { addRuntime }: Decision): ReadonlySet<ListedLine> {
  if (addRuntime == null || entries.some(({ name }) => name === RUNTIME)) return new Set();
  const named = entries.filter(({ name, section }) => name === addRuntime && section !== 'dependencies');
  return new Set(named.filter((entry) => named.find(({ section }) => section === entry.section) === entry));
}

/** rq entries below which croniter goes, one for each list. */
function grows(doc: ListedDoc, decision: Decision): readonly ListedLine[] {
  if (!decision.addCroniter || doc.entries.some(({ name }) => name === CRONITER)) return [];
  const rq = doc.entries.filter(({ name }) => name === 'rq');
  return [...new Map(rq.toReversed().map((entry) => [entry.section, entry])).values()];
}

function editsOf(doc: ListedDoc, decision: Decision): Edit[] {
  const { text, entries } = doc;
  const runtime = anchors(doc, decision);
  const gone = new Set(entries.filter((e) => goes(e, decision) && !runtime.has(e)));
  const out = removeLines(
    text,
    [...gone].flatMap((e) => removal(doc, e, gone)),
  );
  for (const entry of runtime) out.push(runtimeEdit(text, entry, goes(entry, decision)));
  for (const entry of entries) {
    const raised = raisedRq(entry, decision, 'pep440');
    if (raised !== null) out.push({ ...entry.specifierAt, text: raised, why: 'raise-rq' });
  }
  for (const entry of grows(doc, decision)) {
    const { line, from } = entry;
    const quote = /["']$/.exec(text.slice(line.start, from))?.[0] ?? '';
    const inserted = `${newlineAt(text, line.start)}${text.slice(line.start, from)}${CRONITER}${quote}`;
    out.push({ start: line.end, end: line.end, text: inserted, why: 'add-croniter' });
  }
  return out;
}

function runtimeEdit(text: string, { line, from }: ListedLine, inPlace: boolean): Edit {
  const quote = /["']$/.exec(text.slice(line.start, from))?.[0] ?? '';
  const requirement = `${RUNTIME}${RUNTIME_SPECIFIER}${quote}`;
  const why = 'add-runtime';
  if (inPlace) return { start: from, end: line.end, text: requirement, why };
  const inserted = `${newlineAt(text, line.start)}${text.slice(line.start, from)}${requirement}`;
  return { start: line.end, end: line.end, text: inserted, why };
}

function removal(doc: ListedDoc, entry: ListedLine, gone: ReadonlySet<ListedLine>): Omit<Edit, 'text'>[] {
  const { text, entries } = doc;
  const why = 'remove-dependency';
  const lines = linesOf(text);
  const index = lines.findIndex((line) => line.start === entry.line.start);
  const names = entries.map(({ name }) => name);
  const start = commentStart(text, lines, index, names) ?? entry.line.start;
  const range = { start, end: entry.line.next, why };
  const emptied = entries.every((e) => e.section !== entry.section || gone.has(e));
  const first = entries.find((e) => e.section === entry.section) === entry;
  if (entry.opening === null || !emptied || !first) return [range];
  return [{ start: entry.opening.start, end: entry.opening.next, why }, range];
}

function problems(doc: ListedDoc, decision: Decision): Finding[] {
  return doc.entries
    .map((e) => rqFinding(e, decision, 'pep440', { path: doc.path, line: lineOf(doc.text, e.from) }))
    .filter((finding) => finding !== null);
}

function confirm(before: ListedDoc, after: ListedDoc, decision: Decision): string | null {
  const expected: Listed[] = before.entries
    .filter((entry) => !goes(entry, decision))
    .map((e) => ({ ...e, specifier: raisedRq(e, decision, 'pep440') ?? e.specifier }));
  for (const { section } of grows(before, decision))
    expected.push({ section, name: CRONITER, specifier: '' });
  for (const { section } of anchors(before, decision))
    expected.push({ section, name: RUNTIME, specifier: RUNTIME_SPECIFIER });
  const known = new Set(linesOf(before.text).map((line) => before.text.slice(line.start, line.end)));
  const listed = new Set(after.entries.map(({ line }) => line.start));
  const foreign = linesOf(after.text).some(
    (line) => !listed.has(line.start) && !known.has(after.text.slice(line.start, line.end)),
  );
  return foreign ? 'lines other than requirements differ' : compareListed(expected, after.entries);
}
