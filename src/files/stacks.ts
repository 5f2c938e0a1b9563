import type { Fact } from './types.js';

/** What one compose file starts. */
export interface Stack {
  /** Project-relative path of the compose file. */
  readonly path: string;
  /** Services that run nothing but rq-scheduler. */
  readonly schedulers: readonly string[];
  readonly workers: readonly string[];
  /** All the rest: the application, Redis, a database. */
  readonly others: readonly string[];
}

/** What is started without compose: by a Procfile, supervisor, systemd. */
export interface Programs {
  readonly paths: readonly string[];
}

/** The compose files of a project that start a worker or rq-scheduler, that of production first. */
export function stacksOf(facts: readonly Fact[]): Stack[] {
  const stacks = facts.flatMap((fact): Stack[] => {
    if (fact.type !== 'containers') return [];
    const roles = rolesIn(facts, fact.path);
    const of = (...wanted: readonly string[]) =>
      fact.services.filter((name) => wanted.includes(roles.get(name) ?? 'other'));
    return [
      {
        path: fact.path,
        schedulers: of('scheduler'),
        workers: of('worker', 'worker-pool', 'both'),
        others: of('other'),
      },
    ];
  });
  return stacks
    .filter(({ schedulers, workers }) => schedulers.length + workers.length > 0)
    .sort((a, b) => rank(a.path) - rank(b.path) || a.path.localeCompare(b.path));
}

/** Other files that start a worker or rq-scheduler; not those that a compose file's services run through. */
export function programsOf(facts: readonly Fact[]): Programs {
  const composed = new Set(facts.flatMap((fact) => (fact.type === 'containers' ? [fact.path] : [])));
  const starts = facts.flatMap((fact) => (fact.type === 'process' && fact.role !== 'other' ? [fact] : []));
  const inside = starts.filter(({ where }) => composed.has(where.path));
  const told = new Set([...composed, ...inside.flatMap(({ via }) => via.map(({ path }) => path))]);
  const paths = starts.map(({ where }) => where.path).filter((path) => !told.has(path));
  return { paths: [...new Set(paths)].sort() };
}

function rolesIn(facts: readonly Fact[], path: string): Map<string, string> {
  return new Map(
    facts.flatMap((fact): [string, string][] =>
      fact.type === 'process' && fact.where.path === path ? [[fact.name, fact.role]] : [],
    ),
  );
}

/** The runbook is for production; a development file comes last. */
function rank(path: string): number {
  if (/prod/i.test(path)) return 0;
  return /dev|test|local|override/i.test(path) ? 2 : 1;
}
