import type { Finding } from '../plan/types.js';
import { folderOf, type ImportRoot, isFolder } from './command/ground.js';
import { evidenceOf, importedFrom, packageParent } from './import-evidence.js';
import { mayBeLoose } from './loose-starts.js';
import type { Fact, ProjectView } from './types.js';

/** Name of the package that runs recurring jobs. */
export const RUNTIME_NAME = 'rq_recurring';

/** Where the package goes, and what it is called there. */
export interface RuntimePlace {
  /** Project-relative folder that gets the folder `rq_recurring`; '' for the project's own. */
  readonly folder: string;
  /** Dotted name under which code and Redis entries name it. */
  readonly module: string;
}

/** The folder from which the package is imported by its dotted name. */
export function importFolder({ folder, module }: RuntimePlace): string {
  const depth = module.split('.').length - 1;
  return folder
    .split('/')
    .slice(0, folder.split('/').length - depth)
    .join('/');
}

/** What the place depends on. */
export interface PlaceQuestion {
  readonly facts: readonly Fact[];
  readonly view: ProjectView;
  /** Python files that import the package, or will. */
  readonly importers: readonly string[];
  /** Folders that have it already. */
  readonly present: readonly string[];
  /** `--runtime-path`. */
  readonly chosen?: string | undefined;
}

/** A place, or why there is none: `runtime-place-unknown`. */
export type PlaceAnswer =
  | { readonly place: RuntimePlace; readonly findings: readonly [] }
  | { readonly place: null; readonly findings: readonly Finding[] };

/** Tests import what they test, from wherever their runner finds it: they have no place of their own. */
const TEST = /(^|\/)tests?\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/;

type ProcessFact = Extract<Fact, { type: 'process' }>;

/** One Python process, or file that runs in one, that must be able to import the package. */
interface Reader {
  /** For messages. */
  readonly name: string;
  readonly where: { readonly path: string; readonly line?: number };
  /** What is proven to be on its import path. */
  readonly roots: readonly ImportRoot[];
  readonly files: readonly string[];
}

/**
 * A folder that every worker and every importing file has on its import path, as far as the files prove it: first one
 * that has the package already, then the innermost. Where only single packages are shared, the package goes into one of
 * them and has a dotted name. Never a guess. Pure.
 */
export function runtimePlace(question: PlaceQuestion): PlaceAnswer {
  const { view, present } = question;
  const readers = [...workers(question), ...importers(question)];
  if (question.chosen !== undefined) return known(chosenPlace(question.chosen, readers, view));
  const shared = sharedFolders(readers, view);
  const files = readers.flatMap((reader) => reader.files);
  const folder = best(shared, present, files, view);
  if (folder !== undefined) return known({ folder, module: RUNTIME_NAME });
  const inside = sharedPackage(readers, present, files, view);
  if (inside !== null) return known(inside);
  const [there, another] = present;
  const open = readers.filter(({ roots }) => roots.length === 0);
  // It works there, as far as anybody can tell.
  if (there !== undefined && another === undefined && open.length === readers.length) {
    return known(chosenPlace(there, readers, view));
  }
  return { place: null, findings: [unknown(readers, open)] };
}

function known(place: RuntimePlace): PlaceAnswer {
  return { place, findings: [] };
}

function unknown(readers: readonly Reader[], open: readonly Reader[]): Finding {
  const about = open[0] ?? readers[0];
  const folders = readers
    .filter(({ roots }) => roots.length > 0)
    .map(({ name, roots }) => `${name}: ${roots.map(({ folder }) => folder || '.').join(', ')}`);
  return {
    code: 'runtime-place-unknown',
    severity: 'error',
    ...(about?.where ?? {}),
    args: { open: [...new Set(open.map(({ name }) => name))], folders: [...new Set(folders)] },
  };
}

/** The processes that run workers. What only leads to others, or is led to by them, is no process of its own. */
function workers({ facts, view }: PlaceQuestion): readonly Reader[] {
  const processes = facts.filter((fact) => fact.type === 'process').filter(isWorker);
  const declared = processes.filter(({ where }) => !mayBeLoose(where.path));
  const counting = declared.length > 0 ? declared : processes;
  return counting
    .filter((one) => !counting.some((other) => other !== one && leadsTo(other, one)))
    .flatMap((one) => {
      const { name, where, imports = [] } = one;
      const own = imports.filter(({ works }) => works);
      const paths = own.length > 0 ? own : [{ roots: [], script: null }];
      return paths.map(({ roots, script }): Reader => {
        const told = script === null ? onlyRoot(view) : evidenceOf(script, facts, view);
        return {
          name,
          where,
          roots: roots.length > 0 && script === null ? roots : [...roots, ...told],
          files: script === null ? [] : [script],
        };
      });
    });
}

/** Where all of its Python lies in the project's own folder, that is what a worker imports of it, however it is started. */
function onlyRoot(view: ProjectView): readonly ImportRoot[] {
  const python = view.paths.filter((path) => path.endsWith('.py') && !TEST.test(path));
  const flat = python.length > 0 && python.every((path) => !path.includes('/'));
  return flat ? [{ folder: '', packages: null }] : [];
}

function isWorker({ role }: ProcessFact): boolean {
  return role === 'worker' || role === 'worker-pool' || role === 'both';
}

/** Does a process run what another fact is about, a script or an image, and know more of where? */
function leadsTo(other: ProcessFact, { where, imports = [] }: ProcessFact): boolean {
  if (other.image === where.path && other.where.path !== where.path) return true;
  const nothing = imports.every(({ roots }) => roots.length === 0);
  const known = other.imports?.some(({ roots }) => roots.length > 0) === true;
  return nothing && known && other.via.some(({ path }) => path === where.path);
}

/** Files that import the package. A script has the path of the processes that run it, and what it itself proves. */
function importers({ facts, view, importers: paths }: PlaceQuestion): readonly Reader[] {
  const processes = facts.filter((fact) => fact.type === 'process');
  return paths
    .filter((path) => !TEST.test(path))
    .map((path): Reader => {
      const runs = processes.flatMap(({ imports = [] }) => imports.filter(({ script }) => script === path));
      const [first, ...others] = runs.filter(({ roots }) => roots.length > 0).map(({ roots }) => roots);
      const run = (first ?? []).filter((root) =>
        others.every((roots) => roots.some((one) => same(one, root))),
      );
      const told = evidenceOf(path, facts, view);
      const roots = [...run, ...told];
      if (roots.length === 0) roots.push(...importedFrom(path, facts, view));
      if (roots.length === 0) roots.push({ folder: packageParent(path, view), packages: null });
      return { name: path, where: { path }, roots, files: [path] };
    });
}

function same(one: ImportRoot, other: ImportRoot): boolean {
  return one.folder === other.folder && one.packages?.join() === other.packages?.join();
}

/** Folders that all of them have as a whole. */
function sharedFolders(readers: readonly Reader[], view: ProjectView): readonly string[] {
  const [first, ...others] = readers.map(({ roots }) => wholeFolders(roots));
  const shared = (first ?? []).filter((folder) => others.every((one) => one.includes(folder)));
  return [...new Set(shared)].filter((folder) => isFolder(folder, view));
}

function wholeFolders(roots: readonly ImportRoot[]): readonly string[] {
  return roots.filter(({ packages }) => packages === null).map(({ folder }) => folder);
}

/** One that has it already; else no package, with the importing files in it, the innermost. */
function best(
  folders: readonly string[],
  present: readonly string[],
  files: readonly string[],
  view: ProjectView,
): string | undefined {
  const rank = (folder: string): readonly number[] => [
    present.includes(folder) ? 0 : 1,
    view.get(folder === '' ? '__init__.py' : `${folder}/__init__.py`) === undefined ? 0 : 1,
    files.filter((file) => folder !== '' && !file.startsWith(`${folder}/`)).length,
    view.paths.some((path) => path.endsWith('.py') && (folder === '' || path.startsWith(`${folder}/`)))
      ? 0
      : 1,
    -folder.split('/').length - (folder === '' ? 0 : 1),
  ];
  return [...folders].sort((a, b) => compareRanks(rank(a), rank(b)))[0];
}

function compareRanks(one: readonly number[], other: readonly number[]): number {
  return one.map((value, i) => value - (other[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** A package that all of them can import from the same folder, where that is one only. */
function sharedPackage(
  readers: readonly Reader[],
  present: readonly string[],
  files: readonly string[],
  view: ProjectView,
): RuntimePlace | null {
  const [first, ...others] = readers;
  const places = (first?.roots ?? [])
    .filter(({ folder }) => others.every(({ roots }) => roots.some((root) => root.folder === folder)))
    .flatMap(({ folder }) => packagesIn(folder, view).map((name) => ({ folder, name })))
    .filter(({ folder, name }) =>
      readers.every(({ roots }) => roots.some((root) => has(root, folder, name))),
    );
  const paths = [...new Map(places.map(({ folder, name }) => [under(folder, name), name]))];
  const chosen = paths.filter(([path]) => present.includes(path));
  const holding = paths.filter(([path]) => files.some((file) => file.startsWith(`${path}/`)));
  const [only] = [chosen, holding, paths].filter((some) => some.length === 1);
  return only?.[0] === undefined ? null : { folder: only[0][0], module: `${only[0][1]}.${RUNTIME_NAME}` };
}

function has({ folder, packages }: ImportRoot, from: string, name: string): boolean {
  return folder === from && (packages === null || packages.includes(name));
}

/** The regular packages that lie right in a folder. */
function packagesIn(folder: string, view: ProjectView): readonly string[] {
  return view.paths.flatMap((path) => {
    const inner = folderOf(path);
    return path.endsWith('/__init__.py') && folderOf(inner) === folder && inner !== folder
      ? [inner.slice(folder === '' ? 0 : folder.length + 1)]
      : [];
  });
}

/** The folder that the user names, and the name that the package has there. */
function chosenPlace(given: string, readers: readonly Reader[], view: ProjectView): RuntimePlace {
  const folder = given.replace(/^(\.?\/+|\.$)|\/+$/g, '');
  const whole = readers.some(({ roots }) => wholeFolders(roots).includes(folder));
  if (whole || folder === '' || view.get(`${folder}/__init__.py`) === undefined) {
    return { folder, module: RUNTIME_NAME };
  }
  const above = readers.flatMap(({ roots }) => roots.map((root) => root.folder));
  const root =
    above.find((one) => one === '' || folder.startsWith(`${one}/`)) ?? packageParent(`${folder}/x`, view);
  const inner = root === '' ? folder : folder.slice(root.length + 1);
  return { folder, module: `${inner.replaceAll('/', '.')}.${RUNTIME_NAME}` };
}

function under(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}
