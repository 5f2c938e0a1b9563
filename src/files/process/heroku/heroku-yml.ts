import { isMap } from 'yaml';
import type { Edit, Finding } from '../../../plan/types.js';
import {
  analyseCommand,
  type CommandAnalysis,
  editedElsewhere,
  folderOf,
  type Ground,
  imageGround,
  inProject,
  joinPath,
  NOWHERE,
  processFact,
} from '../../command/index.js';
import { normaliseEdits } from '../../edit.js';
import type { Decision, FileKind, ProjectView } from '../../types.js';
import { flagAfter } from '../../yaml/flag.js';
import { unmaskBytes } from '../../yaml/mask.js';
import type { YamlText } from '../../yaml/nodes.js';
import { parseYaml, plainOf } from '../../yaml/parse.js';
import { dropAt, lineAt, nodeAt, scalarAt, slotAt, valueAt, type YamlPath } from '../../yaml/path.js';
import { ItemRemover } from '../../yaml/remover.js';
import { replaceCommand } from '../../yaml/replace.js';

/** A heroku.yml. Texts of `plain` are masked (`yaml/mask.ts`). */
export interface HerokuFile extends YamlText {
  readonly plain: unknown;
}

/** An entry of `run:` with the command it starts. */
interface Process {
  readonly name: string;
  /** Where the command's text stands. */
  readonly path: YamlPath;
  readonly analysis: CommandAnalysis;
}

/** heroku.yml: the processes of `run:` (Heroku's reference of the file). */
export const herokuKind: FileKind<HerokuFile> = {
  id: 'heroku',
  match: (path) => /(^|\/)heroku\.ya?ml$/.test(path),
  parse(file) {
    const yaml = parseYaml(file);
    const document = yaml.documents[0];
    return { ...yaml, plain: document === undefined ? null : plainOf(document, file.path) };
  },
  facts: (doc, project) =>
    processesOf(doc, project).map(({ name, path, analysis }) => {
      const where = { path: doc.path, line: lineOf(doc, path) };
      return processFact(analysis, { id: `${doc.path}#${name}`, name, where });
    }),
  edits(doc, decision, project) {
    const remover = new ItemRemover(doc);
    for (const path of dropsOf(doc, decision, project)) {
      const slot = slotAt(documentOf(doc), path);
      if (slot !== null) remover.add(slot.within, slot.index, 'remove-scheduler-process');
    }
    remover.collapse(() => false);
    const { edits, findings } = commandEdits(doc, decision, project);
    const all = normaliseEdits([...remover.edits(), ...edits.map(({ edit }) => edit)]);
    return {
      edits: all.map((edit) => ({ ...edit, start: edit.start + doc.bom, end: edit.end + doc.bom })),
      findings: [...obstacles(doc, decision, project), ...findings],
    };
  },
  confirm(before, after, decision, project) {
    const expected = structuredClone(before.plain);
    for (const { path, value } of commandEdits(before, decision, project).edits) {
      const holder = valueAt(expected, path.slice(0, -1)) as Record<string, unknown>;
      holder[path.at(-1) ?? ''] = value;
    }
    for (const path of dropsOf(before, decision, project)) dropAt(expected, path);
    return JSON.stringify(expected) === JSON.stringify(after.plain) ? null : 'run';
  },
};

function documentOf({ documents }: HerokuFile) {
  const [document] = documents;
  if (document === undefined) throw new Error('a file without a document has no processes');
  return document;
}

function lineOf(doc: HerokuFile, path: YamlPath): number {
  return lineAt(doc, documentOf(doc), path);
}

/** The entries whose command can be read: a text, or a list of one. */
function processesOf(doc: HerokuFile, project: ProjectView): readonly Process[] {
  const run = doc.documents[0] === undefined ? undefined : nodeAt(documentOf(doc), ['run']);
  const folder = doc.path.includes('/') ? doc.path.slice(0, doc.path.lastIndexOf('/')) : '';
  return Object.keys(isMap(run) ? (valueAt(doc.plain, ['run']) as object) : {}).flatMap((key): Process[] => {
    const base = ['run', key];
    const path = [base, [...base, 'command'], [...base, 'command', 0]].find(
      (one) => typeof valueAt(doc.plain, one) === 'string',
    );
    const list = valueAt(doc.plain, [...base, 'command']);
    if (path === undefined || (Array.isArray(list) && list.length > 1)) return [];
    const text = unmaskBytes(String(valueAt(doc.plain, path)));
    const places = { folders: [folder], copies: new Map() };
    const ground = groundOf(doc, folder, key, project);
    const pieces = [{ form: 'shell' as const, text, origin: null }];
    return [
      {
        name: unmaskBytes(key),
        path,
        analysis: analyseCommand({ pieces, vars: new Map(), places, ground }, project),
      },
    ];
  });
}

/** Of its own image or the web's, else of the slug that a buildpack makes of the project. */
function groundOf(doc: HerokuFile, folder: string, key: string, project: ProjectView): Ground {
  const images = valueAt(doc.plain, ['build', 'docker']);
  if (!isPlainObject(images)) return inProject(folder);
  const named = images[key] ?? images[String(valueAt(doc.plain, ['run', key, 'image']))] ?? images.web;
  const path = typeof named === 'string' ? joinPath(folder, named) : null;
  const file = path === null ? undefined : project.get(path);
  return file === undefined ? NOWHERE : imageGround(file.text, folderOf(file.path), null, project);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schedulers(doc: HerokuFile, decision: Decision, project: ProjectView): readonly Process[] {
  if (!decision.removeScheduler) return [];
  return processesOf(doc, project).filter(
    ({ analysis }) => analysis.role === 'scheduler' && analysis.alsoRuns.length === 0,
  );
}

/** Names of the processes that go. */
export function goneProcesses(doc: HerokuFile, decision: Decision, project: ProjectView): readonly string[] {
  return decision.replaceScheduler === null ? schedulers(doc, decision, project).map(({ name }) => name) : [];
}

/** The processes that go, and the images that only they ran: Heroku would start those by their CMD. */
function dropsOf(doc: HerokuFile, decision: Decision, project: ProjectView): readonly YamlPath[] {
  const run = valueAt(doc.plain, ['run']);
  return goneProcesses(doc, decision, project).flatMap((name): YamlPath[] => {
    const image = Object.keys((run ?? {}) as object).some((key) => valueAt(run, [key, 'image']) === name);
    const build = ['build', 'docker', name];
    const own = !image && valueAt(doc.plain, build) !== undefined;
    return own ? [['run', name], build] : [['run', name]];
  });
}

function obstacles(doc: HerokuFile, decision: Decision, project: ProjectView): readonly Finding[] {
  return processesOf(doc, project).flatMap(({ name, path, analysis }): Finding[] => {
    const { role, alsoRuns, schedulerInProgramList } = analysis;
    const blocks = role === 'both' ? !schedulerInProgramList : role === 'scheduler' && alsoRuns.length > 0;
    if (!decision.removeScheduler || !blocks) return [];
    const args = { service: name, alsoRuns: role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns };
    return [
      { code: 'scheduler-also-runs', severity: 'error', path: doc.path, line: lineOf(doc, path), args },
    ];
  });
}

interface CommandEdit {
  readonly path: YamlPath;
  readonly edit: Edit;
  /** The command's (masked) value afterwards. */
  readonly value: unknown;
}

/** The flag for workers, and `rq cron` in the place of rq-scheduler. */
function commandEdits(doc: HerokuFile, decision: Decision, project: ProjectView) {
  const edits: CommandEdit[] = [];
  const findings: Finding[] = [];
  const say = (code: string, path: YamlPath, args: Finding['args']): void => {
    findings.push({ code, severity: 'error', path: doc.path, line: lineOf(doc, path), args });
  };
  const config = decision.replaceScheduler;
  for (const { name, path } of config === null ? [] : schedulers(doc, decision, project)) {
    const replaced = replaceCommand(doc.body, nodeAt(documentOf(doc), path), config ?? '');
    if (replaced === null) say('rq-cron-by-hand', path, { service: name, command: `rq cron ${config}` });
    else edits.push({ path, ...replaced });
  }
  for (const { name, path, analysis } of processesOf(doc, project)) {
    if (!decision.enableScheduler.has(`${doc.path}#${name}`)) continue;
    for (const worker of analysis.workers) {
      const { withScheduler, after, obstacle } = worker;
      if (withScheduler === 'on' || editedElsewhere(worker)) continue;
      const scalar = scalarAt(documentOf(doc), path);
      const edit = scalar && after && obstacle === null ? flagAfter(doc, scalar, after) : null;
      const text = String(valueAt(doc.plain, path));
      if (edit === null || after === null) {
        say('worker-flag-manual', path, { service: name, reason: obstacle ?? 'computed' });
      } else {
        const value = `${text.slice(0, after.end)} --with-scheduler${text.slice(after.end)}`;
        edits.push({ path, edit, value });
      }
    }
  }
  return { edits, findings };
}
