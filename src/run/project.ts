import { existsSync, statSync } from 'node:fs';
import { compare } from '@renovatebot/pep440';
import { coverageOf } from '../files/coverage.js';
import { CRON_CONFIG_FILE, cronConfigText, missingJobs } from '../files/cron-config.js';
import { decide } from '../files/decide.js';
import { versionOf } from '../files/decide-versions.js';
import { registrationZones } from '../files/decide-zone.js';
import { addition, changesFor, creation, type Project, readProject } from '../files/project.js';
import { analyseCode, type CodeAnalysis, isBlocking } from '../files/python/uses.js';
import { importFolder } from '../files/runtime-place.js';
import { namedFindings } from '../files/seen/named.js';
import { isSearched, isWorthSearching } from '../files/seen/paths.js';
import { seenFindings } from '../files/seen/seen.js';
import type { Decision, Fact } from '../files/types.js';
import type { ContainerCount, QueueCoverage } from '../plan/plan.js';
import type { JobTally } from '../plan/tally.js';
import type { FileChange, Finding, PlanTarget } from '../plan/types.js';
import { type FileChoice, FileUnreadableError, readProjectFiles } from '../world/project-files.js';
import { compiled } from './compiled.js';
import type { RunOptions } from './context.js';
import { changesThatRun, factsAfter } from './facts-after.js';
import { FILE_KINDS, prepareKinds } from './file-kinds.js';
import { EXIT, refusal } from './outcome.js';
import {
  importersOf,
  installWay,
  placeIn,
  runtimeModule,
  unlisted,
  vendoredFindings,
  vendorRuntime,
} from './runtime.js';

/** The file part of a plan. */
export interface PlannedFiles {
  readonly changes: readonly FileChange[];
  readonly containers: readonly ContainerCount[];
  readonly coverage: readonly QueueCoverage[];
  readonly findings: readonly Finding[];
}

/** Reads and parses every file that some kind understands or that may name rq-scheduler; Python files alone are enough. */
export async function readFolder(folder: string, choice: FileChoice): Promise<Project> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refusal(EXIT.usage, 'project-missing', { project: folder });
  }
  await prepareKinds();
  const wanted = (path: string): boolean => FILE_KINDS.some((kind) => kind.match(path));
  const search = { path: isSearched, text: isWorthSearching };
  const files = await readProjectFiles(folder, wanted, choice, search).catch((error: unknown) => {
    if (!(error instanceof FileUnreadableError)) throw error;
    throw refusal(EXIT.blocked, 'file-unreadable', { path: error.path, reason: error.reason }, error);
  });
  return readProject(files, FILE_KINDS);
}

/** The project, refused where nothing in it starts or installs anything. */
export async function inspectProject(folder: string, choice: FileChoice): Promise<Project> {
  const project = await readFolder(folder, choice);
  // Python files alone do not make a project that starts or installs anything.
  const telling = project.docs.some(({ kind }) => kind.id !== 'python') || project.findings.length > 0;
  if (!telling) throw refusal(EXIT.blocked, 'no-project-files', { project: folder });
  return project;
}

/** Decides about the files, knowing the jobs, and lays out the edits. */
export function planFiles(
  project: Project,
  options: RunOptions,
  jobs: JobTally,
  target: PlanTarget,
): PlannedFiles {
  const keepScheduler = Boolean(options.keepScheduler);
  const level = options.unsafeFixes ? 'unsafe' : 'safe';
  const analysis = readCode(project, options);
  const needed = needsRuntime(options, jobs, analysis);
  const byPackage = installWay(options) === 'package';
  const { decision, findings } = decide(project.facts, {
    jobQueues: options.only === 'files' ? null : jobs.queues,
    keepScheduler,
    allow: new Set(options.allow),
    rqTarget: target.rq,
    needsCroniter: jobs.needsCroniter,
    requireRuntime: needed && byPackage,
    needsSeries: jobs.byAction.rearm > 0 || analysis.importers.length > 0,
    raiseRq: Boolean(options.raiseRq),
    cronConfig: jobs.registrations.length > 0 ? CRON_CONFIG_FILE : null,
    codeLeft: analysis.left(level).filter(isBlocking),
  });
  const cron = decision.removeScheduler && analysis.uses.some(({ code }) => code === 'code-cron');
  const registration = cron ? registrationZones(project, options.tz ?? null) : null;
  const whole: Decision = {
    ...decision,
    ...(registration ? { registrationZones: registration.zones } : {}),
    code: { analysis, level },
  };
  const planned = compiled(project, changesThatRun(project, whole));
  const config = writeCronConfig(project, options, jobs);
  const after = factsAfter(project, planned.changes);
  const runtime = byPackage
    ? { changes: [], findings: needed ? [...vendoredFindings(project), ...unlisted(after, 'error')] : [] }
    : vendorRuntime(project, options, importersOf(project, analysis), needed);
  const all = seenFindings(project, { ...planned, removed: decision.removeScheduler });
  const uses = usesScheduler(project) || all.some(({ code }) => code.startsWith('scheduler-'));
  const seen = all.filter(({ code }) =>
    code === 'worker-seen' ? uses : !keepScheduler && (uses || code === 'legacy-keys-watched'),
  );
  const left: Finding = { code: 'jobs-left-behind', severity: 'error', args: { count: jobs.leftRunnable } };
  const none: Finding = { code: 'no-scheduler-found', severity: 'info', args: {} };
  return {
    changes: [...planned.changes, ...runtime.changes, ...config.changes],
    containers: containers(project.facts, after),
    coverage: options.only === 'files' ? [] : coverageOf(after, jobs.perQueue),
    findings: [
      ...project.findings,
      ...findings,
      ...planned.findings,
      ...(registration?.findings ?? []),
      ...(keepScheduler ? [] : laterBlockers(project, whole, planned.findings)),
      ...codeFindings(analysis, level),
      ...cronZone(project, options, analysis),
      ...seen,
      ...namedFindings(project, after, planned.changes),
      ...runtime.findings,
      ...config.findings,
      ...(uses && !keepScheduler && jobs.leftRunnable > 0 ? [left] : []),
      ...(uses ? [] : [none]),
    ],
  };
}

/** What would stand in the way once that which blocks now is solved: told at once, not one after the other. */
function laterBlockers(project: Project, decision: Decision, told: readonly Finding[]): Finding[] {
  if (decision.removeScheduler) return [];
  const known = new Set(told.map((finding) => JSON.stringify(finding)));
  const { findings } = changesFor(project, { ...decision, removeScheduler: true });
  return findings.filter((one) => one.severity === 'error' && !known.has(JSON.stringify(one)));
}

/** The uses of rq-scheduler in the project's code, fixed as the options want it, with the runtime under its dotted name. */
export function readCode(project: Project, options: RunOptions): CodeAnalysis {
  const nativeApi = Boolean(options.nativeApi);
  const importers = importersOf(project, analyseCode(project.view, { nativeApi }));
  return analyseCode(project.view, { nativeApi, runtimeModule: runtimeModule(project, options, importers) });
}

/** The first rq-scheduler that reads cron strings in its host's zone (SEMANTICS §6); rq_recurring does as it does. */
const LOCAL_CRON_SINCE = '0.12';

/** Code written for an rq-scheduler that read cron strings as UTC: the zone must be named. */
export function cronZone({ facts }: Project, options: RunOptions, { uses }: CodeAnalysis): Finding[] {
  const version = options.rqSchedulerVersion ?? versionOf(facts, 'rq-scheduler');
  const calls = uses.filter(({ code, args }) => code === 'code-cron' && args.localTime !== true);
  const [first] = calls;
  if (first === undefined || version === null || compare(version, LOCAL_CRON_SINCE) >= 0) return [];
  const { path, line, column } = first;
  return [
    {
      code: 'cron-read-as-utc',
      severity: 'warn',
      path,
      line,
      column,
      args: { version, count: calls.length },
    },
  ];
}

/** Imports block as `code-imports`, workers are told of by their processes, and recurring calls stay as they are. */
const TOLD_ELSEWHERE = new Set(['code-import', 'code-worker-start', 'code-schedule', 'code-cron']);

/**
 * Uses of rq-scheduler that stay: `code-imports` is what blocks, these say what to do. Workers and, in files that are
 * not Python, what watches the old keys are told elsewhere.
 */
function codeFindings(analysis: CodeAnalysis, level: 'safe' | 'unsafe'): Finding[] {
  return analysis
    .left(level)
    .filter(({ code }) => !TOLD_ELSEWHERE.has(code))
    .filter(({ code, path }) => code !== 'code-legacy-key' || path.endsWith('.py'))
    .map(({ code, severity, path, line, column, call, replacement, fix, args }) => ({
      code,
      severity: severity === 'info' ? 'info' : 'warn',
      path,
      line,
      column,
      args: { ...args, call, replacement, fix },
    }));
}

/**
 * Recurring jobs need the module, and so does code that imports it; where Redis was not looked at, whoever names its
 * place wants it.
 */
function needsRuntime(options: RunOptions, jobs: JobTally, { importers }: CodeAnalysis): boolean {
  const asked = options.only === 'files' && options.runtimePath !== undefined;
  return jobs.byAction.rearm > 0 || importers.length > 0 || asked;
}

/** Where cron_config.py goes: where workers import from; where that is not known, to the project's own folder. */
export function cronConfigPath(project: Project, options: RunOptions): string {
  const { place } = placeIn(project, options, []);
  const folder = place === null ? '' : options.runtimePath === undefined ? importFolder(place) : place.folder;
  return folder === '' ? CRON_CONFIG_FILE : `${folder}/${CRON_CONFIG_FILE}`;
}

/** Creates cron_config.py, or puts at its end what it lacks; one of somebody else's is in the way. */
function writeCronConfig(
  project: Project,
  options: RunOptions,
  { registrations }: JobTally,
): Pick<PlannedFiles, 'changes' | 'findings'> {
  if (registrations.length === 0) return { changes: [], findings: [] };
  const path = cronConfigPath(project, options);
  const file = project.view.get(path);
  if (!file) {
    const text = cronConfigText(registrations);
    return { changes: [creation(path, 'cron-config', text, 'write-cron-config')], findings: [] };
  }
  const missing = missingJobs(file.text, registrations);
  if (missing === null) {
    return { changes: [], findings: [{ code: 'cron-config-name-taken', severity: 'error', path, args: {} }] };
  }
  if (missing === '') return { changes: [], findings: [] };
  return { changes: [addition(file, 'cron-config', missing, 'write-cron-config')], findings: [] };
}

function usesScheduler({ facts }: Project): boolean {
  return facts.some(
    (fact) =>
      (fact.type === 'dependency' && fact.name === 'rq-scheduler') ||
      (fact.type === 'process' && (fact.role === 'scheduler' || fact.role === 'both')),
  );
}

/** Containers per compose file now and after the changes. */
function containers(now: readonly Fact[], then: readonly Fact[]): ContainerCount[] {
  const counts = new Map(countsOf(then));
  return countsOf(now).map(([path, before]) => ({ path, before, after: counts.get(path) ?? 0 }));
}

function countsOf(facts: readonly Fact[]): [string, number][] {
  return facts.flatMap((fact): [string, number][] =>
    fact.type === 'containers' ? [[fact.path, fact.services.length]] : [],
  );
}
