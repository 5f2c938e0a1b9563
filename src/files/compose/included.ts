import { joinPath } from '../command/index.js';
import type { ProjectView } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { type ComposeDoc, composeAt } from './document.js';
import { folderOf, isComposePath } from './names.js';
import { isPlain } from './plain.js';

const found = new WeakMap<ProjectView, ReadonlySet<string>>();

/**
 * Paths that compose files `include:`, directly or through one another: compose files whatever they are called
 * (compose specification, include: a path, or a map with `path`, one or a list).
 */
export function includedPaths(project: ProjectView): ReadonlySet<string> {
  const known = found.get(project);
  if (known !== undefined) return known;
  const paths = new Set<string>();
  const queue = project.paths.filter(isComposePath);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const compose = composeAt(project, path);
    for (const included of compose === null ? [] : includesOf(compose)) {
      if (paths.has(included) || project.get(included) === undefined) continue;
      paths.add(included);
      queue.push(included);
    }
  }
  found.set(project, paths);
  return paths;
}

/** The project's paths that a file includes. */
export function includesOf(compose: ComposeDoc): readonly string[] {
  return compose.plain.flatMap((root) => {
    const list = isPlain(root) && Array.isArray(root.include) ? root.include : [];
    return list.flatMap((item: unknown) => pathsIn(item, compose));
  });
}

/** The project's paths of one entry. */
export function pathsIn(item: unknown, compose: ComposeDoc): readonly string[] {
  const value = isPlain(item) ? item.path : item;
  const texts = Array.isArray(value) ? value : [value];
  return texts.flatMap((text: unknown) => {
    const path = typeof text === 'string' ? joinPath(folderOf(compose.path), unmaskBytes(text)) : null;
    return path === null ? [] : [path];
  });
}
