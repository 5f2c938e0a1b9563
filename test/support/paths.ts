import { fileURLToPath } from 'node:url';

/** The repository's root, with a final slash. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where tests keep virtual environments (ignored by git). */
export const TEST_CACHE = `${ROOT}.venvs`;

/** Python programs of the tests; job functions are imported from here. */
export const PY_DIR = `${ROOT}test/support/py`;
