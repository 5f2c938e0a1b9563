import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { glob } from 'tinyglobby';
import type { SourceFile } from '../files/types.js';

/** Folders that hold nothing of the project's own. */
const NEVER = [
  'node_modules',
  '.git',
  '.hg',
  '.svn',
  '.venv',
  'venv',
  '__pycache__',
  'dist',
  '.tox',
  '.nox',
  '.mypy_cache',
  'site-packages',
  '.migrate-scheduler',
];

/** Configuration of linters, test runners and loggers, which may name rq_scheduler. */
const CONFIGURATION =
  /(^|\/)(tox\.ini|\.?mypy\.ini|pytest\.ini|\.?ruff\.toml|\.flake8|\.isort\.cfg|\.?pylintrc|pyrightconfig\.json|logging\.(ini|conf|cfg|ya?ml|json))$/;

/** Scripts that commands may lead to: by extension, by name, or by the folder they stand in. */
const FOLLOWED = [
  /\.(sh|bash|py)$/,
  /(^|\/)Dockerfile[^/]*$|\.Dockerfile$/i,
  /(^|\/)(docker-)?entrypoint$/,
  /(^|\/)(bin|scripts?|docker)\/[^/.]+$/,
  /(^|\/)rq_recurring\/py\.typed$/,
  CONFIGURATION,
];

/** Lock files: that they are there matters, and which versions they fix. */
const LOCK = /(^|\/)((uv|poetry|pdm|Pipfile)\.lock|conda-lock\.yml)$/;

/** Files beyond this size, bytes, are no configuration. */
const MAX_BYTES = 1024 * 1024;
/** Lock files are long. */
const MAX_LOCK_BYTES = 16 * 1024 * 1024;

/** Patterns as in a .gitignore: `include` looks at files that git ignores, `exclude` leaves files out. */
export interface FileChoice {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A file that decides how the project starts is closed to us; `path` is project-relative, `reason` Node's code. */
export class FileUnreadableError extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(`${path}: ${reason}`);
    this.name = 'FileUnreadableError';
  }
}

/** Further files that are looked into, and what must be in their (byte) text for them to be given. */
export interface FileSearch {
  path(path: string): boolean;
  text(text: string): boolean;
}

/**
 * Finds and reads the files of a project that `wanted` (a file kind) asks for, and the scripts that
 * commands may lead to. Git-ignored files are left out, nested .gitignore files included, except
 * dotenv files: those are ignored nearly everywhere, and matter (GUIDE G11). Symbolic links are not
 * followed, files over 1 MiB not read; a lock file over 16 MiB is given with no text.
 * Throws FileUnreadableError for a file that may not be read; one that only `search` asks for is passed over.
 * Files that only `search` asks for are marked `searched`. Paths are project-relative POSIX, sorted; text is
 * byte text.
 */
export async function readProjectFiles(
  project: string,
  wanted: (path: string) => boolean,
  choice: FileChoice = {},
  search: FileSearch = { path: () => false, text: () => false },
): Promise<readonly SourceFile[]> {
  const paths = await glob('**', {
    cwd: project,
    dot: true,
    onlyFiles: true,
    followSymbolicLinks: false,
    expandDirectories: false,
    ignore: NEVER.map((name) => `**/${name}/**`),
  });
  const rules = ignoreRules(project, paths);
  const included = ignore().add([...(choice.include ?? [])]);
  const excluded = ignore().add([...(choice.exclude ?? [])]);
  const known = (path: string): boolean =>
    wanted(path) || LOCK.test(path) || FOLLOWED.some((pattern) => pattern.test(path));
  return paths
    .sort()
    .filter((path) => known(path) || search.path(path))
    .filter((path) => isDotenv(path) || included.ignores(path) || !isIgnored(rules, path))
    .filter((path) => !excluded.ignores(path))
    .flatMap((path) => readOne(project, path, known(path)))
    .flatMap((file) => {
      if (known(file.path)) return [file];
      return !file.text.includes('\0') && search.text(file.text) ? [{ ...file, searched: true }] : [];
    });
}

function readOne(project: string, path: string, needed: boolean): SourceFile[] {
  const full = join(project, path);
  const lock = LOCK.test(path);
  try {
    const { size } = statSync(full);
    if (lock && size > MAX_LOCK_BYTES) return [{ path, text: '' }];
    if (!lock && size > MAX_BYTES) return [];
    return [{ path, text: readFileSync(full).toString('latin1') }];
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (needed && (error.code === 'EACCES' || error.code === 'EPERM'))
      throw new FileUnreadableError(path, error.code);
    // Gone since the listing.
    return [];
  }
}

function isDotenv(path: string): boolean {
  return /^(\.env(\..+)?|.+\.env)$/.test(posix.basename(path));
}

/** The rules of each folder that has a .gitignore, '' for the project itself. */
function ignoreRules(project: string, paths: readonly string[]): ReadonlyMap<string, Ignore> {
  const rules = new Map<string, Ignore>();
  for (const path of paths) {
    if (posix.basename(path) !== '.gitignore') continue;
    const folder = posix.dirname(path) === '.' ? '' : posix.dirname(path);
    const [file] = readOne(project, path, true);
    rules.set(folder, ignore().add(Buffer.from(file?.text ?? '', 'latin1').toString('utf8')));
  }
  return rules;
}

/** As git has it: what lies in an ignored folder is ignored; else the rules nearest to the file decide. */
function isIgnored(rules: ReadonlyMap<string, Ignore>, path: string): boolean {
  const parts = path.split('/');
  return parts.some((_, i) =>
    isIgnoredItself(rules, parts.slice(0, i + 1).join('/') + (i + 1 < parts.length ? '/' : '')),
  );
}

function isIgnoredItself(rules: ReadonlyMap<string, Ignore>, path: string): boolean {
  let ignored = false;
  const folders = path.replace(/\/$/, '').split('/').slice(0, -1);
  for (let depth = 0; depth <= folders.length; depth++) {
    const folder = folders.slice(0, depth).join('/');
    const verdict = rules.get(folder)?.test(folder === '' ? path : path.slice(folder.length + 1));
    if (verdict?.ignored === true) ignored = true;
    if (verdict?.unignored === true) ignored = false;
  }
  return ignored;
}
