import type { Fact } from './types.js';

/** File name of the module that runs recurring jobs; workers import it by this name. */
export const RUNTIME_FILE = 'rq_recurring.py';

/** A management command is reached through manage.py: its own folder is on nobody's path. */
const MANAGEMENT_COMMAND = /(^|\/)management\/commands\//;

/**
 * The folder (project-relative, '' for the project itself) that is on the workers' import path: where the
 * script lies that starts a worker, since Python puts that folder on its path; else, for django-rq, that of
 * the only manage.py; else the project's own folder, which `rq worker` puts there.
 */
export function runtimeFolder(facts: readonly Fact[], paths: readonly string[]): string {
  const processes = facts.filter((fact) => fact.type === 'process');
  const workers = processes.filter(({ role }) => role === 'worker');
  // Of a process that starts both, a script may be the scheduler's own.
  const starting = workers.length > 0 ? workers : processes.filter(({ role }) => role === 'both');
  const scripts = starting.flatMap(({ via }) => via.map(({ path }) => path));
  const script = scripts.find((path) => path.endsWith('.py') && !MANAGEMENT_COMMAND.test(path));
  return folderOf(script ?? managePy(facts, paths) ?? '');
}

function managePy(facts: readonly Fact[], paths: readonly string[]): string | undefined {
  const [first, second] = paths.filter((path) => /(^|\/)manage\.py$/.test(path));
  const django = facts.some((fact) => fact.type === 'dependency' && fact.name === 'django-rq');
  return django && second === undefined ? first : undefined;
}

function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}
