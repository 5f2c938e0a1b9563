import { type Coverage, coverageOf } from '../files/coverage.js';
import { decide } from '../files/decide.js';
import { removableEnv } from '../files/decide-env.js';
import { distinctProcesses } from '../files/decide-starts.js';
import type { Fact, Where } from '../files/types.js';
import type { Finding } from '../plan/types.js';
import { check, EXAMPLES } from './check.js';
import type { Check, CheckStatus, QueueSeen } from './observations.js';

/** The project as read; null where the folder holds none. */
export interface FilesSeen {
  readonly facts: readonly Fact[];
  /** Files that could not be understood. */
  readonly findings: readonly Finding[];
  /** What starts rq-scheduler or watches its keys in files that no kind knows (`files/seen`). */
  readonly seen: readonly Finding[];
  /** RQ version that the dependencies fix. */
  readonly rq: string | null;
  /** Code imports rq_recurring. */
  readonly needsSeries?: boolean;
}

/** The checks of the project's files; `queues` null where Redis was not looked at. */
export function fileChecks(files: FilesSeen | null, queues: readonly QueueSeen[] | null): Check[] {
  if (files === null) return [check('files-none', 'skip', null)];
  const { facts, findings, seen, rq, needsSeries = false } = files;
  const busy = queues?.filter(({ scheduled }) => scheduled > 0).map(({ name }) => name) ?? null;
  // What would block or be changed if the move were planned now.
  const decided = decide(facts, {
    jobQueues: busy,
    keepScheduler: false,
    allow: new Set(['code-imports', 'dependent-package', 'rq-not-listed']),
    rqTarget: rq,
    needsCroniter: false,
    needsSeries,
    cronConfig: null,
  }).findings;
  return [
    ...findings.map((one) => placed('files-unread', 'warn', one, { reason: one.args.reason ?? '' })),
    ...schedulerGone(facts, seen),
    ...keysUnwatched(seen),
    ...dependencyGone(facts, decided),
    ...passOr('files-imports-gone', of(decided, 'code-imports'), ({ args }) => ({
      module: args.module ?? '',
    })),
    ...passOr('files-versions-suit', of(decided, ...VERSIONS), ({ code, args }) => ({
      name: code === 'django-rq-too-old' ? 'django-rq' : 'rq',
      version: args.version ?? '',
      minimum: args.minimum ?? '',
    })),
    ...settingsGone(facts),
    ...covered(facts, busy),
  ];
}

/** Versions named in the files that cannot do what is needed. */
const VERSIONS = ['rq-too-old', 'rq-too-old-for-series', 'django-rq-too-old'];

function of(findings: readonly Finding[], ...codes: readonly string[]): Finding[] {
  return findings.filter(({ code }) => codes.includes(code));
}

/** A check about a place in a file. */
function placed(code: string, status: CheckStatus, at: Partial<Where>, args: Check['args']): Check {
  const { path, line } = at;
  return {
    ...check(code, status, null, args),
    ...(path === undefined ? {} : { path }),
    ...(line === undefined ? {} : { line }),
  };
}

/** One that passes, or one that fails for each finding. */
function passOr(
  code: string,
  findings: readonly Finding[],
  argsOf: (finding: Finding) => Check['args'],
): Check[] {
  if (findings.length === 0) return [check(code, 'pass', null)];
  return findings.map((one) => placed(code, 'fail', one, argsOf(one)));
}

/** Nothing starts rq-scheduler any more; in a chart or on a build server it is only worth a look. */
function schedulerGone(facts: readonly Fact[], seen: readonly Finding[]): Check[] {
  const code = 'files-scheduler-gone';
  const processes = facts
    .filter((fact) => fact.type === 'process')
    .filter(({ role }) => role === 'scheduler' || role === 'both');
  const starting = [...processes, ...facts.filter((fact) => fact.type === 'scheduler-start')].map(
    ({ name, where }) => placed(code, 'fail', where, { process: name }),
  );
  const others = of(seen, 'scheduler-started-here', 'scheduler-in-chart', 'scheduler-in-ci').map((one) =>
    placed(code, one.severity === 'error' ? 'fail' : 'warn', one, { process: null }),
  );
  const checks = [...starting, ...others];
  if (checks.length === 0) return [check(code, 'pass', null)];
  return [...new Map(checks.map((one) => [`${one.path}:${one.line}`, one])).values()];
}

/** Keys of rq-scheduler say nothing any more (FIELD-RULES R14). */
function keysUnwatched(seen: readonly Finding[]): Check[] {
  return of(seen, 'legacy-keys-watched').map((one) => placed('files-keys-watched', 'warn', one, {}));
}

/** Nothing installs it; a lock file that still has it is only out of date. */
function dependencyGone(facts: readonly Fact[], decided: readonly Finding[]): Check[] {
  const code = 'files-dependency-gone';
  const listed = facts
    .filter((fact) => fact.type === 'dependency' || fact.type === 'locked')
    .filter(({ name }) => name === 'rq-scheduler')
    .map(({ type, name, where }) =>
      placed(code, type === 'locked' ? 'warn' : 'fail', where, { name, locked: type === 'locked' }),
    );
  const needing = of(decided, 'dependent-package').map((one) =>
    placed(code, 'fail', one, { name: one.args.name ?? '', locked: false }),
  );
  const all = [...listed, ...needing];
  return all.length === 0 ? [check(code, 'pass', null)] : all;
}

/** Settings that nothing reads any more do no harm. */
function settingsGone(facts: readonly Fact[]): Check[] {
  const { names } = removableEnv(facts);
  const checks = facts
    .filter((fact) => fact.type === 'env-set')
    .filter(({ name }) => names.includes(name))
    .map(({ name, where }) => placed('files-settings-gone', 'warn', where, { name }));
  // Services that share an anchor share its lines.
  return [...new Map(checks.map((one) => [JSON.stringify(one), one])).values()];
}

const COVERED: Readonly<Record<Coverage['covered'], CheckStatus>> = {
  yes: 'pass',
  unknown: 'warn',
  no: 'fail',
};

/**
 * Every queue with scheduled jobs has a worker with its scheduler (FIELD-RULES R2). Where Redis was not looked at,
 * each worker by itself: one without is only worth a look, for perhaps nothing is scheduled in its queues.
 */
function covered(facts: readonly Fact[], busy: readonly string[] | null): Check[] {
  const workers = distinctProcesses(facts).filter(({ role }) => role !== 'other' && role !== 'scheduler');
  if (workers.length === 0) return [check('files-workers', 'skip', null)];
  if (busy === null) return workers.map(schedules);
  return coverageOf(facts, Object.fromEntries(busy.map((queue) => [queue, 0]))).map(
    ({ queue, covered: how, workers }) => {
      const [first] = workers.filter(({ scheduler }) => how !== 'yes' || scheduler === 'on');
      const args = {
        workers: workers.slice(0, EXAMPLES).map(({ path, line }) => `${path}:${line}`),
        switches: workers.slice(0, EXAMPLES).map(({ scheduler }) => scheduler),
      };
      return { ...placed('files-queue-covered', COVERED[how], first ?? {}, args), where: queue };
    },
  );
}

type ProcessFact = Extract<Fact, { type: 'process' }>;

function schedules({ name, withScheduler, where }: ProcessFact): Check {
  const status = withScheduler === 'on' ? 'pass' : 'warn';
  return placed('files-worker-schedules', status, where, { process: name, switch: withScheduler });
}
