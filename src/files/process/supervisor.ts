import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { supervisorPrograms } from '../command/index.js';
import { keepOpenEnd } from '../edit.js';
import type { Decision, FileKind, ProjectView } from '../types.js';
import { type Section, sectionRemovals, sectionsOf, sectionZones } from './ini-sections.js';
import {
  confirmPrograms,
  enablePrograms,
  entangled,
  isMentioned,
  type ProgramFile,
  programFacts,
  replacePrograms,
  schedulersOf,
} from './programs.js';

const SUFFIX = '\\.(?:conf|ini)(?:\\.(?:j2|jinja2?|tmpl|tpl|template|erb|example|sample|dist))?$';
/** By folder, or by what such files are called that a host's own configuration includes. */
const NAME = new RegExp(
  `(?:^|/)(?:[^/]*(?:supervis|rq|worker|scheduler|queue)[^/]*|supervisord?(?:\\.d)?/(?:[^/]+/)*[^/]+)${SUFFIX}`,
  'i',
);

/** Supervisor configurations: `[program:x]` sections and the `[group:x]` lists that name them. */
export const supervisorKind: FileKind<ProgramFile> = {
  id: 'supervisor',
  match: (path) => NAME.test(path),
  parse: (file) => ({
    file,
    programs: supervisorPrograms(withoutBlanks(file.text)),
    zones: sectionZones(file.text),
  }),
  facts: programFacts,
  edits(doc, decision, project) {
    const { text } = doc.file;
    if (isTemplate(doc)) return { edits: [], findings: byHand(doc, decision, project) };
    const names = new Set(schedulersOf(doc, decision, project).map((program) => program.name));
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const sections = sectionsOf(text);
    const gone = new Set(sections.filter((section) => goes(text, section, names)));
    const groups = sections.flatMap((section) => (gone.has(section) ? [] : groupEdits(text, section, names)));
    const removals = [...sectionRemovals(text, sections, gone), ...groups];
    const findings = [...entangled(doc, decision, project), ...enable.findings, ...replaced.findings];
    if (names.size > 0 && names.size === sections.length && !isMentioned(doc.file.path, project)) {
      return { edits: [], deleteFile: true, findings };
    }
    const edits = [...removals, ...enable.edits, ...replaced.edits].sort((a, b) => a.start - b.start);
    return { edits: keepOpenEnd(text, edits), findings };
  },
  confirm: confirmPrograms,
};

/** A file that a template engine makes the configuration from: its lines are not all there is. */
function isTemplate({ file }: ProgramFile): boolean {
  return !/\.(conf|ini)$/i.test(file.path) || /\{%|\{\{|<%/.test(file.text);
}

/** The text, as long as before, with no blanks in `{{ name }}`: what a template puts there is one word or part of one. */
function withoutBlanks(text: string): string {
  return text.replace(/\{\{[^{}\r\n]*\}\}/g, (inserted) => inserted.replace(/[ \t]/g, '_'));
}

/** What is to be done in a template, by hand. */
function byHand(doc: ProgramFile, decision: Decision, project: ProjectView): readonly Finding[] {
  const { path } = doc.file;
  const edited = enablePrograms(doc, decision, project);
  const lines = edited.edits.map((edit) => ({ line: lineOf(doc.file.text, edit.start), name: 'rq worker' }));
  const gone = schedulersOf(doc, decision, project).map(({ line }) => ({ line, name: 'rqscheduler' }));
  return [
    ...entangled(doc, decision, project),
    ...edited.findings,
    ...[...gone, ...lines].map(
      ({ line, name }): Finding => ({ code: 'edit-by-hand', severity: 'error', path, line, args: { name } }),
    ),
  ];
}

/** The programs of a group, `programs=a,b`, and where they stand. */
function membersOf(
  text: string,
  section: Section,
): { readonly at: number; readonly names: readonly string[] } {
  const match = /^programs[ \t]*[=:][ \t]*([^\r\n]*)/m.exec(text.slice(section.start, section.end));
  if (section.kind !== 'group' || match?.[1] === undefined) return { at: section.end, names: [] };
  const at = section.start + match.index + match[0].length - match[1].length;
  return { at, names: match[1].split(',') };
}

/** A program that is to go, and a group without programs left. */
function goes(text: string, section: Section, names: ReadonlySet<string>): boolean {
  if (section.kind === 'program') return names.has(section.name);
  const members = membersOf(text, section).names;
  return members.length > 0 && members.every((member) => names.has(member.trim()));
}

/** Takes names out of a group. */
function groupEdits(text: string, section: Section, names: ReadonlySet<string>): Edit[] {
  const { at, names: members } = membersOf(text, section);
  const kept = members.filter((member) => !names.has(member.trim()));
  if (kept.length === members.length) return [];
  const end = at + members.join(',').length;
  return [{ start: at, end, text: kept.join(',').trimStart(), why: 'remove-group-member' }];
}
