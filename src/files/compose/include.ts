import { isMap, isSeq } from 'yaml';
import type { Decision, ProjectView } from '../types.js';
import { type Collection, pairAt, textOf } from '../yaml/nodes.js';
import type { ItemRemover } from '../yaml/remover.js';
import { type ComposeDoc, composeAt } from './document.js';
import { includedPaths, includesOf, pathsIn } from './included.js';
import { isPlain, type Plain } from './plain.js';
import { removalOf } from './roles.js';
import { servicesOf } from './service.js';

/** True for an included file that holds nothing but services that go: it goes as a whole. */
export function isGoneInclude(compose: ComposeDoc, decision: Decision, project: ProjectView): boolean {
  if (!includedPaths(project).has(compose.path)) return false;
  const { gone, findings } = removalOf(compose, decision, project);
  const services = servicesOf(compose);
  if (gone.length === 0 || findings.length > 0 || gone.length < services.length) return false;
  return compose.plain.every(
    (root) => !isPlain(root) || Object.keys(root).every((key) => /^(services|version|name|x-.*)$/.test(key)),
  );
}

/** The included files of a compose file that go. */
export function goneIncludes(
  compose: ComposeDoc,
  decision: Decision,
  project: ProjectView,
): ReadonlySet<string> {
  if (!decision.removeScheduler) return new Set();
  const gone = includesOf(compose).filter((path) => {
    const included = includedPaths(project).has(path) ? composeAt(project, path) : null;
    return included !== null && isGoneInclude(included, decision, project);
  });
  return new Set(gone);
}

/** Asks for the removal of the entries that name files that go. */
export function removeIncludes(remover: ItemRemover, compose: ComposeDoc, gone: ReadonlySet<string>): void {
  if (gone.size === 0) return;
  const goes = (text: unknown): boolean => pathsIn(textOf(text), compose).some((path) => gone.has(path));
  const why = 'remove-include';
  for (const { contents } of compose.documents) {
    const list = isMap(contents) ? pairAt(contents, 'include')?.value : undefined;
    if (!isSeq(list)) continue;
    list.items.forEach((item, index) => {
      const path = isMap(item) ? pairAt(item, 'path')?.value : item;
      if (!isSeq(path)) {
        if (goes(path)) remover.add(list as Collection, index, why);
        return;
      }
      const paths = path.items.flatMap((one, i) => (goes(one) ? [i] : []));
      if (paths.length === path.items.length) remover.add(list as Collection, index, why);
      else for (const i of paths) remover.add(path as Collection, i, why);
    });
  }
}

/** The same on plain values. */
export function dropIncludes(root: Plain, compose: ComposeDoc, gone: ReadonlySet<string>): void {
  if (!Array.isArray(root.include) || gone.size === 0) return;
  const goes = (text: unknown): boolean => pathsIn(text, compose).some((path) => gone.has(path));
  root.include = root.include.flatMap((item: unknown): unknown[] => {
    if (!isPlain(item)) return goes(item) ? [] : [item];
    const paths = Array.isArray(item.path) ? item.path.filter((one) => !goes(one)) : item.path;
    if (Array.isArray(paths) ? paths.length === 0 : goes(paths)) return [];
    return [{ ...item, path: paths }];
  });
}
