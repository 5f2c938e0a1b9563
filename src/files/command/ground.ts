import type { ProjectView } from '../types.js';
import { joinPath } from './find.js';

/** Where a command runs, and what of the project is there. */
export interface Ground {
  /** Working directory: absolute in its own file system, else relative to the project; null where unknown. */
  readonly cwd: string | null;
  /** Absolute paths there (container, host) and the project's path whose content each of them has. */
  readonly mounts: ReadonlyMap<string, string>;
  /** PYTHONPATH that the surroundings set; null for none. */
  readonly pythonPath: string | null;
}

/** A folder of the project on an import path. */
export interface ImportRoot {
  /** Project-relative, '' for the project itself. */
  readonly folder: string;
  /** Only these packages of the folder are there (copied one by one, or installed); null: all of it. */
  readonly packages: readonly string[] | null;
}

export const NOWHERE: Ground = { cwd: null, mounts: new Map(), pythonPath: null };

/** In a folder of the project, as it stands in the repository. */
export function inProject(folder: string): Ground {
  return { ...NOWHERE, cwd: folder };
}

/** A path as the command sees it: absolute, or relative to the project; null where that cannot be told. */
export function pathThere(path: string, { cwd }: Ground): string | null {
  if (path.startsWith('/')) return absolute(path);
  if (cwd === null) return null;
  return cwd.startsWith('/') ? absolute(`${cwd}/${path}`) : joinPath(cwd, path);
}

/** The ground after `cd path`; `script` is the script that says so. */
export function afterCd(ground: Ground, path: string, known: boolean, script: string | null): Ground {
  const own = /^\$\(dirname (?:-- )?"?\$(?:0|\{?BASH_SOURCE(?:\[0\])?\}?)"?\)(.*)$/.exec(path);
  if (own !== null && script !== null && /^[\w./-]*$/.test(own[1] ?? '')) {
    return { ...ground, cwd: joinPath(folderOf(script), own[1] ?? '') };
  }
  return { ...ground, cwd: known && path !== '' && path !== '-' ? pathThere(path, ground) : null };
}

/** What of the project stands in a folder that a command has on its import path; empty where nothing is known to. */
export function rootsAt(path: string, ground: Ground, project: ProjectView): readonly ImportRoot[] {
  const there = pathThere(path, ground);
  if (there === null) return [];
  if (!there.startsWith('/')) return [{ folder: there, packages: null }];
  const whole = ground.mounts.size === 0 ? onHost(there, project) : mounted(there, ground.mounts, project);
  if (whole !== null) return [{ folder: whole, packages: null }];
  const parts = [...ground.mounts].flatMap(([at, source]): ImportRoot[] => {
    const name = at.slice(at.lastIndexOf('/') + 1);
    const inside = folderOf(at) === there.replace(/\/$/, '') && source.split('/').at(-1) === name;
    return inside && isFolder(source, project) ? [{ folder: folderOf(source), packages: [name] }] : [];
  });
  return parts;
}

function mounted(path: string, mounts: ReadonlyMap<string, string>, project: ProjectView): string | null {
  let best: string | null = null;
  for (const at of mounts.keys()) {
    const within = path === at || path.startsWith(at === '/' ? at : `${at}/`);
    if (within && (best === null || at.length > best.length)) best = at;
  }
  const source = best === null ? undefined : mounts.get(best);
  if (best === null || source === undefined) return null;
  const folder = joinPath(source, path.slice(best.length));
  return folder !== null && isFolder(folder, project) ? folder : null;
}

/**
 * The project's folder at an absolute path of a host of which nothing else is known. The path may be where the
 * project lies, or end in a folder of the project: only where one of the two can be meant it is an answer.
 */
function onHost(path: string, project: ProjectView): string | null {
  const parts = path.split('/').filter((part) => part !== '');
  const ends = parts.map((_, i) => parts.slice(i).join('/'));
  const inside = ends.filter(
    (end) => isFolder(end, project) && project.get(`${end}/__init__.py`) === undefined,
  );
  return inside.length === 0 ? '' : null;
}

/** Is there a file below this path of the project? */
export function isFolder(path: string, project: ProjectView): boolean {
  return path === '' || project.paths.some((known) => known.startsWith(`${path}/`));
}

function absolute(path: string): string {
  return `/${joinPath(path) ?? ''}`;
}

/** Folder of a path, '' for the root. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
