import type { PlanHead } from '../plan/plan.js';

/** What is left to do by hand after a run, in order (GUIDE G6): commands for this very project. */
export function nextSteps(plan: PlanHead): string[] {
  const steps: string[] = [];
  const changed = new Set(plan.files.map((file) => file.path));
  // The default file first: that is what a developer starts.
  const files = plan.containers.map(({ path }) => path).filter((path) => changed.has(path));
  for (const flags of [...new Set(files.map(composeFlags))].sort()) {
    const compose = `docker compose${flags}`;
    steps.push(`${compose} build`, `${compose} up -d --remove-orphans`);
  }
  const processes = plan.files.filter((file) => file.kind === 'procfile').map((file) => file.path);
  if (processes.length > 0) steps.push(`restart what ${processes.join(', ')} starts`);
  if (plan.files.length === 0)
    steps.push('start every worker with its scheduler: rq worker --with-scheduler QUEUE …');
  else if (plan.containers.length === 0)
    steps.push('install the changed dependencies and restart the workers');
  if (!plan.covers.includes('redis'))
    steps.push('migrate-scheduler run --only redis   (on a host that reaches Redis)');
  steps.push('migrate-scheduler verify --wait 60');
  return steps;
}

/** The default file needs no flag, and takes its override along. */
export function composeFlags(path: string): string {
  return /^(docker-compose|compose)(\.override)?\.ya?ml$/.test(path) ? '' : ` -f ${path}`;
}
