import { compare } from '@renovatebot/pep440';
import type { Finding } from '../plan/types.js';
import { isDockerfile } from './command/script-files.js';
import { ENV_REASON, removableEnv } from './decide-env.js';
import {
  deletableFiles,
  distinctProcesses,
  isEntangled,
  startingLines,
  stillStarted,
} from './decide-starts.js';
import { minimumVersions, type SeriesNeed, versionOf } from './decide-versions.js';
import { mayBeLoose } from './loose-starts.js';
import type { CodeUse } from './python/uses.js';
import type { Decision, Fact, Where } from './types.js';

/** What a decision depends on besides the files. */
export interface DecideOptions extends SeriesNeed {
  /** Queues that have scheduled jobs in Redis; null where Redis was not looked at. */
  readonly jobQueues: readonly string[] | null;
  /** The scheduler stays, although jobs move (`--keep-scheduler`). */
  readonly keepScheduler: boolean;
  /** Codes of error findings that the user accepts. */
  readonly allow: ReadonlySet<string>;
  /** RQ version that the plan aims at; null when nothing tells. */
  readonly rqTarget: string | null;
  /** Cron jobs are to be re-armed, for which the recurring module uses croniter. */
  readonly needsCroniter: boolean;
  /** The package for recurring jobs is to be required, not put into the project. */
  readonly requireRuntime?: boolean;
  /** What `rq cron` is to run in the scheduler's place; null for nothing. */
  readonly cronConfig: string | null;
  /** Uses in Python code that its fixes leave, in the order of work; left out, every import counts as left. */
  readonly codeLeft?: readonly CodeUse[];
}

type ProcessFact = Extract<Fact, { type: 'process' }>;

/** Packages that require rq-scheduler themselves (FIELD-RULES R8; their metadata on PyPI). */
const DEPENDENT = new Set(['django-rq-scheduler', 'flask-rq2']);
/** The first django-rq-scheduler that does without rq-scheduler (requirements of 2022.12.0 and 2023.1.0). */
const DJANGO_RQ_SCHEDULER_ALONE = '2023.1.0';
/** Packages with which rq is installed, besides itself. */
const BRINGS_RQ = new Set(['rq', 'django-rq']);

/** Decides for the whole project, from all facts. Pure; the same facts give the same decision. */
export function decide(
  facts: readonly Fact[],
  options: DecideOptions,
): { decision: Decision; findings: readonly Finding[] } {
  const dependent = dependentPackages(facts);
  const replaced = options.cronConfig !== null;
  const deleteFiles = replaced ? new Set<string>() : deletableFiles(facts);
  const blocking = [
    ...codeImports(facts, options),
    ...dependent,
    ...rqUnlisted(facts),
    ...(options.keepScheduler ? [] : stillStarted(facts, deleteFiles, replaced)),
  ];
  const removeScheduler =
    !options.keepScheduler && blocking.every((f) => f.severity !== 'error' || options.allow.has(f.code));
  const serving = distinctProcesses(facts).filter((p) => serves(p, options.jobQueues));
  const off = serving.filter((p) => isWorker(p) && p.withScheduler === 'off');
  const enableScheduler = new Set([...off.map(({ id }) => id), ...startingLines(facts, off)]);
  const versions = minimumVersions(facts, serving, options.rqTarget, options);
  const env = removeScheduler ? removableEnv(facts) : { names: [], findings: [] };
  const decision: Decision = {
    removeScheduler,
    keepDependency: dependent.length > 0 || facts.some(staysScheduler) || facts.some(isEntangled),
    replaceScheduler: options.cronConfig,
    enableScheduler,
    deleteFiles,
    enableInScripts: scriptsOf(serving.filter(({ id }) => enableScheduler.has(id))),
    removeEnv: new Map(env.names.map((name) => [name, ENV_REASON])),
    minimumRq: versions.minimumRq,
    addCroniter: options.needsCroniter && !versions.bringsCroniter,
    addRuntime: options.requireRuntime === true ? runtimeAnchor(facts) : null,
  };
  const findings = [
    ...blocking,
    ...onePerPlace(serving.flatMap(switchFinding)),
    ...uncovered(facts, options.jobQueues),
    ...versions.findings,
    ...env.findings,
    ...(removeScheduler && options.cronConfig !== null ? rqCronFindings(facts) : []),
  ];
  return { decision, findings };
}

/** The requirement beside which, or in whose place, rq-recurring goes. What scripts install is no list of anybody's. */
function runtimeAnchor(facts: readonly Fact[]): 'rq-scheduler' | 'rq' {
  const listed = facts.some(
    (fact) =>
      fact.type === 'dependency' &&
      fact.name === 'rq-scheduler' &&
      !isDockerfile(fact.where.path) &&
      !mayBeLoose(fact.where.path),
  );
  return listed ? 'rq-scheduler' : 'rq';
}

/** `rq cron` of several containers enqueues everything several times; of rq-scheduler's settings it reads the URL only. */
function rqCronFindings(facts: readonly Fact[]): Finding[] {
  const copies = facts
    .filter((fact) => fact.type === 'process')
    .filter(({ role, replicas }) => role === 'scheduler' && replicas > 1)
    .map(
      ({ where, replicas }): Finding => ({
        code: 'rq-cron-twice',
        severity: 'warn',
        ...at(where),
        args: { processes: replicas },
      }),
    );
  const set = facts.filter((fact) => fact.type === 'env-set');
  const place = set.find(({ name }) => /^RQ_REDIS_(HOST|PORT|DB|PASSWORD)$/.test(name));
  if (place === undefined || set.some(({ name }) => name === 'RQ_REDIS_URL')) return copies;
  const url: Finding = {
    code: 'rq-cron-needs-url',
    severity: 'warn',
    ...at(place.where),
    args: { name: place.name },
  };
  return [...copies, url];
}

/** The Python scripts by which processes start their worker. */
function scriptsOf(processes: readonly ProcessFact[]): Set<string> {
  const scripts = processes.flatMap(({ via }) => via.map(({ path }) => path));
  return new Set(scripts.filter((path) => path.endsWith('.py')));
}

/** A process that takes --with-scheduler; a pool always schedules and has no such option (R3). */
function isWorker(process: ProcessFact): boolean {
  return process.role === 'worker' || process.role === 'both';
}

/** Does it work on a queue with scheduled jobs, as far as is known? The lock is per queue (R2). */
function serves(process: ProcessFact, jobQueues: readonly string[] | null): boolean {
  if (!isWorker(process) && process.role !== 'worker-pool') return false;
  if (process.queues === null || jobQueues === null || jobQueues.length === 0) return true;
  return process.queues.some((queue) => jobQueues.includes(queue));
}

/** Services that start one script share its finding, which names them all. */
function onePerPlace(findings: readonly Finding[]): Finding[] {
  const places = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.path}:${finding.line}`;
    const first = places.get(key);
    const names = new Set([...String(first?.args.process ?? finding.args.process).split(', ')]);
    names.add(String(finding.args.process));
    places.set(key, {
      ...(first ?? finding),
      args: { ...(first ?? finding).args, process: [...names].join(', ') },
    });
  }
  return [...places.values()];
}

function switchFinding(process: ProcessFact): Finding[] {
  if (!isWorker(process)) return [];
  const { path, line } = process.via.at(-1) ?? process.where;
  const args = { process: process.name, id: process.id };
  if (process.withScheduler === 'off-explicit') {
    return [{ code: 'worker-scheduler-off', severity: 'error', path, line, args }];
  }
  if (process.withScheduler !== 'unknown') return [];
  return [{ code: 'worker-start-unknown', severity: 'error', path, line, args }];
}

/** Queues with scheduled jobs on which no worker is known to work. */
function uncovered(facts: readonly Fact[], jobQueues: readonly string[] | null): Finding[] {
  const workers = facts.filter((fact) => fact.type === 'process').filter((p) => serves(p, null));
  if (jobQueues === null || workers.some(({ queues }) => queues === null)) return [];
  const served = new Set(workers.flatMap(({ queues }) => queues ?? []));
  // The place to add the queue to, where there is one.
  const place = workers[0] ? at(workers[0].where) : {};
  return jobQueues
    .filter((queue) => !served.has(queue))
    .map((queue) => ({ code: 'queue-without-worker', severity: 'warn', ...place, args: { queue } }));
}

/** As many of the places that are left are listed in one sentence. */
const LISTED_PLACES = 6;

/**
 * Code that imports rq_scheduler stops working without it, or keeps filling its store (R1). Imports that the
 * fixes take away do not count; the first that stays says what is to be changed before it.
 */
function codeImports(facts: readonly Fact[], { codeLeft, keepScheduler }: DecideOptions): Finding[] {
  const calls = (codeLeft ?? []).filter(({ code }) => code !== 'code-import');
  const left = calls.slice(0, LISTED_PLACES).map(({ path, line, column }) => `${path}:${line}:${column}`);
  return facts
    .filter((fact) => fact.type === 'import')
    .filter(({ module }) => /^(rq_scheduler|flask_rq2)(\.|$)|^django_rq\.get_scheduler$/.test(module))
    .filter(({ where }) => codeLeft === undefined || codeLeft.some((use) => isAt(use, where)))
    .map(({ module, optional, where }, i) => ({
      code: 'code-imports',
      severity: keepScheduler ? 'warn' : 'error',
      ...at(where),
      args: {
        module,
        optional,
        ...(i === 0 && left.length > 0 ? { left, more: calls.length - left.length } : {}),
      },
    }));
}

function isAt({ path, line, endLine }: CodeUse, where: Where): boolean {
  return path === where.path && line <= where.line && where.line <= endLine;
}

function dependentPackages(facts: readonly Fact[]): Finding[] {
  return facts
    .filter((fact) => fact.type === 'dependency')
    .filter(({ name }) => DEPENDENT.has(name) && !(name === 'django-rq-scheduler' && standsAlone(facts)))
    .map(({ name, where }) => ({
      code: 'dependent-package',
      severity: 'error',
      ...at(where),
      args: { name },
    }));
}

function standsAlone(facts: readonly Fact[]): boolean {
  const version = versionOf(facts, 'django-rq-scheduler');
  return version !== null && compare(version, DJANGO_RQ_SCHEDULER_ALONE) >= 0;
}

/** A scheduler whose command does other work too: it is not removed (R12). */
function staysScheduler(fact: Fact): boolean {
  return fact.type === 'process' && fact.role === 'scheduler' && fact.alsoRuns.length > 0;
}

/** rq came in through rq-scheduler only: without it nothing would install rq. */
function rqUnlisted(facts: readonly Fact[]): Finding[] {
  const dependencies = facts.filter((fact) => fact.type === 'dependency');
  const scheduler = dependencies.find(({ name }) => name === 'rq-scheduler');
  const brought = dependencies.some(({ name }) => BRINGS_RQ.has(name) || DEPENDENT.has(name));
  if (scheduler === undefined || brought) return [];
  return [{ code: 'rq-not-listed', severity: 'error', ...at(scheduler.where), args: {} }];
}

function at({ path, line }: Where): { path: string; line: number } {
  return { path, line };
}
