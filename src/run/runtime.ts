import { RUNTIME, RUNTIME_SPECIFIER } from '../files/dependencies/policy.js';
import type { Project } from '../files/project.js';
import { importsOf } from '../files/pysource/imports.js';
import { parsePython } from '../files/pysource/parser.js';
import type { CodeAnalysis } from '../files/python/uses.js';
import { type Installation, installRuntime } from '../files/runtime/install.js';
import { type PlaceAnswer, RUNTIME_NAME, runtimePlace } from '../files/runtime-place.js';
import type { Fact } from '../files/types.js';
import type { Finding, Severity } from '../plan/types.js';
import { runtimeFiles } from '../world/assets.js';
import type { RunOptions } from './context.js';

/** How the package for recurring jobs comes to the workers. */
export type InstallWay = 'package' | 'vendor';

/** The way that the options ask for; the package's own files, as long as no index has its distribution. */
export function installWay({ recurringInstall }: RunOptions): InstallWay {
  return recurringInstall ?? 'vendor';
}

/** Python files that import the package, or will when the fixes are made. */
export function importersOf({ view }: Project, { importers }: CodeAnalysis): readonly string[] {
  const swapped = new Set(importers);
  return view.paths.filter((path) => {
    const text = path.endsWith('.py') ? view.get(path)?.text : undefined;
    if (text === undefined) return false;
    if (swapped.has(path)) return true;
    const imports = text.includes(RUNTIME_NAME) ? importsOf(parsePython(text)) : [];
    return imports.some(({ origin }) => origin.split('.').includes(RUNTIME_NAME));
  });
}

/** Where the package goes, or is, in a project that gets its files. */
export function placeIn(project: Project, options: RunOptions, importers: readonly string[]): PlaceAnswer {
  const { facts, view, runtimes } = project;
  return runtimePlace({
    facts,
    view,
    importers,
    present: [...new Set(runtimes.map(({ folder }) => folder))],
    chosen: options.runtimePath,
  });
}

/**
 * Dotted name of the package for code and Redis entries. Where no place is known, which is an error of the plan if one
 * is needed, and where the project is not looked at, it is the plain name unless the options say another.
 */
export function runtimeModule(
  project: Project | null,
  options: RunOptions,
  importers: readonly string[],
): string {
  if (options.runtimeModule !== undefined) return options.runtimeModule;
  if (project === null || installWay(options) === 'package') return RUNTIME_NAME;
  return placeIn(project, options, importers).place?.module ?? RUNTIME_NAME;
}

/** The package's files in their place; without a need for them only older copies are brought up to date. */
export function vendorRuntime(
  project: Project,
  options: RunOptions,
  importers: readonly string[],
  needed: boolean,
): Installation {
  if (!needed) return all(project.runtimes.map(({ folder }) => installed(project, folder)));
  const { place, findings } = placeIn(project, options, importers);
  return place === null ? { changes: [], findings } : installed(project, place.folder);
}

/** No list of dependencies has the package: it says what to write. */
export function unlisted(facts: readonly Fact[], severity: Severity): readonly Finding[] {
  const listed = facts.some((fact) => fact.type === 'dependency' && fact.name === RUNTIME);
  const args = { line: `${RUNTIME}${RUNTIME_SPECIFIER}` };
  return listed ? [] : [{ code: 'runtime-not-listed', severity, args }];
}

/** Copies in the project, which Python would import in the place of the distribution. */
export function vendoredFindings({ runtimes }: Project): readonly Finding[] {
  return runtimes.map(({ folder, shape }) => {
    const name = shape === 'package' ? RUNTIME_NAME : `${RUNTIME_NAME}.py`;
    const path = folder === '' ? name : `${folder}/${name}`;
    return { code: 'runtime-vendored', severity: 'warn', path, args: {} };
  });
}

function installed({ view, runtimes }: Project, folder: string): Installation {
  const taken = (path: string): boolean =>
    view.get(path) !== undefined || view.paths.some((known) => known.startsWith(`${path}/`));
  return installRuntime(folder, runtimeFiles(), runtimes, taken);
}

function all(parts: readonly Installation[]): Installation {
  const findings = parts.flatMap((part) => part.findings);
  const changes = new Map(parts.flatMap((part) => part.changes.map((change) => [change.path, change])));
  return { changes: [...changes.values()], findings };
}
