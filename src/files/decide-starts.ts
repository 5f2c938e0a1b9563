import type { Finding } from '../plan/types.js';
import type { Fact, Where } from './types.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;
type StartFact = Extract<Fact, { type: 'scheduler-start' }>;

/**
 * The processes of a project, each once: a worker or scheduler that a script, a Dockerfile or a Makefile starts
 * is not counted again where another process is known to run just that line.
 */
export function distinctProcesses(facts: readonly Fact[]): readonly ProcessFact[] {
  const processes = facts.filter((fact) => fact.type === 'process');
  const started = new Set(processes.flatMap((process) => places(process)));
  return processes.filter(({ where }) => !started.has(placeOf(where)));
}

/** Ids of the lines by which processes are started, where those stand in files that are edited themselves. */
export function startingLines(facts: readonly Fact[], started: readonly ProcessFact[]): readonly string[] {
  const at = new Set(started.flatMap((process) => places(process)));
  return facts
    .filter((fact) => fact.type === 'process')
    .filter(({ where, withScheduler }) => withScheduler === 'off' && at.has(placeOf(where)))
    .map(({ id }) => id);
}

/** Lines of other places than its own. */
function places({ starts, where }: ProcessFact): readonly string[] {
  return (starts ?? []).map(placeOf).filter((place) => place !== placeOf(where));
}

function placeOf({ path, line }: Where): string {
  return `${path}:${line}`;
}

/**
 * Scripts and Dockerfiles that only start rq-scheduler and can go: nothing else names them, and every process
 * that they serve goes too. An image that no process of the project is built from may be used from elsewhere.
 */
export function deletableFiles(facts: readonly Fact[]): ReadonlySet<string> {
  const whole = facts.filter((fact) => fact.type === 'scheduler-start').filter(isAlone);
  return new Set(whole.filter((start) => serveOnlyWhatGoes(start, facts)).map(({ where }) => where.path));
}

function isAlone({ reason, namedBy }: StartFact): boolean {
  return (reason === 'whole' || reason === 'image') && namedBy?.length === 0;
}

function serveOnlyWhatGoes({ reason, where: { path } }: StartFact, facts: readonly Fact[]): boolean {
  const users = facts
    .filter((fact) => fact.type === 'process')
    .filter((process) => process.where.path !== path)
    .filter(({ image, via }) => (reason === 'image' ? image === path : via.some((one) => one.path === path)));
  const go = users.every(({ role, alsoRuns }) => role === 'scheduler' && alsoRuns.length === 0);
  return go && (reason === 'whole' || users.length > 0);
}

/** `scheduler-still-started`: what would go on starting rq-scheduler once it is uninstalled. */
export function stillStarted(facts: readonly Fact[], deleted: ReadonlySet<string>): readonly Finding[] {
  return facts
    .filter((fact) => fact.type === 'scheduler-start')
    .filter((start) => !(isAlone(start) && deleted.has(start.where.path)))
    .map(({ name, reason, namedBy, where: { path, line } }) => ({
      code: 'scheduler-still-started',
      severity: 'error',
      path,
      line,
      args: { name, reason, namedBy: namedBy ?? [] },
    }));
}
