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

/**
 * Does a process still start rq-scheduler? Files with a start that is told as `scheduler-still-started` count for
 * nothing: whoever accepts that says that nobody runs them.
 */
export function schedulerLeft(facts: readonly Fact[]): boolean {
  const starts = facts.filter((fact) => fact.type === 'scheduler-start');
  const told = new Set(starts.filter((start) => !isEntangled(start)).map(({ where }) => where.path));
  return facts
    .filter((fact) => fact.type === 'process')
    .some(({ role, where }) => (role === 'scheduler' || role === 'both') && !told.has(where.path));
}

/** A scheduler that does other work too stays, and with it the package (R12). */
export function isEntangled(fact: Fact): boolean {
  return fact.type === 'scheduler-start' && fact.reason === 'also-runs';
}

/**
 * What would go on starting rq-scheduler once it is uninstalled: `scheduler-still-started`, or
 * `scheduler-also-runs`. Where `rq cron` takes its place only the latter stays (`replaced`).
 */
export function stillStarted(
  facts: readonly Fact[],
  deleted: ReadonlySet<string>,
  replaced: boolean,
): readonly Finding[] {
  return facts
    .filter((fact) => fact.type === 'scheduler-start')
    .filter((start) => (replaced ? isEntangled(start) : !(isAlone(start) && deleted.has(start.where.path))))
    .map((start) => {
      const { name, reason, namedBy, alsoRuns, where } = start;
      const at = { severity: 'error' as const, path: where.path, line: where.line };
      return isEntangled(start)
        ? { code: 'scheduler-also-runs', ...at, args: { service: name, alsoRuns } }
        : { code: 'scheduler-still-started', ...at, args: { name, reason, namedBy: namedBy ?? [] } };
    });
}
