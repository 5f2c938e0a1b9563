import type { Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import type { Decision, ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { rangeOf } from '../yaml/nodes.js';
import { valueAt } from '../yaml/path.js';
import { type KubeFile, type KubeObject, manifestsOf, podLabels } from './objects.js';
import { identity, removalOf } from './removal.js';

type Labels = Readonly<Record<string, unknown>>;

/**
 * Objects of a file that are about nothing but pods that go: services, disruption budgets, network policies by
 * their labels, autoscalers by the name of their target. They are told, not touched.
 */
export function orphans(file: KubeFile, decision: Decision, project: ProjectView): readonly Finding[] {
  const { objects } = removalOf(decision, project);
  if (objects.size === 0) return [];
  const gone = [...objects.values()].flat();
  const left = manifestsOf(project)
    .flatMap((one) => one.objects)
    .filter((object) => object.pod !== null && !gone.includes(object));
  return file.objects.flatMap((object): Finding[] => {
    if (object.pod !== null || gone.includes(object)) return [];
    const target = gone.find((one) => concerns(object, one));
    if (target === undefined || left.some((one) => concerns(object, one))) return [];
    const line = lineOf(file.body, rangeOf(object.document.contents)?.[0] ?? 0);
    const args = { name: shown(object), target: shown(target) };
    return [{ code: 'object-without-target', severity: 'warn', path: file.path, line, args }];
  });
}

function shown({ kind, name }: KubeObject): string {
  return unmaskBytes(`${kind} ${name}`);
}

function concerns(object: KubeObject, workload: KubeObject): boolean {
  const target =
    valueAt(object.plain, ['spec', 'scaleTargetRef']) ?? valueAt(object.plain, ['spec', 'targetRef']);
  if (target !== undefined) {
    // KEDA's kind is Deployment unless it says otherwise.
    return identity(workload) === `${valueAt(target, ['kind']) ?? 'Deployment'}/${valueAt(target, ['name'])}`;
  }
  const selector = selectorOf(object);
  const labels = podLabels(workload);
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function selectorOf({ kind, plain }: KubeObject): Labels {
  const paths: Readonly<Record<string, readonly string[]>> = {
    Service: ['spec', 'selector'],
    PodDisruptionBudget: ['spec', 'selector', 'matchLabels'],
    NetworkPolicy: ['spec', 'podSelector', 'matchLabels'],
    PodMonitor: ['spec', 'selector', 'matchLabels'],
  };
  const path = paths[kind];
  const labels = path === undefined ? undefined : valueAt(plain, path);
  return typeof labels === 'object' && labels !== null ? (labels as Labels) : {};
}
