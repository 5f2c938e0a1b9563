import { parseAllDocuments } from 'yaml';
import type { Finding } from '../../plan/types.js';
import { joinPath } from '../command/index.js';
import type { Decision, ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { valueAt } from '../yaml/path.js';
import { type Drop, type KubeFile, manifestsOf } from './objects.js';
import { identity, type Removal, removalOf } from './removal.js';

/** Fields of a kustomization that list files (kustomization.yaml reference). */
const LISTS = ['resources', 'bases', 'components', 'crds'];
const PATCHES = ['patches', 'patchesStrategicMerge', 'patchesJson6902'];
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
  const removal = removalOf(decision, project);
  const { files, objects } = removal;
  const object = file.objects[0];
  if (!file.kustomization || object === undefined || objects.size === 0) return { drops: [], findings: [] };
  const gone = [...objects.values()].flat();
  const names = new Set(gone.map(identity));
  const folder = folderOf(file.path);
  const folders = goneFolders(removal, project);
  const isDeleted = (entry: unknown): boolean => goes(entry, folder, files, folders);
  const patches = (entry: unknown): boolean =>
    isDeleted(valueAt(entry, ['path'])) ||
    names.has(`${valueAt(entry, ['target', 'kind'])}/${valueAt(entry, ['target', 'name'])}`) ||
    names.has(patched(valueAt(entry, ['patch']) ?? entry));
  const counts = (entry: unknown): boolean => gone.some(({ name }) => name === valueAt(entry, ['name']));
  const drops = (key: string, wanted: (entry: unknown) => boolean): Drop[] =>
    entries(object.plain, key).flatMap((entry, i) =>
      wanted(entry) ? [{ object, path: [key, i], why: 'remove-manifest-entry' }] : [],
    );
  const all = [
    ...LISTS.flatMap((key) => drops(key, isDeleted)),
    ...PATCHES.flatMap((key) => drops(key, (entry) => isDeleted(entry) || patches(entry))),
    ...drops('replicas', counts),
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

/** Kind and name of what a patch written into the kustomization changes; '' for anything else. */
function patched(text: unknown): string {
  if (typeof text !== 'string' || !text.includes('\n')) return '';
  const [document] = parseAllDocuments(text, { logLevel: 'silent' });
  if (document === undefined || document.errors.length > 0) return '';
  const plain: unknown = document.toJS();
  return `${valueAt(plain, ['kind'])}/${valueAt(plain, ['metadata', 'name'])}`;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** Does an entry name a file or a folder that goes? */
function goes(
  entry: unknown,
  folder: string,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): boolean {
  const path = typeof entry === 'string' ? joinPath(folder, unmaskBytes(entry)) : null;
  return path !== null && (files.has(path) || folders.has(path));
}

const worked = new WeakMap<Removal, ReadonlySet<string>>();

/**
 * Folders whose kustomization would be left with nothing, and that another kustomization lists: they go as
 * manifests do, and so may those that list them.
 */
export function goneFolders(removal: Removal, project: ProjectView): ReadonlySet<string> {
  const known = worked.get(removal);
  if (known !== undefined) return known;
  const gone = new Set<string>();
  const all = manifestsOf(project).flatMap((file) => {
    const plain = file.kustomization ? file.objects[0]?.plain : undefined;
    if (plain === undefined) return [];
    return [{ folder: folderOf(file.path), sources: SOURCES.flatMap((key) => entries(plain, key)) }];
  });
  const listed = new Set(
    all.flatMap(({ folder, sources }) =>
      sources.flatMap((entry) => (typeof entry === 'string' ? [joinPath(folder, unmaskBytes(entry))] : [])),
    ),
  );
  for (let size = -1; size < gone.size; ) {
    size = gone.size;
    for (const { folder, sources } of all) {
      const emptied =
        sources.length > 0 && sources.every((entry) => goes(entry, folder, removal.files, gone));
      if (emptied && listed.has(folder)) gone.add(folder);
    }
  }
  worked.set(removal, gone);
  return gone;
}

/** A kustomization that goes as a whole. */
export function isGoneKustomization(file: KubeFile, decision: Decision, project: ProjectView): boolean {
  return file.kustomization && goneFolders(removalOf(decision, project), project).has(folderOf(file.path));
}

function entries(root: unknown, key: string): readonly unknown[] {
  const list = valueAt(root, [key]);
  return Array.isArray(list) ? list : [];
}
