import { expect, it } from 'vitest';
import type { PlanHead } from '../../src/plan/plan.js';
import { nextSteps } from '../../src/report/next-steps.js';

it('starts a default file with its override at once, and other compose files by their name', () => {
  const paths = [
    'deploy/compose.yml',
    'docker-compose.override.yml',
    'docker-compose.prod.yml',
    'docker-compose.yml',
  ];
  const containers = paths.map((path) => ({ path, before: 2, after: 1 }));
  const files = paths.filter((path) => !path.includes('prod')).map((path) => ({ path, kind: 'compose' }));
  const plan = { covers: ['redis'], containers, files } as unknown as PlanHead;
  expect(nextSteps(plan).filter((step) => step.endsWith('build'))).toEqual([
    'docker compose build',
    'docker compose -f deploy/compose.yml build',
  ]);
});
