import type { FileKind } from '../types.js';
import { conda } from './listed/conda.js';
import { setupCfg } from './listed/setup-cfg.js';
import { lock } from './lock.js';
import { requirements } from './requirements/requirements.js';
import { setupPy } from './setup-py.js';
import { pipfile } from './toml/pipfile.js';
import { pyproject } from './toml/pyproject.js';

/** All kinds of files that list dependencies. `setup-py` must come before the kind for Python sources. */
export const dependencyKinds: readonly FileKind[] = [
  requirements,
  pyproject,
  pipfile,
  setupCfg,
  conda,
  setupPy,
  lock,
];
