import { type ImageCommand, joinPath, readDockerfile } from '../command/index.js';
import type { ProjectView } from '../types.js';
import { folderOf } from './names.js';
import { environmentOf, isPlain } from './plain.js';
import type { Service } from './service.js';

/** What its Dockerfile says of the image that a service is built from, and its path where the project has it. */
export function imageOf(
  chain: readonly Service[],
  project: ProjectView,
): (ImageCommand & { readonly path: string | null }) | null {
  const built = chain.find((service) => service.plain.build !== undefined);
  if (built === undefined) return null;
  const { build } = built.plain;
  const text = (key: string): string | null => {
    const value = isPlain(build) ? build[key] : null;
    return typeof value === 'string' ? value : null;
  };
  const context = joinPath(
    folderOf(built.compose.path),
    typeof build === 'string' ? build : (text('context') ?? '.'),
  );
  const path = context === null ? null : joinPath(context, text('dockerfile') ?? 'Dockerfile');
  const file = path === null ? undefined : project.get(path);
  if (context === null || file === undefined) {
    return context === null
      ? null
      : {
          path: null,
          entrypoint: null,
          command: null,
          ignoresCommand: false,
          copies: new Map([['.', context]]),
        };
  }
  const image = readDockerfile(file.path, file.text, context, text('target'));
  return { ...image, path: file.path, copies: new Map([...image.copies, ['.', context]]) };
}

/** Variables that are known to be set for its command. */
export function variablesOf(chain: readonly Service[]): ReadonlyMap<string, string> {
  const vars = new Map<string, string>();
  for (const service of [...chain].reverse()) {
    for (const [name, value] of environmentOf(service.plain.environment)) {
      if (value !== null && !value.includes('$')) vars.set(name, value);
    }
  }
  return vars;
}

/** Where the files are looked for that its command names: the build context, and folders that are mounted. */
export function placesOf(chain: readonly Service[], image: ImageCommand | null) {
  const copies = new Map(image?.copies ?? []);
  const context = copies.get('.');
  const folders = context === undefined ? [] : [context];
  for (const service of chain) {
    const folder = folderOf(service.compose.path);
    for (const volume of Array.isArray(service.plain.volumes) ? service.plain.volumes : []) {
      const [from, to] = typeof volume === 'string' ? volume.split(':') : [volume?.source, volume?.target];
      if (typeof from !== 'string' || typeof to !== 'string' || !from.startsWith('.')) continue;
      const source = joinPath(folder, from);
      if (source === null) continue;
      folders.push(source);
      const dest = joinPath(to);
      if (dest !== null && dest !== '') copies.set(dest, source);
    }
    folders.push(folder);
  }
  copies.delete('.');
  return { folders: [...new Set(folders)], copies };
}
