import { processFact } from '../command/index.js';
import type { Fact, FileKind } from '../types.js';
import { lineAt, valueAt } from '../yaml/path.js';
import { editsOf, intentOf, processId, processName } from './changes.js';
import { confirmManifests } from './confirm.js';
import { variableFacts } from './environment.js';
import { isGoneKustomization } from './kustomize.js';
import { type KubeFile, readManifests } from './objects.js';
import { orphans } from './orphans.js';
import { removalOf } from './removal.js';
import { type Container, type Workload, workloadsOf } from './workloads.js';

/** Kubernetes manifests and kustomizations. Templates of Helm are none: they are no YAML yet. */
export const kubernetesKind: FileKind<KubeFile> = {
  id: 'kubernetes',
  match: (path) => /\.ya?ml$/.test(path),
  parse: readManifests,
  facts(file, project) {
    const processes = workloadsOf(file, project).flatMap((workload) =>
      workload.containers.map((container) => factOf(workload, container)),
    );
    return [...processes, ...variableFacts(file, project)];
  },
  edits(file, decision, project) {
    if (isGoneKustomization(file, decision, project)) return { edits: [], deleteFile: true, findings: [] };
    const intent = intentOf(file, decision, project);
    const findings = [...intent.findings, ...orphans(file, decision, project)];
    if (removalOf(decision, project).files.has(file.path)) return { edits: [], deleteFile: true, findings };
    return { edits: editsOf(file, intent), findings };
  },
  confirm: confirmManifests,
};

function factOf(workload: Workload, container: Container): Fact {
  const { file, object } = workload;
  const replicas = Number(valueAt(object.plain, ['spec', 'replicas']) ?? 1);
  return processFact(container.analysis, {
    id: processId(workload, container),
    name: processName(workload, container),
    replicas: Number.isInteger(replicas) && replicas >= 0 ? replicas : 1,
    ...(container.zone === null ? {} : { zone: container.zone }),
    where: { path: file.path, line: lineAt(file, object.document, container.path) },
  });
}
