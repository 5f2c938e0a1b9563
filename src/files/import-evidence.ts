import { folderOf, type ImportRoot } from './command/ground.js';
import { normaliseName } from './dependencies/pep508.js';
import { importsOf, type PyImport } from './pysource/imports.js';
import { parsePython } from './pysource/parser.js';
import { STANDARD_LIBRARY } from './pysource/standard-library.js';
import type { Fact, ProjectView } from './types.js';

/**
 * Folders that are on the import path wherever this Python file runs, told by the project's modules that it imports
 * by their full names: it could not be loaded otherwise. Names that a package or the standard library has prove
 * nothing, nor do modules that lie in several folders.
 */
export function evidenceOf(path: string, facts: readonly Fact[], view: ProjectView): readonly ImportRoot[] {
  const folders = new Set(
    absoluteImports(path, view).flatMap((module) => {
      const found = ownNames(module, facts) ? foldersOf(module, view) : [];
      return found.length === 1 ? found : [];
    }),
  );
  return roots([...folders]);
}

/** The folder from which others import this file by its full name; empty where they do not, or from several. */
export function importedFrom(path: string, facts: readonly Fact[], view: ProjectView): readonly ImportRoot[] {
  const name =
    path
      .replace(/(\/__init__)?\.py$/, '')
      .split('/')
      .at(-1) ?? '';
  const folders = new Set<string>();
  for (const other of view.paths) {
    if (other === path || !other.endsWith('.py') || !view.get(other)?.text.includes(name)) continue;
    for (const module of absoluteImports(other, view)) {
      if (!ownNames(module, facts)) continue;
      for (const folder of foldersOf(module, view)) {
        if (filesOf(folder, module).includes(path)) folders.add(folder);
      }
    }
  }
  return folders.size === 1 ? roots([...folders]) : [];
}

/** The folder that a file's outermost package lies in; its own for a file of no package. */
export function packageParent(path: string, view: ProjectView): string {
  let folder = folderOf(path);
  while (folder !== '' && view.get(`${folder}/__init__.py`) !== undefined) folder = folderOf(folder);
  return folder;
}

/** Modules that a file imports by full names; of `from a import b` both `a` and `a.b`, which may be one. */
function absoluteImports(path: string, view: ProjectView): readonly string[] {
  const text = view.get(path)?.text;
  if (text === undefined) return [];
  return importsOf(parsePython(text)).flatMap(({ module, origin }: PyImport) =>
    module.startsWith('.') ? [] : [...new Set([module, origin])],
  );
}

function ownNames(module: string, facts: readonly Fact[]): boolean {
  const top = module.split('.')[0] ?? '';
  const installed = facts.some((fact) => fact.type === 'dependency' && fact.name === normaliseName(top));
  return !installed && !STANDARD_LIBRARY.has(top);
}

/** Folders of the project, packages left out, from which a module of this name can be imported. */
function foldersOf(module: string, view: ProjectView): readonly string[] {
  const tails = filesOf('', module).map((tail) => `/${tail}`);
  const found = view.paths.flatMap((path) => {
    const tail = tails.find((one) => `/${path}`.endsWith(one));
    return tail === undefined ? [] : [path.slice(0, Math.max(0, path.length - tail.length))];
  });
  return [...new Set(found)].filter((folder) => folder === '' || !view.get(`${folder}/__init__.py`));
}

function filesOf(folder: string, module: string): readonly string[] {
  const path = `${folder === '' ? '' : `${folder}/`}${module.replaceAll('.', '/')}`;
  return [`${path}.py`, `${path}/__init__.py`];
}

function roots(folders: readonly string[]): readonly ImportRoot[] {
  return folders.map((folder) => ({ folder, packages: null }));
}
