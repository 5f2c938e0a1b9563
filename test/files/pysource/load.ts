import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initPython } from '../../../src/files/pysource/parser.js';

/** Loads the grammar from the installed packages, as the built CLI does from its own assets. */
export async function loadPython(): Promise<void> {
  const { resolve } = createRequire(import.meta.url);
  await initPython(
    readFileSync(resolve('tree-sitter-python/tree-sitter-python.wasm')),
    readFileSync(resolve('web-tree-sitter/web-tree-sitter.wasm')),
  );
}
