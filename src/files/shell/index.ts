import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { type Ground, inProject } from '../command/ground.js';
import { isDockerfile, isShellScript, mayBeShellScript } from '../command/script-files.js';
import { confirmScript } from '../script/confirm.js';
import { copiedRanges } from '../script/copied.js';
import { installRemoval } from '../script/install-edits.js';
import { namedBy } from '../script/mentions.js';
import { parseTree } from '../script/parse-tree.js';
import { flagEdits, type Part, partFacts, readPart, schedulerEdits, stuckFacts } from '../script/part.js';
import type { Range } from '../script/ranges.js';
import type { List } from '../script/tree.js';
import { writtenStarts } from '../script/written.js';
import {
  type Decision,
  type Fact,
  type FileKind,
  NotOfKindError,
  type ProjectView,
  type SourceFile,
} from '../types.js';

/** A shell script. */
export interface ShellDoc {
  readonly file: SourceFile;
  /** Byte text after a BOM. */
  readonly text: string;
  readonly base: number;
  /** Null where the grammar is not followed: then nothing is edited. */
  readonly tree: List | null;
}

/**
 * Shell scripts by extension or first line: starts of rq-scheduler and workers in them, `pip install`. The Python
 * grammar must be loaded (commands are followed into Python scripts).
 */
export const shellKind: FileKind<ShellDoc> = {
  id: 'shell',
  match: mayBeShellScript,
  parse(file) {
    if (!isShellScript(file)) throw new NotOfKindError(file.path);
    const base = file.text.startsWith('\xef\xbb\xbf') ? 3 : 0;
    const text = file.text.slice(base);
    return { file, base, text, tree: parseTree(text) };
  },
  facts(doc, project) {
    const part = partOf(doc, project);
    if (part === null) return [];
    const stuck = stuckFacts(part, mentions(doc, project));
    return [
      ...partFacts(part),
      ...stuck.map((fact) => ofServiceFolder(fact)),
      ...settingReads(part),
      ...writtenStarts(doc.file),
    ];
  },
  edits(doc, decision, project) {
    const part = partOf(doc, project);
    if (part === null) return { edits: [], findings: [] };
    if (decision.removeScheduler && decision.deleteFiles?.has(doc.file.path)) {
      return { edits: [], deleteFile: true, findings: [] };
    }
    return scriptEdits(doc, part, decision);
  },
  confirm(before, after, decision, project) {
    const part = partOf(before, project);
    const edits = part === null ? [] : scriptEdits(before, part, decision).edits;
    const { base } = before;
    const inText = edits.map((edit) => ({ ...edit, start: edit.start - base, end: edit.end - base }));
    return confirmScript(before, after, inText);
  },
};

/** s6, runit and daemontools start each folder with a `run`: without it they complain, or start nothing at all. */
function ofServiceFolder(fact: Fact): Fact {
  const supervised =
    fact.type === 'scheduler-start' && fact.reason === 'whole' && /\/run$/.test(fact.where.path);
  return supervised ? { ...fact, reason: 'supervised' } : fact;
}

/** Scripts without any of these have nothing to do with RQ, nor lead to something that has. */
const TELLING = /rq|sched|work|queue|python|manage|flask|honcho|supervis|\bpip\b|\.(py|sh)\b/i;

const parts = new WeakMap<ProjectView, WeakMap<ShellDoc, Part>>();

/** What a script does, kept per project view, which never changes; null for one that cannot matter. */
function partOf(doc: ShellDoc, project: ProjectView): Part | null {
  if (!TELLING.test(doc.text)) return null;
  const known = parts.get(project) ?? new WeakMap<ShellDoc, Part>();
  parts.set(project, known);
  const { file, base, text, tree } = doc;
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const part = known.get(doc) ?? readPart({ file, base, text, tree, name, ...calledFrom(file) }, project);
  known.set(doc, part);
  return part;
}

/** A script that lies beside what it starts is called where it lies; of others that cannot be told. */
function calledFrom({ path }: SourceFile): { ground?: Ground } {
  return path.includes('/') ? {} : { ground: inProject('') };
}

/** What names the script outside of commands that go with the scheduler. */
function mentions(doc: ShellDoc, project: ProjectView): readonly string[] {
  const { path } = doc.file;
  return namedBy(path, project, (other, offset) =>
    goneWith(path, project.get(other), project).some(({ start, end }) => start <= offset && offset < end),
  );
}

/** The bytes of another file that go with a script that only starts rq-scheduler. */
function goneWith(path: string, file: SourceFile | undefined, project: ProjectView): readonly Range[] {
  if (file === undefined) return [];
  if (isDockerfile(file.path)) return copiedRanges(file, path);
  if (!mayBeShellScript(file.path) || !isShellScript(file)) return [];
  const part = partOf(shellKind.parse(file), project);
  return (part?.removal.ranges ?? []).map(({ start, end }) => {
    return { start: start + (part?.base ?? 0), end: end + (part?.base ?? 0) };
  });
}

function scriptEdits(doc: ShellDoc, part: Part, decision: Decision): { edits: Edit[]; findings: Finding[] } {
  const removed = schedulerEdits(part, decision);
  const flags = flagEdits(part, decision);
  const installs = installEdits(doc, decision);
  const gone = (edit: Edit) =>
    removed.edits.some((other) => other !== edit && other.start <= edit.start && edit.end <= other.end);
  const edits = [...removed.edits, ...flags.edits, ...installs.edits].filter((edit) => !gone(edit));
  return {
    edits,
    findings: [...removed.findings, ...flags.findings, ...installs.findings],
  };
}

function installEdits(
  { file, base, text, tree }: ShellDoc,
  decision: Decision,
): { edits: readonly Edit[]; findings: Finding[] } {
  if (!decision.removeScheduler || decision.keepDependency || tree === null)
    return { edits: [], findings: [] };
  const { edits, stuck, whole } = installRemoval({ file: file.text, base, text, tree });
  const findings = (whole ? [base] : stuck).map((at): Finding => {
    const where = { path: file.path, line: lineOf(file.text, at) };
    return { code: 'edit-by-hand', severity: 'warn', ...where, args: { name: 'rq-scheduler' } };
  });
  return { edits, findings };
}

/** Settings of the scheduler that a script reads, other than for the scheduler's own command. */
function settingReads({ file, base, reading, removal }: Part): Fact[] {
  const reads = [...reading.text.matchAll(/(?<!\\)\$\{?(\w*(?:SCHEDULER|PUSH_CHECK)\w*)/gi)];
  const own = reads.filter(
    ({ index }) => !removal.ranges.some(({ start, end }) => start <= index && index < end),
  );
  const whole = removal.stuck.some(({ reason }) => reason === 'whole');
  return (whole ? [] : own).flatMap(({ 1: name, index }): Fact[] => {
    const before = reading.text.slice(reading.text.lastIndexOf('\n', index) + 1, index);
    const where = { path: file.path, line: lineOf(file.text, base + index) };
    return name === undefined || /(^|\s)#/.test(before) ? [] : [{ type: 'env-read', name, where }];
  });
}
