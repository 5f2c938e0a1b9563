import {
  type Ground,
  type ImageCommand,
  imageGround,
  joinPath,
  NOWHERE,
  pathThere,
  readDockerfile,
} from '../command/index.js';
import type { ProjectView } from '../types.js';
import { folderOf } from './names.js';
import { environmentOf, isPlain } from './plain.js';
import type { Service } from './service.js';

/** The image that a service is built from. */
export interface ServiceImage extends ImageCommand {
  /** Its Dockerfile, where the project has it. */
  readonly path: string | null;
  /** The build context, and the stage that is built; null for the last. */
  readonly context: string;
  readonly target: string | null;
}

/** What its Dockerfile says of the image that a service is built from, and its path where the project has it. */
export function imageOf(chain: readonly Service[], project: ProjectView): ServiceImage | null {
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
          context,
          target: null,
          entrypoint: null,
          command: null,
          ignoresCommand: false,
          copies: new Map([['.', context]]),
        };
  }
  const image = readDockerfile(file.path, file.text, context, text('target'));
  const made = { path: file.path, context, target: text('target') };
  return { ...image, ...made, copies: new Map([...image.copies, ['.', context]]) };
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
    for (const { at, source } of bindMounts(service)) {
      folders.push(source);
      if (at !== '/') copies.set(at.slice(1), source);
    }
    folders.push(folderOf(service.compose.path));
  }
  copies.delete('.');
  return { folders: [...new Set(folders)], copies };
}

/** Where its command runs: in the image, with folders of the project mounted over it. */
export function groundOf(
  chain: readonly Service[],
  image: ServiceImage | null,
  project: ProjectView,
): Ground {
  const file = image?.path == null ? undefined : project.get(image.path);
  const own =
    image === null || file === undefined
      ? NOWHERE
      : imageGround(file.text, image.context, image.target, project);
  const mounts = new Map(own.mounts);
  for (const { at, source } of [...chain].reverse().flatMap(bindMounts)) {
    // What is mounted hides what the image has there.
    for (const hidden of mounts.keys()) if (hidden.startsWith(`${at}/`)) mounts.delete(hidden);
    mounts.set(at, source);
  }
  const ground = { ...own, mounts };
  const folder = chain.find(({ plain }) => typeof plain.working_dir === 'string')?.plain.working_dir;
  return typeof folder === 'string' ? { ...ground, cwd: pathThere(folder, ground) } : ground;
}

/** Folders of the project that a service mounts, with the absolute path in its container. */
function bindMounts({ plain, compose }: Service): { readonly at: string; readonly source: string }[] {
  const volumes: readonly unknown[] = Array.isArray(plain.volumes) ? plain.volumes : [];
  return volumes.flatMap((volume) => {
    const [from, to] =
      typeof volume === 'string' ? volume.split(':') : isPlain(volume) ? [volume.source, volume.target] : [];
    if (typeof from !== 'string' || typeof to !== 'string' || !from.startsWith('.')) return [];
    const source = joinPath(folderOf(compose.path), from);
    const at = joinPath(to);
    return source === null || at === null ? [] : [{ at: `/${at}`, source }];
  });
}
