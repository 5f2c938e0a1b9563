import type { Finding } from '../../plan/types.js';
import type { Decision, ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { lineAt, valueAt } from '../yaml/path.js';
import { namedAt } from './names.js';
import { type KubeFile, type KubeObject, manifestsOf } from './objects.js';
import { type Container, type Workload, workloadsOf } from './workloads.js';

/** What goes from the manifests of a project, and what stands in the way. */
export interface Removal {
  /** Objects that go as a whole, by file. */
  readonly objects: ReadonlyMap<KubeFile, readonly KubeObject[]>;
  /** Containers that go from objects that stay, by file. */
  readonly containers: ReadonlyMap<KubeFile, readonly { object: KubeObject; container: Container }[]>;
  /** Files with nothing left in them. */
  readonly files: ReadonlySet<string>;
  /** By the path of the file in which the removal would have been made. */
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

const NOTHING: Removal = { objects: new Map(), containers: new Map(), files: new Set(), findings: new Map() };

const worked = new WeakMap<ProjectView, WeakMap<Decision, Removal>>();

/** Works out what the decision means for all manifests together. */
export function removalOf(decision: Decision, project: ProjectView): Removal {
  if (!decision.removeScheduler) return NOTHING;
  const known = worked.get(project) ?? new WeakMap<Decision, Removal>();
  worked.set(project, known);
  const before = known.get(decision);
  if (before !== undefined) return before;
  const removal = work(decision, project);
  known.set(decision, removal);
  return removal;
}

function work(decision: Decision, project: ProjectView): Removal {
  const files = manifestsOf(project);
  const fates = files.flatMap((file) => workloadsOf(file, project).map((workload) => fateOf(workload)));
  const findings = new Map<string, Finding[]>();
  const say = (path: string, finding: Finding): void => {
    findings.set(path, [...(findings.get(path) ?? []), finding]);
  };
  for (const { workload, finding } of fates) if (finding !== null) say(workload.file.path, finding);
  if (decision.replaceScheduler !== null) return { ...NOTHING, findings };
  const objects = new Map<KubeFile, KubeObject[]>();
  const take = ({ file, object }: Workload): void => {
    objects.set(file, [...(objects.get(file) ?? []), object]);
  };
  const whole = fates.filter(({ goes }) => goes === 'object').map(({ workload }) => workload);
  whole.forEach(take);
  const names = new Set(whole.map(({ object }) => identity(object)));
  for (const { workload, goes } of fates) {
    if (goes !== 'object' && names.has(identity(workload.object)) && isPatch(workload)) take(workload);
  }
  const deleted = new Set<string>();
  for (const [file, gone] of [...objects]) {
    if (file.objects.length > gone.length) continue;
    const named = namedAt(file.path, project);
    for (const where of named) {
      const args = { file: file.path };
      say(file.path, { code: 'manifest-is-named', severity: 'error', ...where, args });
    }
    if (named.length === 0) deleted.add(file.path);
    else objects.delete(file);
  }
  const containers = new Map<KubeFile, { object: KubeObject; container: Container }[]>();
  for (const { workload, goes } of fates) {
    const { file, object } = workload;
    if (!Array.isArray(goes)) continue;
    const own = goes.map((container: Container) => ({ object, container }));
    containers.set(file, [...(containers.get(file) ?? []), ...own]);
  }
  return { objects, containers, files: deleted, findings };
}

/** Kind and name, by which kustomize matches a patch with what it changes. */
export function identity({ kind, name }: KubeObject): string {
  return `${kind}/${name}`;
}

/** Part of an object, to be laid over a whole one: no selector, no command. */
function isPatch({ object, containers }: Workload): boolean {
  return (
    valueAt(object.plain, ['spec', 'selector']) === undefined && containers.every((one) => !one.hasCommand)
  );
}

interface Fate {
  readonly workload: Workload;
  readonly goes: 'object' | readonly Container[] | null;
  readonly finding: Finding | null;
}

/** Proxies and log collectors: without the scheduler they would run for nobody. */
const SIDECAR = /cloud-?sql|proxy|istio|envoy|linkerd|vault|fluent|filebeat|vector|otel|datadog|agent/;

function fateOf(workload: Workload): Fate {
  const { containers, prepares } = workload;
  const pure = containers.filter(
    ({ analysis }) => analysis.role === 'scheduler' && analysis.alsoRuns.length === 0,
  );
  const mixed = containers.find(
    ({ analysis }) =>
      (analysis.role === 'both' && !analysis.schedulerInProgramList) ||
      (analysis.role === 'scheduler' && analysis.alsoRuns.length > 0),
  );
  const stays = (finding: Finding | null): Fate => ({ workload, goes: null, finding });
  if (mixed !== undefined) {
    const { role, alsoRuns } = mixed.analysis;
    return stays(alsoRunning(workload, mixed, role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns));
  }
  const first = pure[0];
  if (first === undefined) return stays(null);
  const rest = containers.filter((one) => !pure.includes(one));
  if (rest.length === 0) {
    if (prepares.length > 0) return stays(alsoRunning(workload, first, prepares));
    return { workload, goes: 'object', finding: null };
  }
  const alone = rest.every(({ image, analysis }) => analysis.role === 'other' && SIDECAR.test(image));
  if (alone || pure.some((one) => isReferred(workload, one))) {
    const args = { name: 'rqscheduler' };
    return stays({ code: 'edit-by-hand', severity: 'error', ...whereOf(workload, first), args });
  }
  return { workload, goes: pure, finding: null };
}

function whereOf({ file, object }: Workload, { path }: Container) {
  return { path: file.path, line: lineAt(file, object.document, path) };
}

function alsoRunning(workload: Workload, container: Container, alsoRuns: readonly string[]): Finding {
  const service = unmaskBytes(`${workload.object.kind} ${workload.object.name}`);
  const at = whereOf(workload, container);
  return { code: 'scheduler-also-runs', severity: 'error', ...at, args: { service, alsoRuns } };
}

/** Does the object refer to the container by its name? */
function isReferred({ object }: Workload, { name }: Container): boolean {
  const text = JSON.stringify(object.plain);
  return [`"containerName":"${name}"`, `"kubectl.kubernetes.io/default-container":"${name}"`].some((one) =>
    text.includes(one),
  );
}
