import { readFileSync } from 'node:fs';
import { ciKind } from '../files/ci/ci.js';
import { composeKind } from '../files/compose/index.js';
import { dependencyKinds } from '../files/dependencies/index.js';
import { dockerKind } from '../files/docker/index.js';
import { dotenv } from '../files/env/dotenv.js';

import { kubernetesKind } from '../files/kubernetes/kubernetes.js';
import { makeKind } from '../files/make/index.js';
import { circusKind } from '../files/process/circus.js';
import { appJsonKind } from '../files/process/heroku/app-json.js';
import { herokuKind } from '../files/process/heroku/heroku-yml.js';
import { packageJsonKind } from '../files/process/package-json.js';

import { procfileKind } from '../files/process/procfile.js';
import { supervisorKind } from '../files/process/supervisor.js';
import { systemdKind } from '../files/process/systemd/systemd.js';
import { initPython } from '../files/pysource/parser.js';
import { python } from '../files/python/python.js';
import { shellKind } from '../files/shell/index.js';
import type { FileKind } from '../files/types.js';
import { assetPath } from '../world/assets.js';

/** Every kind of file the tool understands, in the order in which they are asked. */
export const FILE_KINDS: readonly FileKind[] = [
  ciKind,
  composeKind,
  ...dependencyKinds,
  dotenv,
  procfileKind,
  systemdKind,
  circusKind,
  supervisorKind,
  packageJsonKind,
  herokuKind,
  appJsonKind,
  kubernetesKind,
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
