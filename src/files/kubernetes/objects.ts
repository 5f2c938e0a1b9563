import type { Document } from 'yaml';
import { FileParseError, NotOfKindError, type ProjectView, type SourceFile } from '../types.js';
import type { YamlText } from '../yaml/nodes.js';
import { parseYaml, plainOf } from '../yaml/parse.js';
import { valueAt, type YamlPath } from '../yaml/path.js';

/** One object of a manifest. Texts are masked (`yaml/mask.ts`). */
export interface KubeObject {
  readonly document: Document.Parsed;
  readonly plain: unknown;
  readonly kind: string;
  /** '' for none. */
  readonly name: string;
  /** Where its pod template's spec stands; null for a kind without pods. */
  readonly pod: YamlPath | null;
}

/** A file of manifests, or a kustomization. */
export interface KubeFile extends YamlText {
  readonly objects: readonly KubeObject[];
  readonly kustomization: boolean;
}

/** An item of an object that goes. */
export interface Drop {
  readonly object: KubeObject;
  readonly path: YamlPath;
  readonly why: string;
}

const TEMPLATE: YamlPath = ['spec', 'template', 'spec'];
/** Kinds that run pods, with the path to the pod's spec (Kubernetes API apps/v1, batch/v1, v1; OpenShift, Argo). */
const PODS: Readonly<Record<string, YamlPath>> = {
  Pod: ['spec'],
  Deployment: TEMPLATE,
  StatefulSet: TEMPLATE,
  DaemonSet: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  Job: TEMPLATE,
  DeploymentConfig: TEMPLATE,
  Rollout: TEMPLATE,
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** Kinds that matter here. Others, definitions of resources above all, can be very long, and are not read. */
const KINDS = [
  ...Object.keys(PODS),
  ...['ConfigMap', 'Secret', 'Service', 'HorizontalPodAutoscaler', 'VerticalPodAutoscaler', 'ScaledObject'],
  ...['PodDisruptionBudget', 'NetworkPolicy', 'PodMonitor', 'Kustomization', 'Component'],
];
const MANIFEST = new RegExp(`^["']?kind["']?:[ \\t]*["']?(${KINDS.join('|')})["']?[ \\t]*(#.*)?\\r?$`, 'm');

export function isKustomizationPath(path: string): boolean {
  return /(^|\/)kustomization\.ya?ml$/.test(path);
}

const parsed = new WeakMap<SourceFile, KubeFile>();

/**
 * Reads a file of manifests; throws NotOfKindError for other YAML and for templates (`{{ }}`), FileParseError
 * for a manifest that cannot be parsed.
 */
export function readManifests(file: SourceFile): KubeFile {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const kustomization = isKustomizationPath(file.path);
  const manifest = /^(?:\xef\xbb\xbf)?["']?apiVersion["']?:/m.test(file.text) && MANIFEST.test(file.text);
  if ((!manifest && !kustomization) || file.text.includes('{{')) throw new NotOfKindError(file.path);
  const yaml = parseYaml(file);
  const objects = yaml.documents.flatMap((document): KubeObject[] => {
    const plain = plainOf(document, file.path);
    if (typeof plain !== 'object' || plain === null) return [];
    const kind = String(valueAt(plain, ['kind']) ?? (kustomization ? 'Kustomization' : ''));
    const name = String(valueAt(plain, ['metadata', 'name']) ?? '');
    return [{ document, plain, kind, name, pod: PODS[kind] ?? null }];
  });
  const read = { ...yaml, objects, kustomization };
  parsed.set(file, read);
  return read;
}

const all = new WeakMap<ProjectView, readonly KubeFile[]>();

/** Every file of manifests of a project that can be read. */
export function manifestsOf(project: ProjectView): readonly KubeFile[] {
  const known = all.get(project);
  if (known !== undefined) return known;
  const files = project.paths.flatMap((path): KubeFile[] => {
    const file = /\.ya?ml$/.test(path) ? project.get(path) : undefined;
    if (file === undefined) return [];
    try {
      return [readManifests(file)];
    } catch (error) {
      if (!(error instanceof FileParseError)) throw error;
      return [];
    }
  });
  all.set(project, files);
  return files;
}

/** The labels of the pods that an object runs. */
export function podLabels({ plain, pod }: KubeObject): Readonly<Record<string, unknown>> {
  const labels = pod === null ? undefined : valueAt(plain, [...pod.slice(0, -1), 'metadata', 'labels']);
  return typeof labels === 'object' && labels !== null ? (labels as Record<string, unknown>) : {};
}
