import { lineOf } from '../bytes.js';
import type { Decision, Fact, ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { rangeOf } from '../yaml/nodes.js';
import { lineAt, nodeAt, valueAt, type YamlPath } from '../yaml/path.js';
import type { Drop, KubeFile, KubeObject } from './objects.js';
import { workloadsOf } from './workloads.js';

interface Variable {
  readonly object: KubeObject;
  readonly name: string;
  readonly path: YamlPath;
}

/** Every environment variable that a file sets: in containers, ConfigMaps, Secrets, and their generators. */
function variablesOf(file: KubeFile): readonly Variable[] {
  return file.objects.flatMap((object): Variable[] => {
    const { plain, kind, pod } = object;
    if (pod !== null)
      return ['containers', 'initContainers'].flatMap((key) => inContainers(object, [...pod, key]));
    if (kind === 'ConfigMap') return keysOf(object, ['data']);
    if (kind === 'Secret') return keysOf(object, ['stringData']);
    if (!file.kustomization) return [];
    return ['configMapGenerator', 'secretGenerator'].flatMap((key) =>
      items(plain, [key]).flatMap((_, i) => {
        const path = [key, i, 'literals'];
        return items(plain, path).flatMap((literal, k): Variable[] => {
          const name = /^([A-Za-z_]\w*)=/.exec(String(literal))?.[1];
          return name === undefined ? [] : [{ object, name, path: [...path, k] }];
        });
      }),
    );
  });
}

function inContainers(object: KubeObject, list: YamlPath): Variable[] {
  return items(object.plain, list).flatMap((_, i) => {
    const path = [...list, i, 'env'];
    return items(object.plain, path).flatMap((item, k): Variable[] => {
      const name = valueAt(item, ['name']);
      return typeof name === 'string' ? [{ object, name, path: [...path, k] }] : [];
    });
  });
}

function keysOf(object: KubeObject, path: YamlPath): Variable[] {
  const data = valueAt(object.plain, path);
  if (typeof data !== 'object' || data === null) return [];
  return Object.keys(data).flatMap((name) =>
    /^[A-Za-z_]\w*$/.test(name) ? [{ object, name, path: [...path, name] }] : [],
  );
}

function items(root: unknown, path: YamlPath): readonly unknown[] {
  const list = valueAt(root, path);
  return Array.isArray(list) ? list : [];
}

/** The variables that the decision takes away. */
export function removedVariables(file: KubeFile, decision: Decision): readonly Drop[] {
  if (decision.removeEnv.size === 0) return [];
  return variablesOf(file)
    .filter(({ name }) => decision.removeEnv.has(unmaskBytes(name)))
    .map(({ object, path }) => ({ object, path, why: 'remove-env' }));
}

/** Variables set, and those that the pods of others than the scheduler read: `$(NAME)`, a key under another name. */
export function variableFacts(file: KubeFile, project: ProjectView): readonly Fact[] {
  const set = variablesOf(file).map(
    ({ object, name, path }): Fact => ({
      type: 'env-set',
      name: unmaskBytes(name),
      where: { path: file.path, line: lineAt(file, object.document, path) },
    }),
  );
  const reads = workloadsOf(file, project).flatMap(({ object, containers }) =>
    containers
      .filter(({ analysis }) => analysis.role !== 'scheduler')
      .flatMap(({ path }) => [...substituted(file, object, path), ...renamed(file, object, path)]),
  );
  return [...set, ...reads];
}

function substituted(file: KubeFile, object: KubeObject, path: YamlPath): Fact[] {
  const range = rangeOf(nodeAt(object.document, path)) ?? [0, 0];
  return [...file.body.slice(...range).matchAll(/(?<!\$)\$[({]?([A-Za-z_]\w*)/g)].map(
    ({ 1: name = '', index }) => ({
      type: 'env-read',
      name,
      where: { path: file.path, line: lineOf(file.body, range[0] + index) },
    }),
  );
}

/** `valueFrom: configMapKeyRef: key:` of a variable by another name. */
function renamed(file: KubeFile, object: KubeObject, path: YamlPath): Fact[] {
  return items(object.plain, [...path, 'env']).flatMap((item, i): Fact[] => {
    const from = ['configMapKeyRef', 'secretKeyRef'].map((ref) => valueAt(item, ['valueFrom', ref, 'key']));
    const key = from.find((one) => typeof one === 'string');
    if (typeof key !== 'string' || key === valueAt(item, ['name'])) return [];
    const line = lineAt(file, object.document, [...path, 'env', i]);
    return [{ type: 'env-read', name: unmaskBytes(key), where: { path: file.path, line } }];
  });
}
