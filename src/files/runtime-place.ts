import type { Fact } from './types.js';

/** File name of the module that runs recurring jobs; workers import it by this name. */
export const RUNTIME_FILE = 'rq_recurring.py';

/**
 * The folder (project-relative, '' for the project itself) that is on the workers' import path: where the
 * script lies that starts a worker, since Python puts that folder on its path; else the project's own
 * folder, which `rq worker` puts there.
 */
export function runtimeFolder(facts: readonly Fact[]): string {
  for (const fact of facts) {
    if (fact.type !== 'process' || (fact.role !== 'worker' && fact.role !== 'both')) continue;
    const script = fact.via.find(({ path }) => path.endsWith('.py') && !path.endsWith('manage.py'));
    if (script) return script.path.split('/').slice(0, -1).join('/');
  }
  return '';
}
