import type { ProcessRole, SchedulerSwitch, Where } from '../types.js';
import type { ImportPath } from './import-path.js';
import type { CommandAnalysis, WorkerStart } from './types.js';

/** One thing that a command starts. */
export type Started =
  /** `listed`: by a Procfile or supervisor configuration. `where`: in which other file, null for the command. */
  | {
      readonly kind: 'scheduler';
      readonly listed: boolean;
      readonly where: Where | null;
      readonly detached: boolean;
    }
  | { readonly kind: 'pool'; readonly queues: readonly string[] | null }
  | { readonly kind: 'worker'; readonly queues: readonly string[] | null; readonly start: WorkerStart }
  | { readonly kind: 'other'; readonly text: string };

/**
 * Puts together what a command's parts amount to. `origins` are the lines of other files that the command is
 * written in. A scheduler in the background of a script, beside other things, is that script's own affair.
 */
export function summarise(
  all: readonly Started[],
  via: readonly Where[],
  origins: readonly Where[],
  imports: readonly ImportPath[],
): CommandAnalysis {
  const beside = all.some((part) => part.kind !== 'scheduler');
  const started = all.filter((part) => part.kind !== 'scheduler' || !part.detached || !beside);
  const workers = started.flatMap((part) => (part.kind === 'worker' ? [part.start] : []));
  const role = roleOf(started);
  const others = started.flatMap((part) => (part.kind === 'other' ? [part.text] : []));
  return {
    role,
    queues: role === 'other' || role === 'scheduler' ? null : queuesOf(started),
    withScheduler: switchOf(role, workers),
    alsoRuns: role === 'other' ? [] : [...new Set(others)],
    works: [...new Set(others)],
    via: via.filter((one, i) => via.findIndex((o) => o.path === one.path && o.line === one.line) === i),
    workers,
    schedulerInProgramList: started.some((part) => part.kind === 'scheduler' && part.listed),
    starts: [...all.flatMap(startPlace), ...origins],
    imports,
    idle: all.length === 0,
  };
}

function startPlace(part: Started): readonly Where[] {
  if (part.kind === 'worker') return part.start.where === null ? [] : [part.start.where];
  return part.kind === 'scheduler' && part.where !== null ? [part.where] : [];
}

function roleOf(started: readonly Started[]): ProcessRole {
  const kinds = new Set(started.map((part) => part.kind));
  const works = kinds.has('worker') || kinds.has('pool');
  if (kinds.has('scheduler')) return works ? 'both' : 'scheduler';
  if (kinds.has('worker')) return 'worker';
  return kinds.has('pool') ? 'worker-pool' : 'other';
}

function queuesOf(started: readonly Started[]): readonly string[] | null {
  const all: string[] = [];
  for (const part of started) {
    if (part.kind !== 'worker' && part.kind !== 'pool') continue;
    if (part.queues === null) return null;
    all.push(...part.queues);
  }
  return [...new Set(all)];
}

/** Off as soon as one of the workers is: every one has to schedule for its own queues (R2). */
function switchOf(role: ProcessRole, workers: readonly WorkerStart[]): SchedulerSwitch {
  if (role === 'worker-pool') return 'on';
  if (workers.length === 0) return 'unknown';
  const switches = new Set(workers.map((worker) => worker.withScheduler));
  for (const value of ['off', 'off-explicit', 'unknown'] as const) if (switches.has(value)) return value;
  return 'on';
}
