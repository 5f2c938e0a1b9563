import type { Scalar } from 'yaml';
import type { Edit, Finding } from '../../plan/types.js';
import { editedElsewhere, type Place } from '../command/index.js';
import { keepOpenEnd, normaliseEdits } from '../edit.js';
import type { Decision, ProjectView } from '../types.js';
import { documentRemovals } from '../yaml/documents.js';
import { flagAfter } from '../yaml/flag.js';
import { unmaskBytes } from '../yaml/mask.js';
import { lineAt, nodeAt, scalarAt, slotAt, type YamlPath } from '../yaml/path.js';
import { ItemRemover } from '../yaml/remover.js';
import { type Replaced, replaceCommand } from '../yaml/replace.js';
import { removedVariables } from './environment.js';
import { kustomizationDrops } from './kustomize.js';
import type { Drop, KubeFile, KubeObject } from './objects.js';
import { removalOf } from './removal.js';
import { type Container, type Workload, workloadsOf } from './workloads.js';

/** `--with-scheduler` behind an argument of a command. */
export interface Flag {
  readonly object: KubeObject;
  readonly path: YamlPath;
  readonly place: Place;
  readonly edit: Edit;
}

/** A command that becomes `rq cron`. */
export interface Replacement extends Replaced {
  readonly object: KubeObject;
  readonly path: YamlPath;
}

/** What is to change in one file, before it becomes edits. */
export interface Intent {
  readonly gone: readonly KubeObject[];
  readonly drops: readonly Drop[];
  readonly flags: readonly Flag[];
  readonly replacements: readonly Replacement[];
  readonly findings: readonly Finding[];
}

/** The name by which a container is known: that of its object, and its own where there are several. */
export function processName({ object, containers }: Workload, container: Container): string {
  return unmaskBytes(containers.length > 1 ? `${object.name}/${container.name}` : object.name);
}

/** The id of a container's process, unique in the project. */
export function processId(workload: Workload, container: Container): string {
  const { kind, name } = workload.object;
  return `${workload.file.path}#${unmaskBytes(`${kind}/${name}/${container.name}`)}`;
}

/** Works out what the decision means for a file. */
export function intentOf(file: KubeFile, decision: Decision, project: ProjectView): Intent {
  const removal = removalOf(decision, project);
  const gone = removal.objects.get(file) ?? [];
  const findings = [...(removal.findings.get(file.path) ?? [])];
  const containers = (removal.containers.get(file) ?? []).map(
    ({ object, container }): Drop => ({ object, path: container.path, why: 'remove-scheduler-container' }),
  );
  const variables = removedVariables(file, decision).filter(
    ({ object, path }) => !containers.some((one) => one.object === object && startsWith(path, one.path)),
  );
  const kustomization = kustomizationDrops(file, decision, project);
  const wanted = [...containers, ...variables, ...kustomization.drops].filter(
    ({ object }) => !gone.includes(object),
  );
  const drops = wanted.filter(({ object, path }) => slotAt(object.document, path) !== null);
  for (const drop of wanted) {
    if (drops.includes(drop)) continue;
    const line = lineAt(file, drop.object.document, drop.path);
    findings.push({
      code: 'edit-by-hand',
      severity: 'error',
      path: file.path,
      line,
      args: { name: drop.why },
    });
  }
  const flags = flagsOf(file, decision, project);
  const replaced = replacementsOf(file, decision, project);
  return {
    gone,
    drops,
    flags: flags.flags,
    replacements: replaced.replacements,
    findings: [...findings, ...kustomization.findings, ...flags.findings, ...replaced.findings],
  };
}

function startsWith(path: YamlPath, lead: YamlPath): boolean {
  return lead.every((step, i) => path[i] === step);
}

/** Edits of the file, BOM included in the offsets. */
export function editsOf(file: KubeFile, intent: Intent): readonly Edit[] {
  const remover = new ItemRemover(file);
  for (const { object, path, why } of intent.drops) {
    const slot = slotAt(object.document, path);
    if (slot !== null) remover.add(slot.within, slot.index, why);
  }
  remover.collapse(() => false);
  const documents = new Set(intent.gone.map(({ document }) => document));
  const edits = [
    ...remover.edits(),
    ...documentRemovals(file, documents, 'remove-scheduler-object'),
    ...intent.flags.map(({ edit }) => edit),
    ...intent.replacements.map(({ edit }) => edit),
  ];
  return keepOpenEnd(file.body, normaliseEdits(edits)).map((edit) => ({
    ...edit,
    start: edit.start + file.bom,
    end: edit.end + file.bom,
  }));
}

function flagsOf(file: KubeFile, decision: Decision, project: ProjectView) {
  const flags: Flag[] = [];
  const findings: Finding[] = [];
  for (const workload of workloadsOf(file, project)) {
    const { object } = workload;
    for (const container of workload.containers) {
      if (!decision.enableScheduler.has(processId(workload, container))) continue;
      for (const worker of container.analysis.workers) {
        if (worker.withScheduler === 'on' || editedElsewhere(worker)) continue;
        const { after } = worker;
        const path = after?.path === null ? (container.pieces[after.piece] ?? null) : null;
        const scalar: Scalar | null = path === null ? null : scalarAt(object.document, path);
        const edit =
          worker.obstacle === null && scalar !== null && after ? flagAfter(file, scalar, after) : null;
        if (edit !== null && after && path !== null) {
          flags.push({ object, path, place: after, edit });
          continue;
        }
        const own = { path: file.path, line: lineAt(file, object.document, container.path) };
        const args = { service: processName(workload, container), reason: worker.obstacle ?? 'computed' };
        findings.push({ code: 'worker-flag-manual', severity: 'error', ...(worker.where ?? own), args });
      }
    }
  }
  return { flags, findings };
}

function replacementsOf(file: KubeFile, decision: Decision, project: ProjectView) {
  const replacements: Replacement[] = [];
  const findings: Finding[] = [];
  const config = decision.removeScheduler ? decision.replaceScheduler : null;
  for (const workload of config === null ? [] : workloadsOf(file, project)) {
    const { object } = workload;
    for (const container of workload.containers) {
      const { role, alsoRuns } = container.analysis;
      if (config === null || role !== 'scheduler' || alsoRuns.length > 0) continue;
      const last = container.pieces.at(-1) ?? null;
      const found = last === null ? null : replaceIn(file, object, last, config);
      if (found !== null) {
        replacements.push(found);
        continue;
      }
      const line = lineAt(file, object.document, container.path);
      const args = { service: processName(workload, container), command: `rq cron ${config}` };
      findings.push({ code: 'rq-cron-by-hand', severity: 'error', path: file.path, line, args });
    }
  }
  return { replacements, findings };
}

/** In the list that ends the command, or in the script that is its last item. */
function replaceIn(file: KubeFile, object: KubeObject, last: YamlPath, config: string): Replacement | null {
  for (const path of [last.slice(0, -1), last]) {
    const replaced = replaceCommand(file.body, nodeAt(object.document, path), config);
    if (replaced !== null) return { object, path, ...replaced };
  }
  return null;
}
