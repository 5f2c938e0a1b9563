import type { FileChange, Finding } from '../plan/types.js';
import { sha256, unifiedDiff } from './diff.js';
import { applyEdits, EditError, normaliseEdits } from './edit.js';
import { type InstalledRuntime, installedRuntimes } from './runtime/installed.js';
import {
  type Decision,
  type Fact,
  type FileKind,
  FileParseError,
  type FileResult,
  NotOfKindError,
  type ProjectView,
  type SourceFile,
} from './types.js';

/** A file that one of the kinds has parsed. */
export interface ParsedFile {
  readonly file: SourceFile;
  readonly kind: FileKind;
  readonly doc: unknown;
}

/** A project as read: its files, what they say, and which of them could not be understood. */
export interface Project {
  readonly view: ProjectView;
  readonly docs: readonly ParsedFile[];
  /** Files outside the view, to be searched only. */
  readonly others: readonly SourceFile[];
  readonly facts: readonly Fact[];
  /** Copies of the recurring runtime; their files are the tool's own, and in no other list. */
  readonly runtimes: readonly InstalledRuntime[];
  /** `file-unparsable`, with path and line. */
  readonly findings: readonly Finding[];
}

/** Parses every file that a kind matches (the first one does) and gathers their facts. */
export function readProject(files: readonly SourceFile[], kinds: readonly FileKind[]): Project {
  const runtimes = installedRuntimes(files);
  const own = new Set(runtimes.flatMap((one) => [...one.files.values()]));
  const others = files.filter((file) => file.searched === true && !own.has(file));
  const view = viewOf(files.filter((file) => file.searched !== true && !own.has(file)));
  const docs: ParsedFile[] = [];
  const findings: Finding[] = [];
  const claims = new Map(kinds.map((kind) => [kind, kind.claims?.(view)]));
  const takes = (kind: FileKind, path: string): boolean =>
    kind.match(path) || claims.get(kind)?.has(path) === true;
  for (const file of view.paths.map((path) => view.get(path))) {
    if (file === undefined) continue;
    for (const kind of kinds.filter((candidate) => takes(candidate, file.path))) {
      try {
        docs.push({ file, kind, doc: kind.parse(file) });
        break;
      } catch (error) {
        if (error instanceof NotOfKindError) continue;
        findings.push(unparsable(error, kind.id));
        break;
      }
    }
  }
  const facts = docs.flatMap(({ kind, doc }) => [...kind.facts(doc, view)]);
  return { view, docs, others, facts, runtimes, findings };
}

function viewOf(files: readonly SourceFile[]): ProjectView {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return { get: (path) => byPath.get(path), paths: [...byPath.keys()].sort() };
}

/** Kinds that may start the scheduler: one that is not understood could still need rq-scheduler. */
const STARTING: ReadonlySet<string> = new Set(['compose', 'procfile', 'supervisor', 'kubernetes', 'heroku']);

function unparsable(error: unknown, kind: string): Finding {
  if (!(error instanceof FileParseError)) throw error;
  const { path, line, reason } = error;
  const at = line === null ? { path } : { path, line };
  const severity = STARTING.has(kind) ? 'error' : 'warn';
  return { code: 'file-unparsable', severity, ...at, args: { reason } };
}

/** What a decision changes in a project. */
export interface Changes {
  /** In the order of their paths. */
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
}

/**
 * Lets every kind carry the decision out. Each edited file is parsed again and confirmed by its kind;
 * one that is not as meant stays as it is, with the error finding `edit-not-confirmed`.
 */
export function changesFor(project: Project, decision: Decision): Changes {
  const changes: FileChange[] = [];
  const findings: Finding[] = [];
  for (const parsed of project.docs) {
    const result = parsed.kind.edits(parsed.doc, decision, project.view);
    findings.push(...result.findings);
    const outcome = changeOf(parsed, result, decision, project.view);
    if (typeof outcome === 'string') findings.push(notConfirmed(parsed, outcome));
    else if (outcome !== null) changes.push(outcome);
  }
  const distinct = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  return { changes, findings: [...distinct.values()] };
}

function notConfirmed({ file, kind }: ParsedFile, reason: string): Finding {
  return { code: 'edit-not-confirmed', severity: 'error', path: file.path, args: { kind: kind.id, reason } };
}

/** The change of one file, null for none, or the reason why it was not confirmed. */
function changeOf(
  parsed: ParsedFile,
  result: FileResult,
  decision: Decision,
  view: ProjectView,
): FileChange | string | null {
  const { file, kind, doc } = parsed;
  const common = { path: file.path, kind: kind.id, before: sha256(file.text) };
  if (result.deleteFile === true) return deletion(file, kind.id);
  try {
    const edits = normaliseEdits(result.edits);
    const text = applyEdits(file.text, edits);
    if (text === file.text) return null;
    const reason = kind.confirm(doc, kind.parse({ ...file, text }), decision, view);
    if (reason !== null) return reason;
    const diff = unifiedDiff(file.path, file.text, text);
    return { ...common, action: 'edit', edits, after: sha256(text), diff };
  } catch (error) {
    if (error instanceof FileParseError || error instanceof EditError) return error.message;
    throw error;
  }
}

/** The change that creates a file from byte text, e.g. a module that the tool installs. */
export function creation(path: string, kind: string, text: string, why: string): FileChange {
  return {
    path,
    kind,
    action: 'create',
    edits: [{ start: 0, end: 0, text, why }],
    before: null,
    after: sha256(text),
    diff: unifiedDiff(path, null, text),
  };
}

/** The change that gives a file other byte text as a whole. */
export function replacement(file: SourceFile, kind: string, text: string, why: string): FileChange {
  return {
    path: file.path,
    kind,
    action: 'edit',
    edits: [{ start: 0, end: file.text.length, text, why }],
    before: sha256(file.text),
    after: sha256(text),
    diff: unifiedDiff(file.path, file.text, text),
  };
}

/** The change that deletes a file. */
export function deletion({ path, text }: SourceFile, kind: string): FileChange {
  const diff = unifiedDiff(path, text, null);
  return { path, kind, action: 'delete', edits: [], before: sha256(text), after: null, diff };
}

/** The change that puts byte text at the end of a file. */
export function addition(file: SourceFile, kind: string, text: string, why: string): FileChange {
  const after = file.text + text;
  return {
    path: file.path,
    kind,
    action: 'edit',
    edits: [{ start: file.text.length, end: file.text.length, text, why }],
    before: sha256(file.text),
    after: sha256(after),
    diff: unifiedDiff(file.path, file.text, after),
  };
}
