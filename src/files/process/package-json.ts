import type { Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { folderOf, inProject, type Program } from '../command/index.js';
import { mentionsStart } from '../command/mentions.js';
import { memberRemovals } from '../json/remove.js';
import { JsonError, type JsonMember, type JsonNode, memberOf, scanJson } from '../json/scan.js';
import {
  type Decision,
  type FileKind,
  FileParseError,
  NotOfKindError,
  type ProjectView,
  type SourceFile,
  type Where,
} from '../types.js';
import {
  analyseProgram,
  confirmPrograms,
  enablePrograms,
  entangled,
  type ProgramFile,
  programFacts,
  replacePrograms,
  schedulersOf,
} from './programs.js';

/** The `scripts` of a package.json. */
export interface PackageFile extends ProgramFile {
  readonly root: JsonNode;
  readonly scripts: JsonNode;
}

/** package.json files whose scripts have to do with Python or RQ; npm runs each of them in a shell. */
export const packageJsonKind: FileKind<PackageFile> = {
  id: 'package-json',
  match: (path) => /(^|\/)package\.json$/.test(path),
  parse(file) {
    if (!/\brq|manage\.py|\bpython|\bflask/.test(file.text)) throw new NotOfKindError(file.path);
    const root = readJson(file);
    const scripts = memberOf(root, 'scripts')?.node;
    if (scripts?.members == null) throw new NotOfKindError(file.path);
    const ground = inProject(folderOf(file.path));
    return { file, root, scripts, programs: programsIn(file, scripts), ground };
  },
  facts: programFacts,
  edits(doc, decision, project) {
    const gone = goneScripts(doc, decision, project);
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const removals = memberRemovals(doc.scripts, gone.members, 'remove-scheduler-process');
    return {
      edits: [...removals, ...enable.edits, ...replaced.edits].sort((a, b) => a.start - b.start),
      findings: [
        ...entangled(doc, decision, project),
        ...gone.findings,
        ...hidden(doc, decision, project),
        ...enable.findings,
        ...replaced.findings,
      ],
    };
  },
  confirm(before, after, decision, project) {
    const { members } = goneScripts(before, decision, project);
    const kept = before.programs.filter(({ name }) => ![...members].some((member) => member.name === name));
    // Which scripts go is settled: those that something else runs stay, though they run rq-scheduler.
    const rest = decision.replaceScheduler === null ? { ...decision, removeScheduler: false } : decision;
    const scripts = confirmPrograms({ ...before, programs: kept }, after, rest, project);
    return scripts ?? (others(before) === others(after) ? null : 'something beside the scripts');
  },
};

/** Reads JSON; throws FileParseError. */
export function readJson(file: SourceFile): JsonNode {
  try {
    return scanJson(file.text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new FileParseError(file.path, lineOf(file.text, error.offset), 'not JSON');
  }
}

function programsIn(file: SourceFile, scripts: JsonNode): readonly Program[] {
  return (scripts.members ?? []).flatMap(({ name, node }): Program[] => {
    if (typeof node.value !== 'string') return [];
    // With escapes in it, places in the command are none in the file.
    const plain = file.text.slice(node.start + 1, node.end - 1) === node.value;
    const line = lineOf(file.text, node.start);
    return [{ name, command: node.value, offset: plain ? node.start + 1 : null, line, starts: true }];
  });
}

function others({ root }: PackageFile): string {
  return JSON.stringify({ ...(root.value as object), scripts: null });
}

/** The scripts that go: they run nothing but rq-scheduler, and nothing runs them. */
function goneScripts(
  doc: PackageFile,
  decision: Decision,
  project: ProjectView,
): { readonly members: ReadonlySet<JsonMember>; readonly findings: readonly Finding[] } {
  const members = new Set<JsonMember>();
  const findings: Finding[] = [];
  for (const { name } of schedulersOf(doc, decision, project)) {
    const member = memberOf(doc.scripts, name);
    const places = runAt(name, doc, project);
    for (const where of places) {
      findings.push({ code: 'script-is-run', severity: 'error', ...where, args: { script: name } });
    }
    if (member !== undefined && places.length === 0) members.add(member);
  }
  return { members, findings };
}

/** Where a script is run by its name: `npm run x`, `yarn x`, `run-p x y`, `concurrently npm:x`. */
function runAt(name: string, { file }: PackageFile, project: ProjectView): readonly Where[] {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const run = new RegExp(
    `\\b(?:(?:npm|pnpm|bun)(?:\\s+run|\\s+run-script|:)|yarn(?:\\s+run)?|npm-run-all|run-[ps])[^\\n]{0,300}?(?<![\\w:.-])(?:npm:)?${word}(?![\\w:.-])|"npm:${word}"`,
    'g',
  );
  return project.paths.flatMap((path) => {
    if (/\.(md|rst|txt)$/i.test(path)) return [];
    const text = project.get(path)?.text ?? '';
    if (path !== file.path && !text.includes(name)) return [];
    return [...text.matchAll(run)].map(({ 0: found, index }) => ({
      path,
      line: lineOf(text, index + found.length),
    }));
  });
}

/** Scripts that start rq-scheduler among other things, through a tool that runs several commands. */
function hidden(doc: PackageFile, decision: Decision, project: ProjectView): readonly Finding[] {
  if (!decision.removeScheduler) return [];
  return doc.programs
    .filter((program) => mentionsStart(program.command))
    .filter((program) => analyseProgram(doc, program, project).role === 'other')
    .map(({ line }) => ({
      code: 'edit-by-hand',
      severity: 'error',
      path: doc.file.path,
      line,
      args: { name: 'rqscheduler' },
    }));
}
