import { isScalar, isSeq, type Scalar } from 'yaml';
import { analyseCommand, type CommandAnalysis, type CommandPiece, joinPath } from '../command/index.js';
import type { ProjectView, Where } from '../types.js';
import { unmaskBytes } from '../yaml/mask.js';
import { lookUp } from '../yaml/nodes.js';
import { type ComposeDoc, composeAt } from './document.js';
import { includedPaths } from './included.js';
import { folderOf, isComposePath } from './names.js';
import { isPlain } from './plain.js';
import { type Service, servicesOf } from './service.js';
import { groundOf, imageOf, placesOf, variablesOf } from './surroundings.js';

/** Where a command piece is written in a compose file; null when in a Dockerfile. */
export interface PieceSource {
  readonly compose: ComposeDoc;
  readonly node: Scalar;
}

export interface AnalysedService {
  readonly service: Service;
  readonly analysis: CommandAnalysis;
  /** Path of the Dockerfile it is built from; null where the project has none. */
  readonly image: string | null;
  readonly sources: readonly (PieceSource | null)[];
}

const BASE_NAME = /(^|\/)(docker-)?compose\.ya?ml$/;

/** Other compose files of the project, those of the same folder first. */
export function otherFiles(compose: ComposeDoc, project: ProjectView): readonly ComposeDoc[] {
  const folder = folderOf(compose.path);
  const included = includedPaths(project);
  const paths = project.paths.filter(
    (path) => path !== compose.path && (isComposePath(path) || included.has(path)),
  );
  const near = paths.filter((path) => folderOf(path) === folder);
  const far = paths.filter((path) => folderOf(path) !== folder);
  return [...near, ...far].flatMap((path) => composeAt(project, path) ?? []);
}

const analysed = new WeakMap<ProjectView, WeakMap<ComposeDoc, readonly AnalysedService[]>>();

/** The other files that are used together with one: of its folder, and those that it may share an `include` with. */
export function nearFiles(compose: ComposeDoc, project: ProjectView): readonly ComposeDoc[] {
  const included = includedPaths(project);
  const folder = folderOf(compose.path);
  return otherFiles(compose, project).filter(
    ({ path }) => folderOf(path) === folder || included.has(path) || included.has(compose.path),
  );
}

/** Follows the command of every service of a file. Kept per project view, which never changes. */
export function analyseServices(compose: ComposeDoc, project: ProjectView): readonly AnalysedService[] {
  const known = analysed.get(project) ?? new WeakMap<ComposeDoc, readonly AnalysedService[]>();
  analysed.set(project, known);
  const before = known.get(compose);
  if (before !== undefined) return before;
  const services = servicesOf(compose).map((service) => analyseService(service, project));
  known.set(compose, services);
  return services;
}

function analyseService(service: Service, project: ProjectView): AnalysedService {
  const own = analyseChain(service, chainOf(service, project), project);
  if (own.analysis.role !== 'other' || hasCommand(service)) return own;
  // A base that leaves the command to its overrides: it is what all of them make of it.
  const overrides = otherFiles(service.compose, project)
    .filter((other) => folderOf(other.path) === folderOf(service.compose.path))
    .flatMap((other) => servicesOf(other).filter((one) => one.name === service.name && hasCommand(one)))
    .map((one) => analyseChain(one, chainOf(one, project), project));
  const first = overrides[0];
  const agree = overrides.every((one) => one.analysis.role === 'scheduler');
  if (first === undefined || !agree || !BASE_NAME.test(service.compose.path)) return own;
  const via = [{ path: first.service.compose.path, line: first.service.line }, ...first.analysis.via];
  return { ...first, service, analysis: { ...first.analysis, via } };
}

function hasCommand(service: Service): boolean {
  return service.plain.command !== undefined || service.plain.entrypoint !== undefined;
}

/** The service, what it extends, and the service of the same name that it overrides; nearest first. */
export function chainOf(service: Service, project: ProjectView, depth = 0): readonly Service[] {
  if (depth > 10) return [service];
  const chain = [service];
  const target = extendsTarget(service, project);
  if (target !== null) chain.push(...chainOf(target, project, depth + 1));
  const others = otherFiles(service.compose, project);
  const folder = folderOf(service.compose.path);
  const complete = chain.some((one) => hasCommand(one) || one.plain.image || one.plain.build);
  if (complete && BASE_NAME.test(service.compose.path)) return chain;
  const bases = others.filter((other) =>
    complete ? BASE_NAME.test(other.path) && folderOf(other.path) === folder : true,
  );
  bases.sort((a, b) => Number(BASE_NAME.test(b.path)) - Number(BASE_NAME.test(a.path)));
  for (const other of bases) {
    const base = servicesOf(other).find((one) => one.name === service.name);
    if (base === undefined || (!complete && !(hasCommand(base) || base.plain.image || base.plain.build)))
      continue;
    chain.push(...chainOf(base, project, depth + 5));
    break;
  }
  return chain;
}

function extendsTarget(service: Service, project: ProjectView): Service | null {
  const value = service.plain.extends;
  const name = typeof value === 'string' ? value : isPlain(value) ? value.service : null;
  const file = isPlain(value) && typeof value.file === 'string' ? value.file : null;
  const path = file === null ? null : joinPath(folderOf(service.compose.path), file);
  const compose = file === null ? service.compose : path === null ? null : composeAt(project, path);
  if (compose === null) return null;
  const target = servicesOf(compose).find((one) => one.name === name);
  return target === undefined || target.pair === service.pair ? null : target;
}

function analyseChain(service: Service, chain: readonly Service[], project: ProjectView): AnalysedService {
  const image = imageOf(chain, project);
  const entrypoint = piecesFor('entrypoint', chain) ?? fromImage(image?.entrypoint);
  const imageCommand = entrypoint?.own === true ? null : fromImage(image?.command);
  const command =
    image?.ignoresCommand && entrypoint?.own !== true ? null : (piecesFor('command', chain) ?? imageCommand);
  const parts = [...(entrypoint?.parts ?? []), ...(command?.parts ?? [])];
  const via = [entrypoint, command].flatMap((one) =>
    one?.where && one.where.path !== service.compose.path ? [one.where] : [],
  );
  const analysis = analyseCommand(
    {
      pieces: parts.map((part) => part.piece),
      vars: variablesOf(chain),
      places: placesOf(chain, image),
      ground: groundOf(chain, image, project),
    },
    project,
  );
  return {
    service,
    image: image?.path ?? null,
    analysis: { ...analysis, via: [...via, ...analysis.via] },
    sources: parts.map((part) => part.source),
  };
}

interface Found {
  readonly own: boolean;
  readonly where: Where | null;
  readonly parts: readonly { readonly piece: CommandPiece; readonly source: PieceSource | null }[];
}

function piecesFor(key: 'command' | 'entrypoint', chain: readonly Service[]): Found | null {
  for (const { compose, document, pair, line } of chain) {
    const node = lookUp(pair.value, key, document);
    const scalars = isScalar(node) ? [node] : isSeq(node) ? node.items.filter((item) => isScalar(item)) : [];
    if (node === undefined || (isScalar(node) && node.value === null)) continue;
    const form = isScalar(node) ? 'shell' : 'word';
    const parts = scalars.map((scalar) => ({
      piece: { form, text: unmaskBytes(String(scalar.value)), origin: null } as const,
      source: { compose, node: scalar },
    }));
    return { own: true, where: { path: compose.path, line }, parts };
  }
  return null;
}

function fromImage(pieces: readonly CommandPiece[] | null | undefined): Found | null {
  if (pieces === null || pieces === undefined) return null;
  return { own: false, where: null, parts: pieces.map((piece) => ({ piece, source: null })) };
}
