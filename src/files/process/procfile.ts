import type { Edit } from '../../plan/types.js';
import { folderOf, inProject, procfilePrograms } from '../command/index.js';
import type { FileKind } from '../types.js';
import {
  confirmPrograms,
  enablePrograms,
  entangled,
  type ProgramFile,
  programFacts,
  replacePrograms,
  schedulersOf,
} from './programs.js';

/** Procfiles as honcho, foreman and Heroku read them: one `name: command` a line. */
export const procfileKind: FileKind<ProgramFile> = {
  id: 'procfile',
  match: (path) => /(^|\/)Procfile([._-][^/]*)?$/.test(path),
  parse: (file) => ({
    file,
    programs: procfilePrograms(file.text),
    ground: inProject(folderOf(file.path)),
  }),
  facts: programFacts,
  edits(doc, decision, project) {
    const gone = schedulersOf(doc, decision, project);
    const enable = enablePrograms(doc, decision, project);
    const replaced = replacePrograms(doc, decision, project);
    const findings = [...entangled(doc, decision, project), ...enable.findings, ...replaced.findings];
    if (gone.length > 0 && gone.length === doc.programs.length)
      return { edits: [], deleteFile: true, findings };
    const removals = gone.map((program) => lineRemoval(doc.file.text, program.offset ?? 0));
    return {
      edits: [...removals, ...enable.edits, ...replaced.edits].sort((a, b) => a.start - b.start),
      findings,
    };
  },
  confirm: confirmPrograms,
};

function lineRemoval(text: string, offset: number): Edit {
  let start = text.lastIndexOf('\n', offset) + 1;
  const newline = text.indexOf('\n', offset);
  // Without a last newline in the file, the line before gives up its own.
  if (newline < 0 && start > 0) start -= text[start - 2] === '\r' ? 2 : 1;
  return { start, end: newline < 0 ? text.length : newline + 1, text: '', why: 'remove-scheduler-process' };
}
