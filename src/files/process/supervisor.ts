import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { supervisorPrograms } from '../command/index.js';
import type { Decision, FileKind, ProjectView } from '../types.js';
import { type Section, sectionRemoval, sectionsOf } from './ini-sections.js';
import {
  confirmPrograms,
  enablePrograms,
  entangled,
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
  parse: (file) => ({ file, programs: supervisorPrograms(withoutBlanks(file.text)) }),
  facts: programFacts,
  edits(doc, decision, project) {
    const { text } = doc.file;
    if (isTemplate(doc)) return { edits: [], findings: byHand(doc, decision, project) };
    const names = new Set(schedulersOf(doc, decision, project).map((program) => program.name));
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const removals = sectionsOf(text).flatMap((section): Edit[] => {
      if (section.kind === 'program') return names.has(section.name) ? [sectionRemoval(text, section)] : [];
      return section.kind === 'group' ? groupEdits(text, section, names) : [];
    });
    const findings = [...entangled(doc, decision, project), ...enable.findings, ...replaced.findings];
    if (names.size > 0 && names.size === sectionsOf(text).length && !isMentioned(doc.file.path, project)) {
      return { edits: [], deleteFile: true, findings };
    }
    return {
      edits: [...removals, ...enable.edits, ...replaced.edits].sort((a, b) => a.start - b.start),
      findings,
    };
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

/** Does another file name this one, so that it cannot just vanish (COPY, supervisord -c)? */
function isMentioned(path: string, project: ProjectView): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return project.paths.some((other) => other !== path && project.get(other)?.text.includes(name) === true);
}

/** Takes names out of `programs=a,b`; a group without programs goes. */
function groupEdits(text: string, section: Section, names: ReadonlySet<string>): Edit[] {
  const match = /^programs[ \t]*[=:][ \t]*([^\r\n]*)/m.exec(text.slice(section.start, section.end));
  if (match?.[1] === undefined) return [];
  const members = match[1].split(',');
  const kept = members.filter((member) => !names.has(member.trim()));
  if (kept.length === members.length) return [];
  if (kept.length === 0) return [sectionRemoval(text, section)];
  const end = section.start + match.index + match[0].length;
  return [
    { start: end - match[1].length, end, text: kept.join(',').trimStart(), why: 'remove-group-member' },
  ];
}
