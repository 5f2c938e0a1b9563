import type { Edit } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import type { Program } from '../command/index.js';
import { keepOpenEnd } from '../edit.js';
import { type Decision, type Fact, type FileKind, NotOfKindError, type ProjectView } from '../types.js';
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

/** A circus configuration: watchers, and the variables that `[env]` and `[env:x]` set (circus docs, configuration). */
export interface CircusFile extends ProgramFile {
  readonly sections: readonly Section[];
  readonly variables: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/** Configurations of circus: `[watcher:x]` sections with `cmd` and `args`. */
export const circusKind: FileKind<CircusFile> = {
  id: 'circus',
  match: (path) => /\.(ini|conf)$/i.test(path),
  parse(file) {
    if (!/^(?:\xef\xbb\xbf)?\[(?:watcher:|circus\])/m.test(file.text)) throw new NotOfKindError(file.path);
    const sections = sectionsOf(file.text);
    const programs = sections.flatMap((section) => programOf(file.text, section));
    const variables = variablesOf(file.text, sections);
    return { file, sections, programs, variables, zones: sectionZones(file.text) };
  },
  facts: (doc, project) => [
    ...programFacts(doc, project),
    ...doc.variables.map(
      ({ name, start }): Fact => ({
        type: 'env-set',
        name,
        where: { path: doc.file.path, line: lineOf(doc.file.text, start) },
      }),
    ),
  ],
  edits(doc, decision, project) {
    const { text, path } = doc.file;
    const gone = new Set(sectionsToGo(doc, decision, project));
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const findings = [...entangled(doc, decision, project), ...enable.findings, ...replaced.findings];
    if (gone.size > 0 && gone.size === doc.sections.length && !isMentioned(path, project)) {
      return { edits: [], deleteFile: true, findings };
    }
    const removals = sectionRemovals(text, doc.sections, gone);
    const variables = variableRemovals(doc, decision).filter(
      ({ start }) => !removals.some((edit) => start >= edit.start && start < edit.end),
    );
    const edits = [...removals, ...variables, ...enable.edits, ...replaced.edits];
    return {
      edits: keepOpenEnd(
        text,
        edits.sort((a, b) => a.start - b.start),
      ),
      findings,
    };
  },
  confirm(before, after, decision, project) {
    const sections = before.sections.length - sectionsToGo(before, decision, project).length;
    if (after.sections.length !== sections) return 'number of sections';
    if (after.variables.some(({ name }) => decision.removeEnv.has(name))) return 'variables';
    return confirmPrograms(before, after, decision, project);
  },
};

/** The watchers that go, and the variables that only they had. */
function sectionsToGo(doc: CircusFile, decision: Decision, project: ProjectView): readonly Section[] {
  const names = new Set(schedulersOf(doc, decision, project).map(({ name }) => name));
  return doc.sections.filter(({ kind, name }) => {
    if (kind === 'watcher') return names.has(name);
    return kind === 'env' && name !== '' && name.split(',').every((one) => names.has(one.trim()));
  });
}

/** `cmd` with `args` behind it, what stands between them blank; one whose `args` come first has no offset. */
function programOf(text: string, section: Section): readonly Program[] {
  if (section.kind !== 'watcher') return [];
  const cmd = settingOf(text, section, 'cmd');
  const args = settingOf(text, section, 'args');
  if (cmd === null) return [];
  const folder = settingOf(text, section, 'working_dir')?.value;
  const place = folder === undefined ? {} : { folder };
  const common = { name: section.name, line: lineOf(text, cmd.at), starts: true, ...place };
  if (args !== null && args.at < cmd.at) {
    return [{ ...common, command: `${inline(cmd.value)} ${inline(args.value)}`, offset: null }];
  }
  const gap = args === null ? '' : ' '.repeat(args.at - cmd.at - cmd.value.length);
  const command = inline(cmd.value) + gap + inline(args?.value ?? '');
  const masked = command !== text.slice(cmd.at, cmd.at + command.length);
  return [{ ...common, command, offset: cmd.at, masked }];
}

/** A value with continuation lines, as long as before, on one line. */
function inline(value: string): string {
  return value.replace(/[\r\n]/g, ' ');
}

function settingOf(text: string, section: Section, key: string): { at: number; value: string } | null {
  const body = text.slice(section.start, section.end);
  const match = new RegExp(`^${key}[ \\t]*[=:][ \\t]*([^\\r\\n]*(?:\\r?\\n[ \\t]+[^\\r\\n]+)*)`, 'm').exec(
    body,
  );
  if (match?.[1] === undefined) return null;
  const value = match[1].trimEnd();
  return { at: section.start + match.index + match[0].length - match[1].length, value };
}

function variablesOf(text: string, sections: readonly Section[]): CircusFile['variables'] {
  return sections
    .filter(({ kind }) => kind === 'env')
    .flatMap(({ start, end }) =>
      [...text.slice(start, end).matchAll(/^([A-Za-z_]\w*)[ \t]*[=:][^\r\n]*(?:\r?\n|$)/gm)].map((match) => ({
        name: match[1] ?? '',
        start: start + match.index,
        end: start + match.index + match[0].length,
      })),
    );
}

function variableRemovals({ variables }: CircusFile, decision: Decision): readonly Edit[] {
  return variables
    .filter(({ name }) => decision.removeEnv.has(name))
    .map(({ start, end }) => ({ start, end, text: '', why: 'remove-env' }));
}
