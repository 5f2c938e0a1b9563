import type { Finding } from '../../plan/types.js';
import { joinPath } from '../command/index.js';
import type { Decision, ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { valueAt } from '../yaml/path.js';
import type { Drop } from './changes.js';
import type { KubeFile } from './objects.js';
import { identity, removalOf } from './removal.js';

/** Fields of a kustomization that list files (kustomization.yaml reference). */
const LISTS = ['resources', 'bases', 'components', 'patchesStrategicMerge', 'crds'];
const PATCHES = ['patches', 'patchesJson6902'];
/** Without any of these a kustomization makes nothing, which kustomize refuses. */
const SOURCES = [
  'resources',
  'bases',
  'components',
  'helmCharts',
  'generators',
  'configMapGenerator',
  'secretGenerator',
];

/** Entries of a kustomization for files that go, patches and replica counts of objects that go. */
export function kustomizationDrops(
  file: KubeFile,
  decision: Decision,
  project: ProjectView,
): { readonly drops: readonly Drop[]; readonly findings: readonly Finding[] } {
  const { files, objects } = removalOf(decision, project);
  const object = file.objects[0];
  if (!file.kustomization || object === undefined || objects.size === 0) return { drops: [], findings: [] };
  const gone = [...objects.values()].flat();
  const names = new Set(gone.map(identity));
  const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
  const isDeleted = (entry: unknown): boolean =>
    typeof entry === 'string' && files.has(joinPath(folder, unmaskBytes(entry)) ?? '');
  const targets = (entry: unknown): boolean =>
    names.has(`${valueAt(entry, ['target', 'kind'])}/${valueAt(entry, ['target', 'name'])}`);
  const drops = (key: string, goes: (entry: unknown) => boolean, why: string): Drop[] =>
    entries(object.plain, key).flatMap((entry, i) => (goes(entry) ? [{ object, path: [key, i], why }] : []));
  const all = [
    ...LISTS.flatMap((key) => drops(key, isDeleted, 'remove-manifest-entry')),
    ...PATCHES.flatMap((key) =>
      drops(key, (entry) => isDeleted(valueAt(entry, ['path'])) || targets(entry), 'remove-manifest-entry'),
    ),
    ...drops(
      'replicas',
      (entry) => gone.some(({ name }) => name === valueAt(entry, ['name'])),
      'remove-manifest-entry',
    ),
  ];
  const before = SOURCES.flatMap((key) => entries(object.plain, key));
  const after = before.length - all.filter(({ path }) => SOURCES.includes(String(path[0]))).length;
  if (before.length === 0 || after > 0) return { drops: all, findings: [] };
  const args = { name: file.path };
  return {
    drops: all,
    findings: [{ code: 'kustomization-emptied', severity: 'error', path: file.path, line: 1, args }],
  };
}

function entries(root: unknown, key: string): readonly unknown[] {
  const list = valueAt(root, [key]);
  return Array.isArray(list) ? list : [];
}
