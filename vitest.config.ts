import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    pool: 'forks',
    // Each file may run a Redis, workers and Python beside itself, and mostly waits for jobs to fall due.
    maxWorkers: 3,
    // Real processes: generous, so that only a hang fails.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
