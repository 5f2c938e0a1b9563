import type { Edit, Finding } from '../../plan/types.js';
import { cronText } from '../command/cron-command.js';
import {
  analyseCommand,
  type CommandAnalysis,
  editedElsewhere,
  type Ground,
  NOWHERE,
  type Program,
  processFact,
  programGround,
} from '../command/index.js';
import type { Decision, Fact, ProjectView, SourceFile } from '../types.js';
import { asZone, zoneOfVariables } from '../zone-text.js';

const FLAG = ' --with-scheduler';

/** A file that lists programs to start. */
export interface ProgramFile {
  readonly file: SourceFile;
  readonly programs: readonly Program[];
  /** Environment variables that the file sets for its programs. */
  readonly vars?: ReadonlyMap<string, string>;
  /** The zone to which it sets TZ for a program, by its name. */
  readonly zones?: ReadonlyMap<string, string>;
  /** Where its programs run unless they say otherwise; left out where the file does not tell. */
  readonly ground?: Ground;
}

/** What one of its programs runs. */
export function analyseProgram(
  { file, vars, ground = NOWHERE }: ProgramFile,
  program: Program,
  project: ProjectView,
): CommandAnalysis {
  const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
  return analyseCommand(
    {
      pieces: [{ form: 'shell', text: program.command, origin: null }],
      vars: vars ?? new Map(),
      places: { folders: [folder], copies: new Map() },
      ground: programGround(program, ground),
    },
    project,
  );
}

/** One `process` fact per program, id `<path>#<name>`. */
export function programFacts(doc: ProgramFile, project: ProjectView): readonly Fact[] {
  const { file, programs } = doc;
  return programs.map((program) => {
    const where = { path: file.path, line: program.line };
    const id = `${file.path}#${program.name}`;
    const zone =
      asZone(/(?:^|\s)TZ=(\S+)/.exec(program.command)?.[1] ?? '') ?? zoneFor(doc, program, project);
    const own = { id, name: program.name, ...(zone === null ? {} : { zone }), where };
    return processFact(analyseProgram(doc, program, project), own);
  });
}

/** TZ from the file, else from the `.env` beside it: honcho and foreman load that with a Procfile. */
function zoneFor({ file, vars, zones }: ProgramFile, { name }: Program, project: ProjectView): string | null {
  const set = zones?.get(name) ?? asZone(vars?.get('TZ') ?? '');
  const [, folder, base] = /^(.*\/)?([^/]*)$/.exec(file.path) ?? [];
  if (set !== null || !base?.startsWith('Procfile')) return set;
  return zoneOfVariables(project.get(`${folder ?? ''}.env`)?.text ?? '') ?? null;
}

/** The programs that run nothing but rq-scheduler and are to go. */
export function schedulersOf(doc: ProgramFile, decision: Decision, project: ProjectView): readonly Program[] {
  return decision.replaceScheduler === null ? allSchedulers(doc, decision, project) : [];
}

function allSchedulers(doc: ProgramFile, decision: Decision, project: ProjectView): readonly Program[] {
  if (!decision.removeScheduler) return [];
  return doc.programs.filter((program) => {
    const { role, alsoRuns } = analyseProgram(doc, program, project);
    return role === 'scheduler' && alsoRuns.length === 0;
  });
}

/** Puts `rq cron` in the place of rq-scheduler where the decision says so; `commands` are those afterwards. */
export function replacePrograms(
  doc: ProgramFile,
  decision: Decision,
  project: ProjectView,
): {
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
  readonly commands: ReadonlyMap<Program, string>;
} {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const commands = new Map<Program, string>();
  const config = decision.replaceScheduler;
  for (const program of config === null ? [] : allSchedulers(doc, decision, project)) {
    const { name, line, offset, command } = program;
    const text = config === null || offset === null || program.masked ? null : cronText(command, config);
    if (text === null || offset === null) {
      const args = { service: name, command: `rq cron ${config}` };
      findings.push({ code: 'rq-cron-by-hand', severity: 'error', path: doc.file.path, line, args });
      continue;
    }
    edits.push({ start: offset, end: offset + command.length, text, why: 'replace-scheduler-command' });
    commands.set(program, text);
  }
  return { edits, findings, commands };
}

/** A scheduler that does other work as well: what it does needs a new home first (R12). */
export function entangled(doc: ProgramFile, decision: Decision, project: ProjectView): readonly Finding[] {
  return doc.programs.flatMap((program): Finding[] => {
    const { role, alsoRuns, schedulerInProgramList } = analyseProgram(doc, program, project);
    const blocks = role === 'both' ? !schedulerInProgramList : role === 'scheduler' && alsoRuns.length > 0;
    if (!decision.removeScheduler || !blocks) return [];
    const args = { service: program.name, alsoRuns: role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns };
    return [
      { code: 'scheduler-also-runs', severity: 'error', path: doc.file.path, line: program.line, args },
    ];
  });
}

/** Puts `--with-scheduler` into the programs that must get it. */
export function enablePrograms(
  doc: ProgramFile,
  decision: Decision,
  project: ProjectView,
): { readonly edits: readonly Edit[]; readonly findings: readonly Finding[] } {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const { path } = doc.file;
  for (const program of doc.programs) {
    if (!decision.enableScheduler.has(`${path}#${program.name}`)) continue;
    for (const worker of analyseProgram(doc, program, project).workers) {
      if (worker.withScheduler === 'on' || editedElsewhere(worker)) continue;
      if (worker.after === null || worker.obstacle !== null || program.offset === null) {
        const where = worker.where ?? { path, line: program.line };
        const args = { service: program.name, reason: worker.obstacle ?? 'computed' };
        findings.push({ code: 'worker-flag-manual', severity: 'error', ...where, args });
        continue;
      }
      const at = program.offset + worker.after.end;
      edits.push({ start: at, end: at, text: FLAG, why: 'add-with-scheduler' });
    }
  }
  return { edits, findings };
}

/** Compares the programs before and after; the name of one that is not as meant, or null. */
export function confirmPrograms(
  before: ProgramFile,
  after: ProgramFile,
  decision: Decision,
  project: ProjectView,
): string | null {
  const gone = new Set(schedulersOf(before, decision, project));
  const flagged = enablePrograms(before, decision, project).edits;
  const { commands } = replacePrograms(before, decision, project);
  const expected = before.programs.filter((program) => !gone.has(program));
  const wrong = expected.find((program, i) => {
    const start = program.offset;
    const own = flagged.filter(
      (edit) => start !== null && edit.start > start && edit.start <= start + program.command.length,
    );
    const command = own.reduceRight((text, edit) => {
      const at = edit.start - (start ?? 0);
      return text.slice(0, at) + FLAG + text.slice(at);
    }, commands.get(program) ?? program.command);
    return after.programs[i]?.name !== program.name || after.programs[i]?.command !== command;
  });
  return wrong?.name ?? (expected.length === after.programs.length ? null : 'number of entries');
}

/** Does another file name this one, so that it cannot just vanish (COPY, supervisord -c)? */
export function isMentioned(path: string, project: ProjectView): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return project.paths.some((other) => other !== path && project.get(other)?.text.includes(name) === true);
}
