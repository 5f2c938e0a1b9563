import {
  analyseCommand,
  type CommandAnalysis,
  type CommandPiece,
  folderOf,
  type Ground,
  imageContext,
  imageGround,
  NOWHERE,
  pathThere,
  readDockerfile,
} from '../command/index.js';
import type { ProjectView, SourceFile } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { valueAt, type YamlPath } from '../yaml/path.js';
import { asZone } from '../zone-text.js';
import type { KubeFile, KubeObject } from './objects.js';

/** A container and what it runs. */
export interface Container {
  readonly name: string;
  readonly path: YamlPath;
  readonly image: string;
  readonly analysis: CommandAnalysis;
  /** Where each piece of its command stands; null for one of the image's. */
  readonly pieces: readonly (YamlPath | null)[];
  /** It has a command or arguments of its own. */
  readonly hasCommand: boolean;
  /** The zone to which its `env` sets TZ; null where it sets none. */
  readonly zone: string | null;
}

/** An object that runs pods. */
export interface Workload {
  readonly file: KubeFile;
  readonly object: KubeObject;
  /** The containers that stay up, sidecars written as init containers included. */
  readonly containers: readonly Container[];
  /** What its init containers do besides waiting. */
  readonly prepares: readonly string[];
}

const analysed = new WeakMap<ProjectView, WeakMap<KubeFile, readonly Workload[]>>();

/** Follows the commands of every container of a file. Kept per project view, which never changes. */
export function workloadsOf(file: KubeFile, project: ProjectView): readonly Workload[] {
  const known = analysed.get(project) ?? new WeakMap<KubeFile, readonly Workload[]>();
  analysed.set(project, known);
  const before = known.get(file);
  if (before !== undefined) return before;
  const workloads = file.objects.flatMap((object): Workload[] => {
    if (object.pod === null) return [];
    const main = containersIn(file, object, 'containers', project);
    const init = containersIn(file, object, 'initContainers', project);
    const stays = ({ path }: Container): boolean =>
      valueAt(object.plain, [...path, 'restartPolicy']) === 'Always';
    return [
      {
        file,
        object,
        containers: [...main, ...init.filter(stays)],
        prepares: init.filter((one) => !stays(one)).flatMap(preparation),
      },
    ];
  });
  known.set(file, workloads);
  return workloads;
}

function preparation({ name, hasCommand, analysis }: Container): readonly string[] {
  return hasCommand ? analysis.works : [`the init container ${unmaskBytes(name)}`];
}

function containersIn(
  file: KubeFile,
  object: KubeObject,
  key: string,
  project: ProjectView,
): readonly Container[] {
  const list = object.pod === null ? undefined : valueAt(object.plain, [...object.pod, key]);
  return (Array.isArray(list) ? list : []).map((_, i) => {
    const path = [...(object.pod ?? []), key, i];
    return containerAt(file, object, path, project);
  });
}

function containerAt(file: KubeFile, object: KubeObject, path: YamlPath, project: ProjectView): Container {
  const text = (key: string): string => String(valueAt(object.plain, [...path, key]) ?? '');
  const own = ['command', 'args'].map((key) => {
    const list = valueAt(object.plain, [...path, key]);
    return (Array.isArray(list) ? list : []).map((item, i) => ({
      piece: { form: 'word', text: unmaskBytes(String(item)), origin: null } as CommandPiece,
      path: [...path, key, i] as YamlPath | null,
    }));
  });
  const [command = [], args = []] = own;
  const folder = file.path.includes('/') ? file.path.slice(0, file.path.lastIndexOf('/')) : '';
  const analyse = (pieces: readonly CommandPiece[]): CommandAnalysis =>
    analyseCommand(
      {
        pieces,
        vars: variablesOf(object, path),
        places: { folders: [folder], copies: new Map() },
        ground: groundOf(text('image'), text('workingDir'), project),
      },
      project,
    );
  const parts = [...command, ...args];
  let analysis = analyse(parts.map(({ piece }) => piece));
  let pieces = parts.map((part) => part.path);
  const image = text('image');
  const entrypoint =
    command.length === 0 && args.length > 0 && analysis.role === 'other' ? entrypointOf(image, project) : [];
  if (entrypoint.length > 0) {
    const whole = analyse([...entrypoint, ...args.map(({ piece }) => piece)]);
    if (whole.role !== 'other') {
      analysis = whole;
      pieces = [...entrypoint.map(() => null), ...pieces];
    }
  }
  const zone = asZone(variablesOf(object, path).get('TZ') ?? '');
  return { name: text('name'), path, image, analysis, pieces, hasCommand: parts.length > 0, zone };
}

/** Images of others, which the project's own Dockerfile says nothing about. */
const FOREIGN =
  /(^|\/)(redis|valkey|postgres\w*|mysql|mariadb|mongo|nginx|traefik|haproxy|busybox|alpine|memcached|rabbitmq|cloud-?sql[\w-]*)(:|@|$)/;

/** The entrypoint of the project's only Dockerfile: what arguments without a command are given to. */
function entrypointOf(image: string, project: ProjectView): readonly CommandPiece[] {
  const file = imageFile(image, project);
  if (file === undefined) return [];
  return readDockerfile(file.path, file.text, folderOf(file.path), null).entrypoint ?? [];
}

/** Where a container runs whose image the project's only Dockerfile makes. */
function groundOf(image: string, folder: string, project: ProjectView): Ground {
  const file = imageFile(image, project);
  const ground =
    file === undefined ? NOWHERE : imageGround(file.text, imageContext(file, project), null, project);
  return folder === '' ? ground : { ...ground, cwd: pathThere(folder, ground) };
}

function imageFile(image: string, project: ProjectView): SourceFile | undefined {
  const paths = project.paths.filter((path) => /(^|\/)Dockerfile$/.test(path));
  return paths.length === 1 && paths[0] !== undefined && !FOREIGN.test(image)
    ? project.get(paths[0])
    : undefined;
}

function variablesOf(object: KubeObject, path: YamlPath): ReadonlyMap<string, string> {
  const vars = new Map<string, string>();
  const env = valueAt(object.plain, [...path, 'env']);
  for (const item of Array.isArray(env) ? env : []) {
    const [name, value] = [valueAt(item, ['name']), valueAt(item, ['value'])];
    if (typeof name === 'string' && value !== undefined && !String(value).includes('$')) {
      vars.set(name, unmaskBytes(String(value)));
    }
  }
  return vars;
}
