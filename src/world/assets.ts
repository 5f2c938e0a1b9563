import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of this package: the folder that holds package.json, bin/ and dist/. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));

const SOURCES: Readonly<Record<string, string>> = {
  'tree-sitter-python.wasm': 'tree-sitter-python/tree-sitter-python.wasm',
  'web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
};

/** Absolute path of a grammar file: beside the built code, else (from source) in its package. */
export function assetPath(name: keyof typeof SOURCES & string): string {
  const built = join(PACKAGE_ROOT, 'dist', 'assets', basename(name));
  if (existsSync(built)) return built;
  return createRequire(import.meta.url).resolve(SOURCES[name] ?? name);
}

/** Version of this package, from its package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * The files of the package that is installed for recurring jobs, by name, as byte text: its modules and `py.typed`.
 * From dist where it is built, else from its source.
 */
export function runtimeFiles(): ReadonlyMap<string, string> {
  const built = join(PACKAGE_ROOT, 'dist', 'runtime', 'rq_recurring');
  const folder = existsSync(built) ? built : join(PACKAGE_ROOT, 'python', 'src', 'rq_recurring');
  const names = readdirSync(folder).filter((name) => name.endsWith('.py') || name === 'py.typed');
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
}
