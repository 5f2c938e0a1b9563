import type { Edit, Finding } from '../../plan/types.js';
import { analyseCommand, type CommandAnalysis, type Program, procfilePrograms } from '../command/index.js';
import type { Fact, FileKind, ProjectView, SourceFile } from '../types.js';

/** A Procfile and its entries. */
export interface ProcfileDoc {
  readonly file: SourceFile;
  readonly programs: readonly Program[];
}

/** Procfiles as honcho, foreman and Heroku read them: one `name: command` a line. */
export const procfileKind: FileKind<ProcfileDoc> = {
  id: 'procfile',
  match: (path) => /(^|\/)Procfile([._-][^/]*)?$/.test(path),
  parse: (file) => ({ file, programs: procfilePrograms(file.text) }),
  facts: ({ file, programs }, project) =>
    programs.map((program): Fact => {
      const { role, queues, withScheduler, alsoRuns, via } = analyse(file, program, project);
      const where = { path: file.path, line: program.line };
      const id = `${file.path}#${program.name}`;
      return {
        type: 'process',
        id,
        name: program.name,
        role,
        queues,
        withScheduler,
        alsoRuns,
        replicas: 1,
        via,
        where,
      };
    }),
  edits({ file, programs }, decision, project) {
    const edits: Edit[] = [];
    const findings: Finding[] = [];
    for (const program of programs) {
      const analysis = analyse(file, program, project);
      if (decision.removeScheduler) remove(file, program, analysis, edits, findings);
      if (decision.enableScheduler.has(`${file.path}#${program.name}`)) {
        enable(file, program, analysis, edits, findings);
      }
    }
    const rest = programs.length - edits.filter((edit) => edit.why === 'remove-scheduler-process').length;
    return programs.length > 0 && rest === 0
      ? { edits: [], deleteFile: true, findings }
      : { edits, findings };
  },
  confirm(before, after, decision, project) {
    const expected = before.programs.flatMap((program) => {
      const analysis = analyse(before.file, program, project);
      return decision.removeScheduler && isScheduler(analysis) ? [] : [program];
    });
    if (expected.length !== after.programs.length) return 'number of entries';
    const wrong = expected.find((program, i) => {
      const result = after.programs[i];
      const enabled = decision.enableScheduler.has(`${before.file.path}#${program.name}`);
      const command = enabled ? result?.command.replaceAll(' --with-scheduler', '') : result?.command;
      return (
        result?.name !== program.name ||
        command !== program.command.replaceAll(enabled ? ' --with-scheduler' : '\0', '')
      );
    });
    return wrong?.name ?? null;
  },
};

function analyse(file: SourceFile, program: Program, project: ProjectView): CommandAnalysis {
  const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
  return analyseCommand(
    {
      pieces: [{ form: 'shell', text: program.command, origin: null }],
      vars: new Map(),
      places: { folders: [folder], copies: new Map() },
    },
    project,
  );
}

function isScheduler(analysis: CommandAnalysis): boolean {
  return analysis.role === 'scheduler' && analysis.alsoRuns.length === 0;
}

function remove(
  file: SourceFile,
  program: Program,
  analysis: CommandAnalysis,
  edits: Edit[],
  findings: Finding[],
): void {
  const { role, alsoRuns } = analysis;
  if (role === 'both' ? !analysis.schedulerInProgramList : role === 'scheduler' && !isScheduler(analysis)) {
    const args = { service: program.name, alsoRuns: role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns };
    findings.push({
      code: 'scheduler-also-runs',
      severity: 'error',
      path: file.path,
      line: program.line,
      args,
    });
  }
  if (!isScheduler(analysis) || program.offset === null) return;
  const { text } = file;
  let start = text.lastIndexOf('\n', program.offset) + 1;
  const newline = text.indexOf('\n', program.offset);
  // Without a last newline in the file, the line before gives up its own.
  if (newline < 0 && start > 0) start -= text[start - 2] === '\r' ? 2 : 1;
  edits.push({
    start,
    end: newline < 0 ? text.length : newline + 1,
    text: '',
    why: 'remove-scheduler-process',
  });
}

function enable(
  file: SourceFile,
  program: Program,
  analysis: CommandAnalysis,
  edits: Edit[],
  findings: Finding[],
): void {
  for (const worker of analysis.workers) {
    const other = worker.obstacle === 'python' || worker.obstacle === 'program-list';
    if (worker.withScheduler === 'on' || other) continue;
    if (worker.after === null || worker.obstacle !== null || program.offset === null) {
      const where = worker.where ?? { path: file.path, line: program.line };
      const args = { service: program.name, reason: worker.obstacle ?? 'computed' };
      findings.push({ code: 'worker-flag-manual', severity: 'error', ...where, args });
      continue;
    }
    const at = program.offset + worker.after.end;
    edits.push({ start: at, end: at, text: ' --with-scheduler', why: 'add-with-scheduler' });
  }
}
