// Copies what tsc leaves behind into dist/: Lua scripts, Python scripts, the package rq_recurring and the two wasm files.
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const RUNTIME = 'runtime/rq_recurring';
const { resolve } = createRequire(import.meta.url);

function copy(files, folder) {
  const target = join(root, 'dist', folder);
  mkdirSync(target, { recursive: true });
  for (const file of files) copyFileSync(file, join(target, basename(file)));
}

function withEnding(folder, ending) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(path, name));
}

copy(withEnding('src/redis/scripts', '.lua'), 'redis/scripts');
copy(withEnding('src/world/demo', '.py'), 'world/demo');
// What the package no longer has must not be installed from an earlier build.
rmSync(join(root, 'dist', RUNTIME), { recursive: true, force: true });
copy(
  [...withEnding('python/src/rq_recurring', '.py'), join(root, 'python/src/rq_recurring/py.typed')],
  RUNTIME,
);
// Without these no Python file can be read: a missing one must fail the build. Their licences go with them.
for (const name of ['tree-sitter-python', 'web-tree-sitter']) {
  copy([resolve(`${name}/${name}.wasm`)], 'assets');
  copyFileSync(join(root, 'node_modules', name, 'LICENSE'), join(root, 'dist', 'assets', `${name}.LICENSE`));
}
