import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What takes minutes and is not part of `npm test`: `npm run test:matrix`, `npm run test:faults`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/matrix/*.run.ts'],
    pool: 'forks',
    // Versions side by side; each mostly waits.
    maxConcurrency: 2,
    // A machine that stalls makes a run late: what fails twice is wrong.
    retry: 1,
    testTimeout: 10 * 60_000,
    hookTimeout: 120_000,
  },
});
