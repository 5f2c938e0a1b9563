import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { processFact } from '../command/index.js';
import { isDockerfile } from '../command/script-files.js';
import { copiedRanges } from '../script/copied.js';
import { namedBy } from '../script/mentions.js';
import { parseTree } from '../script/parse-tree.js';
import { installFacts, type Part, stuckFacts } from '../script/part.js';
import { runScripts } from '../script/run-scripts.js';
import { writtenStarts } from '../script/written.js';
import type { Decision, Fact, FileKind, ProjectView } from '../types.js';
import { commandEdits, imageId, scriptParts } from './commands.js';
import { confirmDockerfile } from './confirm.js';
import { variableEdits, variableFacts } from './environment.js';
import { runEdits } from './run.js';
import { type DockerDoc, type ImageStart, imageStarts, isScriptsAffair, parseDockerfile } from './stages.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;

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
    const images = imageFacts(doc, project);
    return [...images, ...variableFacts(doc), ...installs, ...writtenStarts(doc.file)];
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
  return imageStarts(doc, project).flatMap((image): readonly Fact[] => {
    const parts = scriptParts(doc, image, project);
    const beside = parts.flatMap((part) => [...besideFacts(part), ...stuckFacts(part, null)]);
    const { role, alsoRuns, schedulerInProgramList } = image.analysis;
    const process = factOf(doc, image);
    const several = role === 'both' || (role === 'scheduler' && alsoRuns.length > 0);
    const settled =
      parts.length > 0 ? beside.every(({ type }) => type === 'process') : isScriptsAffair(image);
    if (several && settled) {
      // What is left of it once the scheduler is taken out where it stands.
      return role === 'both' ? [{ ...process, role: 'worker', alsoRuns: [] }, ...beside] : beside;
    }
    if (role === 'other' || parts.length > 0) return role === 'other' ? beside : [process, ...beside];
    if (role === 'both' ? schedulerInProgramList : role !== 'scheduler') return [process];
    const { name, where } = process;
    const runs = role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns;
    const alone = imageStarts(doc, project).length === 1 ? 'image' : 'stage';
    const reason = several ? 'also-runs' : alone;
    const named = several ? [] : mentions(doc, project);
    return [process, { type: 'scheduler-start', name, reason, namedBy: named, alsoRuns: runs, where }];
  });
}

function factOf({ file }: DockerDoc, { stage, analysis, line }: ImageStart): ProcessFact {
  return processFact(analysis, {
    id: imageId(file, stage),
    name: stage.last ? file.path : `${file.path} (${stage.name})`,
    via: analysis.via.filter(({ path }) => path !== file.path),
    where: { path: file.path, line },
  });
}

/** Schedulers that an image starts beside other things and that can be taken out. */
function besideFacts({ file, removal, name, base }: Part): readonly Fact[] {
  return removal.ranges.map(({ start }): Fact => {
    const where = { path: file.path, line: lineOf(file.text, base + start) };
    const common = { queues: null, withScheduler: 'unknown', alsoRuns: [], replicas: 1, via: [] } as const;
    return { type: 'process', id: `${file.path}#${base + start}`, name, role: 'scheduler', ...common, where };
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
