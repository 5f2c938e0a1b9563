import { readFileSync } from 'node:fs';
import { composeKind } from '../files/compose/index.js';
import { dependencyKinds } from '../files/dependencies/index.js';
import { dockerKind } from '../files/docker/index.js';
import { dotenv } from '../files/env/dotenv.js';
import { makeKind } from '../files/make/index.js';
import { procfileKind } from '../files/process/procfile.js';
import { supervisorKind } from '../files/process/supervisor.js';
import { initPython } from '../files/pysource/parser.js';
import { python } from '../files/python/python.js';
import { shellKind } from '../files/shell/index.js';
import type { FileKind } from '../files/types.js';
import { assetPath } from '../world/assets.js';

/** Every kind of file the tool understands, in the order in which they are asked. */
export const FILE_KINDS: readonly FileKind[] = [
  composeKind,
  ...dependencyKinds,
  dotenv,
  procfileKind,
  supervisorKind,
  dockerKind,
  shellKind,
  makeKind,
  python,
] as readonly FileKind[];

let ready: Promise<void> | null = null;

/** Loads the Python grammar once; reading any project needs it. */
export function prepareKinds(): Promise<void> {
  ready ??= initPython(
    readFileSync(assetPath('tree-sitter-python.wasm')),
    readFileSync(assetPath('web-tree-sitter.wasm')),
  );
  return ready;
}
