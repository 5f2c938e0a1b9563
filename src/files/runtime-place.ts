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
    if (script) return importFolder(script.path);
  }
  return '';
}

/** The folder of a script; for a Django management command, the one in which its app's package lies. */
function importFolder(path: string): string {
  const app = /^(.*)\/management\/commands\/[^/]+$/.exec(path)?.[1];
  return (app ?? path).split('/').slice(0, -1).join('/');
}
