import { ensureVenv } from '../../src/world/engines/python-env.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { TEST_CACHE } from './paths.js';

/**
 * Builds the environments that integration tests share, before any of them starts its clock. A failure is
 * left to those tests to report: the others need no Python.
 */
export default async function setup(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  const builds = DEFAULT_PAIRS.map((pair) => ensureVenv({ cacheDir: TEST_CACHE, ...pair, log }));
  for (const result of await Promise.allSettled(builds)) {
    if (result.status === 'rejected') log(`real RQ is not available: ${result.reason}`);
  }
}
