const BASE = /(^|\/)(docker-)?compose\.ya?ml$/;
const VARIANT = /(^|\/)(docker-)?compose[._-][^/]*\.ya?ml$/;
const OVERRIDE = /(^|\/)(docker-)?compose\.override\.ya?ml$/;

/** How many combinations are worth a look. */
const MAX_SETS = 12;

/**
 * The combinations in which compose files are used together, base first: the base with its override, and each
 * other file of the folder over the base and alone.
 */
export function composeSets(paths: readonly string[]): readonly (readonly string[])[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const sets = [...folders.values()].flatMap((files): string[][] => {
    const base = files.find((path) => BASE.test(path));
    const override = files.filter((path) => OVERRIDE.test(path));
    const others = files.filter((path) => path !== base && !OVERRIDE.test(path));
    if (base === undefined) return files.map((path) => [path]);
    const over = others.filter((path) => VARIANT.test(path)).map((path) => [base, path]);
    return [[base, ...override], ...over, ...others.map((path) => [path])];
  });
  return sets.slice(0, MAX_SETS);
}
