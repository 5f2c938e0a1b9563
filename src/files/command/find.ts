import { lineOf } from '../bytes.js';
import type { ProjectView, SourceFile } from '../types.js';

/** Where a command's files are looked for. */
export interface SearchPlaces {
  /** Project folders (POSIX, '' for the root), nearest first: build context, compose folder. */
  readonly folders: readonly string[];
  /** Container path -> project path, from a Dockerfile's COPY lines and bind mounts. */
  readonly copies: ReadonlyMap<string, string>;
}

/** Joins and normalises POSIX paths; what climbs out of the project gives null. */
export function joinPath(...parts: readonly string[]): string | null {
  const out: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.pop() === undefined) return null;
  }
  return out.join('/');
}

/**
 * The project's file for a path inside the container: through COPY lines, then as a path under each
 * folder with leading directories taken off one by one (`/app/bin/run.sh`, `bin/run.sh`, `run.sh`),
 * then the only file of that name in the project.
 */
export function findFile(project: ProjectView, path: string, places: SearchPlaces): SourceFile | undefined {
  const plain = joinPath(path);
  if (plain === null || plain === '') return undefined;
  const parts = plain.split('/');
  for (let n = parts.length; n > 0; n--) {
    const copied = places.copies.get(parts.slice(-n).join('/'));
    const file = copied === undefined ? undefined : project.get(copied);
    if (file !== undefined) return file;
  }
  for (let n = parts.length; n > 0; n--) {
    for (const folder of [...places.folders, '']) {
      const candidate = joinPath(folder, ...parts.slice(-n));
      const file = candidate === null ? undefined : project.get(candidate);
      if (file !== undefined) return file;
    }
  }
  const name = parts.at(-1) ?? '';
  if (!path.includes('/') && !name.includes('.')) return undefined;
  const same = project.paths.filter((known) => known.endsWith(`/${name}`));
  return same.length === 1 && same[0] !== undefined ? project.get(same[0]) : undefined;
}

/** The file behind `python -m name`. */
export function findModule(project: ProjectView, name: string, places: SearchPlaces): SourceFile | undefined {
  const path = name.replaceAll('.', '/');
  for (const folder of [...places.folders, '']) {
    for (const middle of ['', 'src', 'app', 'backend']) {
      for (const tail of [`${path}.py`, `${path}/__main__.py`]) {
        const candidate = joinPath(folder, middle, tail);
        const file = candidate === null ? undefined : project.get(candidate);
        if (file !== undefined) return file;
      }
    }
  }
  return undefined;
}

/** The module behind a console script that the project itself declares, and where it says so. */
export function findConsoleScript(
  project: ProjectView,
  name: string,
  places: SearchPlaces,
): { readonly module: string; readonly path: string; readonly line: number } | null {
  if (!/^[\w.-]+$/.test(name)) return null;
  const entry = new RegExp(
    `(?:^\\s*["']?|["'])${name.replaceAll('.', '\\.')}["']?\\s*=\\s*["']?([A-Za-z_][\\w.]*):`,
    'm',
  );
  for (const folder of [...places.folders, '']) {
    for (const file of ['pyproject.toml', 'setup.cfg', 'setup.py']) {
      const path = joinPath(folder, file);
      const text = path === null ? undefined : project.get(path)?.text;
      const match = text === undefined ? null : entry.exec(text);
      if (path !== null && text !== undefined && match?.[1] !== undefined) {
        return { module: match[1], path, line: lineOf(text, match.index + match[0].search(/\S/)) };
      }
    }
  }
  return null;
}
