import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { isDockerfile } from '../command/script-files.js';
import { copiedRanges } from '../script/copied.js';
import { namedBy } from '../script/mentions.js';
import { parseTree } from '../script/parse-tree.js';
import { installFacts, type Part, stuckFacts } from '../script/part.js';
import { runScripts } from '../script/run-scripts.js';
import type { Decision, Fact, FileKind, ProjectView } from '../types.js';
import { commandEdits, imageId, scriptParts } from './commands.js';
import { confirmDockerfile } from './confirm.js';
import { variableEdits, variableFacts } from './environment.js';
import { runEdits } from './run.js';
import { type DockerDoc, imageStarts, isScriptsAffair, parseDockerfile } from './stages.js';

/**
 * Dockerfiles and Containerfiles: what their images start, variables, `RUN pip install`. The Python grammar must
 * be loaded (commands are followed into Python scripts).
 */
export const dockerKind: FileKind<DockerDoc> = {
  id: 'dockerfile',
  match: isDockerfile,
  parse: parseDockerfile,
  facts(doc, project) {
    const installs = runScripts(doc.instructions).flatMap(({ base, text }) => {
      const tree = parseTree(text);
      return tree === null ? [] : installFacts(doc.file, base, { text, tree });
    });
    return [...imageFacts(doc, project), ...variableFacts(doc), ...installs];
  },
  edits(doc, decision, project) {
    if (decision.removeScheduler && decision.deleteFiles?.has(doc.file.path)) {
      return { edits: [], deleteFile: true, findings: [] };
    }
    return dockerEdits(doc, decision, project);
  },
  confirm: (before, after, decision, project) =>
    confirmDockerfile(before, after, dockerEdits(before, decision, project).edits),
};

function imageFacts(doc: DockerDoc, project: ProjectView): readonly Fact[] {
  const { path } = doc.file;
  return imageStarts(doc, project).flatMap((image): Fact[] => {
    const { role, queues, withScheduler, alsoRuns, via, starts, schedulerInProgramList } = image.analysis;
    const name = nameOf(doc, image.stage.name, image.stage.last);
    const where = { path, line: image.line };
    const parts = scriptParts(doc, image, project);
    const beside = parts.flatMap((part) => [...besideFacts(part, path), ...stuckFacts(part, null)]);
    if (role === 'other') return beside;
    const id = imageId(doc, image);
    const others = via.filter((one) => one.path !== path);
    const process: Fact = {
      type: 'process',
      id,
      name,
      role,
      queues,
      withScheduler,
      alsoRuns,
      replicas: 1,
      via: others,
      starts,
      where,
    };
    if (parts.length > 0) return [process, ...beside];
    const both = role === 'both' && !schedulerInProgramList;
    const entangled = (both || (role === 'scheduler' && alsoRuns.length > 0)) && !isScriptsAffair(image);
    if (!entangled && (role !== 'scheduler' || alsoRuns.length > 0)) return [process];
    const runs = role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns;
    const reason = entangled ? 'also-runs' : 'image';
    const named = entangled ? [] : mentions(doc, project);
    return [process, { type: 'scheduler-start', name, reason, namedBy: named, alsoRuns: runs, where }];
  });
}

/** Schedulers that an image starts beside other things and that can be taken out. */
function besideFacts({ removal, name, base }: Part, path: string): readonly Fact[] {
  return removal.ranges.map(({ start }): Fact => {
    return {
      type: 'process',
      id: `${path}#${base + start}`,
      name,
      role: 'scheduler',
      queues: null,
      withScheduler: 'unknown',
      alsoRuns: [],
      replicas: 1,
      via: [],
      where: { path, line: 1 },
    };
  });
}

/** What names this very Dockerfile, other than compose files; null where its name does not tell it from others. */
function mentions({ file, stages }: DockerDoc, project: ProjectView): readonly string[] | null {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  const common = /^(Dockerfile|Containerfile)$/i.test(name);
  const alone =
    stages.filter(({ entrypoint, command }) => entrypoint !== null || command !== null).length === 1;
  return common || !alone ? null : namedBy(file.path, project, () => false);
}

/** What only puts scripts into the image that go. */
function copiedEdits({ file }: DockerDoc, deleted: ReadonlySet<string>): readonly Edit[] {
  const ranges = [...deleted].flatMap((path) => copiedRanges(file, path));
  return ranges.map((range) => ({ ...range, text: '', why: 'remove-copied-script' }));
}

function nameOf({ file }: DockerDoc, stage: string, last: boolean): string {
  return last ? file.path : `${file.path} (${stage})`;
}

function dockerEdits(
  doc: DockerDoc,
  decision: Decision,
  project: ProjectView,
): { edits: readonly Edit[]; findings: readonly Finding[] } {
  const images = imageStarts(doc, project);
  const commands = images.map((image) => commandEdits(doc, image, decision, project));
  const variables = variableEdits(doc, decision.removeEnv);
  const installs = runEdits(doc, decision);
  const copied = decision.removeScheduler ? copiedEdits(doc, decision.deleteFiles ?? new Set()) : [];
  const byHand = (at: number, name: string): Finding => {
    const where = { path: doc.file.path, line: lineOf(doc.file.text, at) };
    return { code: 'edit-by-hand', severity: 'warn', ...where, args: { name } };
  };
  return {
    edits: [...commands.flatMap(({ edits }) => edits), ...variables.edits, ...installs.edits, ...copied],
    findings: [
      ...commands.flatMap(({ findings }) => findings),
      ...variables.stuck.map(({ start, name }) => byHand(start, name)),
      ...installs.stuck.map((at) => byHand(at, 'rq-scheduler')),
    ],
  };
}
