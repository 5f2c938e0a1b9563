import { statSync } from 'node:fs';
import { join } from 'node:path';
import { CRON_CONFIG_FILE, hasJob } from '../files/cron-config.js';
import { targetFromDependencies, versionOf } from '../files/decide-versions.js';
import type { Project } from '../files/project.js';
import { zonesNamed } from '../files/zones.js';
import { parsePlanHead } from '../plan/codec.js';
import type { CronRegistration } from '../plan/cron-registration.js';
import { cronFindings } from '../plan/decide-cron.js';
import type { JobPolicy } from '../plan/decide-job.js';
import type { RecurringPolicy } from '../plan/decide-recurring.js';
import { repeatFindings } from '../plan/decide-repeat.js';
import { PLAN_SCHEMA, type PlanHead } from '../plan/plan.js';
import { type RqCronSeen, seeRqCron } from '../plan/rq-cron-seen.js';
import { type JobTally, Tally } from '../plan/tally.js';
import type { Finding, PlanTarget } from '../plan/types.js';
import type { Runbook } from '../report/runbook.js';
import { packageVersion } from '../world/assets.js';
import { composeFindings } from './compose-config.js';
import type { Context, RunOptions } from './context.js';
import type { JobSink } from './job-sinks.js';
import { decideAll } from './jobs.js';
import { seeWorkers, workersVersion } from './observe.js';
import type { OpenRedis } from './open-redis.js';
import { cronConfigPath, inspectProject, type PlannedFiles, planFiles, readCode } from './project.js';
import type { Covers, LocalRun } from './run-state.js';
import { ordersOf } from './runbook.js';
import { importersOf, runtimeModule } from './runtime.js';

/** A plan and the policy by which its jobs were decided: the same decides again when it is applied. */
export interface AssembledPlan {
  readonly plan: PlanHead;
  readonly policy: JobPolicy;
  /** Queues with recurring jobs that are re-armed: their workers need rq_recurring. */
  readonly seriesQueues: readonly string[];
  /** The order of the move in production, where the files start rq-scheduler. */
  readonly orders: readonly Runbook[];
}

/** What the options ask for. */
export function coversOf(options: RunOptions): Covers {
  return options.only === undefined ? ['files', 'redis'] : [options.only];
}

/**
 * Reads files and Redis, decides, and gives every job to the sink on the way. Writes nothing. For a run
 * that stopped part-way the file changes are those that were planned then.
 */
export async function assemble(
  context: Context,
  redis: OpenRedis | null,
  sink: JobSink,
  local: LocalRun | null,
): Promise<AssembledPlan> {
  const { options } = context;
  const covers = coversOf(options);
  const project = covers.includes('files') && !local ? await inspectProject(context.project, options) : null;
  const { target, findings: targetFindings } = await findTarget(options, project, redis);
  const policy: JobPolicy = {
    rq: target.rq,
    renameIds: Boolean(options.renameIds),
    allow: new Set(options.allow),
    recurring: await recurringPolicy(options, project, redis),
    runtimeModule: savedModule(local) ?? moduleFor(project, options),
  };
  const tally = new Tally();
  if (redis) {
    for await (const batch of decideAll(redis.port, policy)) {
      for (const decision of batch) {
        tally.add(decision);
        await sink.item(decision.item);
      }
    }
  }
  const jobs = tally.result();
  const files = project ? planFiles(project, options, jobs, target) : savedFiles(local);
  const invalid = project ? await composeFindings(project, files.changes) : [];
  const plan: PlanHead = {
    schema: PLAN_SCHEMA,
    tool: { name: 'migrate-scheduler', version: packageVersion() },
    createdAt: Math.floor(Date.now() / 1000),
    covers,
    redis: redis?.url ?? null,
    target,
    runtimeModule: policy.runtimeModule,
    jobs: { total: jobs.total, byKind: jobs.byKind, byAction: jobs.byAction },
    files: files.changes,
    containers: files.containers,
    coverage: files.coverage,
    findings: [
      ...files.findings,
      ...invalid,
      ...targetFindings,
      ...seriesFindings(jobs),
      ...repeatFindings(jobs.byAction.repeat, target.rq),
      ...cronFindings(jobs.registrations, jobs.waiting, target.rq, policy.recurring.rqCron ?? null),
      ...jobs.findings,
    ],
  };
  await sink.end(plan);
  return { plan, policy, seriesQueues: jobs.seriesQueues, orders: project ? ordersOf(project) : [] };
}

/** What is to be known of recurring jobs that become series: said once, not for each. */
function seriesFindings({ byAction, seriesQueues }: JobTally): Finding[] {
  if (byAction.rearm === 0) return [];
  return [
    { code: 'series-need-module', severity: 'info', args: { queues: seriesQueues } },
    { code: 'series-differences', severity: 'info', args: {} },
  ];
}

/** `migrate-scheduler 0.1.0`, for the record in Redis. */
export function toolName(): string {
  return `migrate-scheduler ${packageVersion()}`;
}

/** The name by which the plan of a run that stopped part-way calls the package for recurring jobs. */
function savedModule(local: LocalRun | null): string | null {
  const text = local?.dir.planText() ?? null;
  return text === null ? null : parsePlanHead([text]).runtimeModule;
}

function moduleFor(project: Project | null, options: RunOptions): string {
  if (project === null) return runtimeModule(null, options, []);
  return runtimeModule(project, options, importersOf(project, readCode(project, options)));
}

/** The file part of a run that stopped part-way, as it was planned then. */
function savedFiles(local: LocalRun | null): PlannedFiles {
  const text = local?.dir.planText() ?? null;
  if (text === null) return { changes: [], containers: [], coverage: [], findings: [] };
  const { files, containers, coverage } = parsePlanHead([text]);
  return { changes: files, containers, coverage, findings: [] };
}

/**
 * The RQ version to aim at: the option, else what the dependency files pin, else the lowest of the live
 * workers. A disagreement between files and workers is a finding, not a guess.
 */
async function findTarget(
  options: RunOptions,
  project: Project | null,
  redis: OpenRedis | null,
): Promise<{ target: PlanTarget; findings: Finding[] }> {
  if (options.rqVersion !== undefined)
    return { target: { rq: options.rqVersion, source: 'option' }, findings: [] };
  const pinned = project ? targetFromDependencies(project.facts) : null;
  const workers = redis ? seeWorkers(await redis.port.workers(), await redis.port.time()) : [];
  const live = workersVersion(workers);
  if (pinned !== null) {
    const others = [...new Set(workers.flatMap(({ alive, version }) => (alive && version ? [version] : [])))];
    const differ = others.filter((version) => version !== pinned);
    const disagreement: Finding = {
      code: 'rq-version-disagrees',
      severity: 'warn',
      args: { dependencies: pinned, workers: differ },
    };
    return {
      target: { rq: pinned, source: 'dependencies' },
      findings: differ.length > 0 ? [disagreement] : [],
    };
  }
  if (live !== null) return { target: { rq: live, source: 'workers' }, findings: [] };
  const unknown: Finding = { code: 'rq-version-unknown', severity: 'warn', args: {} };
  return { target: { rq: null, source: 'unknown' }, findings: redis ? [unknown] : [] };
}

async function recurringPolicy(
  options: RunOptions,
  project: Project | null,
  redis: OpenRedis | null,
): Promise<RecurringPolicy> {
  const strategy = options.recurring ?? 'rearm';
  const overrides = options.recurringFor ?? [];
  const cron = strategy === 'cron' || overrides.some((one) => one.strategy === 'cron');
  const rqCron = cron && redis ? await lookAtRqCron(options, project, redis) : null;
  return {
    strategy,
    overrides,
    ...(rqCron ? { rqCron } : {}),
    schedulerVersion:
      options.rqSchedulerVersion ?? (project ? versionOf(project.facts, 'rq-scheduler') : null),
    zone: options.tz ?? null,
    zoneCandidates: project ? zonesNamed(project) : [],
  };
}

async function lookAtRqCron(
  options: RunOptions,
  project: Project | null,
  { port }: OpenRedis,
): Promise<RqCronSeen> {
  const path = project ? cronConfigPath(project, options) : null;
  const text = path === null ? undefined : project?.view.get(path)?.text;
  const writtenAt =
    path === null || text === undefined ? null : statSync(join(options.project, path)).mtimeMs / 1000;
  const has = (registration: CronRegistration) => text !== undefined && hasJob(text, registration);
  return seeRqCron(await port.cronProcesses(), await port.time(), { name: CRON_CONFIG_FILE, writtenAt, has });
}
