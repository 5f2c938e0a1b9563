import { importsOf } from '../pysource/imports.js';
import { type PyNode, parsePython } from '../pysource/parser.js';
import { fieldOf, stringValue, walk } from '../pysource/syntax.js';
import type { SourceFile } from '../types.js';

/** A copy of the runtime in a project. */
export interface InstalledRuntime {
  /** Folder that holds it, project-relative, '' for the project's own. */
  readonly folder: string;
  /** `rq_recurring/` or, up to 1.0.0, `rq_recurring.py`. */
  readonly shape: 'package' | 'module';
  /** Its `__version__`. */
  readonly version: string;
  /** By their names in the package; of a module the one file under its own name. */
  readonly files: ReadonlyMap<string, SourceFile>;
}

const ENTRY = /^(?:(.*)\/)?rq_recurring(?:\.py|\/__init__\.py)$/;

/** Names that the runtime has had in every version; nothing else that is called `rq_recurring` has them all. */
const NAMES = ['cron', 'ensure', 'every', 'list_series', 'next_times', 'ping', 'repair', 'run'];

/**
 * Copies of the runtime among the files of a project, known by their name, their `__version__` and the names that they
 * define, never by their bytes: formatters and fixers may have been over them. Pure; the Python grammar must be loaded.
 */
export function installedRuntimes(files: readonly SourceFile[]): readonly InstalledRuntime[] {
  return files.flatMap((entry): InstalledRuntime[] => {
    const match = ENTRY.exec(entry.path);
    if (match === null) return [];
    const folder = match[1] ?? '';
    const shape = entry.path.endsWith('/__init__.py') ? 'package' : 'module';
    const home = entry.path.slice(0, entry.path.length - '__init__.py'.length);
    const own =
      shape === 'module'
        ? [['rq_recurring.py', entry] as const]
        : files
            .filter(({ path }) => path.startsWith(home) && !path.slice(home.length).includes('/'))
            .map((file) => [file.path.slice(home.length), file] as const);
    const version = definesAll(entry.text) ? versionIn(own.map(([, file]) => file)) : null;
    return version === null ? [] : [{ folder, shape, version, files: new Map(own) }];
  });
}

function definesAll(text: string): boolean {
  if (!text.includes('every') || !text.includes('list_series')) return false;
  const root = parsePython(text);
  const names = new Set([...root.children.flatMap(definedBy), ...importsOf(root).map(({ local }) => local)]);
  for (const node of walk(root)) {
    const target = node.type === 'assignment' ? fieldOf(node, 'left')?.text : undefined;
    if (target === '__all__') for (const inner of walk(node)) names.add(stringValue(inner));
  }
  return NAMES.every((name) => names.has(name));
}

function definedBy(node: PyNode): readonly string[] {
  const definition = node.type === 'decorated_definition' ? fieldOf(node, 'definition') : node;
  const name = definition === undefined ? undefined : fieldOf(definition, 'name');
  return name === undefined ? [] : [name.text];
}

/** The version as the files declare it, `__init__.py` before others. */
function versionIn(files: readonly SourceFile[]): string | null {
  const ordered = [...files].sort(
    (a, b) => Number(b.path.endsWith('__init__.py')) - Number(a.path.endsWith('__init__.py')),
  );
  for (const { text } of ordered) {
    const version = /^__version__(?:\s*:[^=\n]+)?\s*=\s*\(?\s*(["'])(\d[\w.+!-]*)\1/m.exec(text)?.[2];
    if (version !== undefined) return version;
  }
  return null;
}
