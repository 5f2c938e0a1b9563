import type { ProjectView } from '../types.js';
import type { Arg } from './expand.js';
import { type Ground, type ImportRoot, rootsAt } from './ground.js';

/** What of the project a Python process can import, as far as the files prove it. */
export interface ImportPath {
  /** In the order of `sys.path`; empty where nothing is known. */
  readonly roots: readonly ImportRoot[];
  /** The script or module of the project that it runs, project-relative; null for none. */
  readonly script: string | null;
  /** It is, or runs in the process of, a worker. */
  readonly works: boolean;
}

/** The folders of PYTHONPATH, `given` before what the surroundings set. */
export function pythonPathRoots(
  given: string | undefined,
  ground: Ground,
  project: ProjectView,
): readonly ImportRoot[] {
  const entries = (given ?? ground.pythonPath ?? '').split(':').filter((entry) => entry !== '');
  return entries
    .map((entry) => entry.replace(/^\$(PWD|\{PWD\}|\(pwd\))(?=\/|$)/, '.'))
    .filter((entry) => !/[$%{]/.test(entry))
    .flatMap((entry) => rootsAt(entry, ground, project));
}

/** Values of an option, `-P x`, `--path x` or `--path=x`. */
export function optionValues(args: readonly Arg[], ...names: readonly string[]): readonly string[] {
  return args.flatMap(({ value }, i) => {
    const name = names.find((one) => value === one || (one.startsWith('--') && value.startsWith(`${one}=`)));
    if (name === undefined) return [];
    return value === name ? [args[i + 1]?.value ?? ''] : [value.slice(name.length + 1)];
  });
}

/** Each root once, the first of its kind. */
export function distinctRoots(roots: readonly ImportRoot[]): readonly ImportRoot[] {
  const seen = new Map<string, ImportRoot>();
  for (const root of roots) {
    const key = `${root.folder}\0${root.packages?.join() ?? ''}`;
    if (!seen.has(key)) seen.set(key, root);
  }
  return [...seen.values()];
}
