import { blockers, hasWork, type PlanHead } from '../plan/plan.js';
import { RedisProblem } from '../redis/problem.js';
import { findingJson, findingLine } from '../report/messages/index.js';
import { planSummary } from '../report/plan-text.js';
import { runSummary } from '../report/run-text.js';
import { ordersText } from '../report/runbook.js';
import { openRunDir, type RunDir } from '../world/run-dir.js';
import { applyFiles } from './apply-files.js';
import { applyJobs, type JobsDone, type Staying } from './apply-jobs.js';
import { askFirst } from './ask.js';
import { type AssembledPlan, assemble, coversOf, toolName } from './assemble.js';
import { chooseEdits } from './choose-edits.js';
import type { Context } from './context.js';
import { follow } from './follow.js';
import { openFollowLog } from './follow-log.js';
import { checkImport } from './import-check.js';
import { ImportGate } from './import-gate.js';
import { allSinks, tableSink } from './job-sinks.js';
import { NO_STEPS } from './job-steps.js';
import { HeldLocks, takeRunLock } from './locks.js';
import { type OpenRedis, openRedis, redisRefusal } from './open-redis.js';
import { EXIT, type ExitCode, refusal } from './outcome.js';
import { planView, previewText } from './preview.js';
import { checkWritable, chooseRun, type RunChoice } from './run-state.js';
import { readSavedPlan, savedPlanSink } from './saved-plan.js';
import { verify } from './verify.js';

export const RUN_SCHEMA = 'migrate-scheduler/run@1';

const NOTHING: JobsDone = { ...NO_STEPS, kept: 0, refused: 0 };

/** What one run did. */
export interface RunResult {
  /** null when there was nothing to do. */
  readonly runId: string | null;
  readonly jobs: JobsDone;
  readonly plan: PlanHead;
}

/** Previews, asks, and carries out the migration; goes on with a run that stopped part-way. */
export async function run(context: Context): Promise<ExitCode> {
  const covers = coversOf(context.options);
  if (follows(context) && !covers.includes('redis')) throw refusal(EXIT.usage, 'follow-needs-redis');
  const redis = covers.includes('redis') ? await openRedis(context) : null;
  try {
    const choice = await chooseRun(context.project, covers, redis?.port ?? null);
    const assembled = await preview(context, redis, choice);
    const result = await decideAndApply(context, redis, choice, assembled);
    if (!follows(context)) await print(context, result, choice);
  } catch (error) {
    throw redis ? redisRefusal(error, redis.url, EXIT.noRedis) : error;
  } finally {
    redis?.port.close();
  }
  // The Ctrl-C that ended the following is no wish to go without the checks; a second one ends the process.
  return follows(context) ? verify({ ...context, stop: { signal: null, onStop: () => {} } }) : EXIT.ok;
}

/** Does the run stay, to move what clients still add? */
function follows({ options }: Context): boolean {
  return Boolean(options.follow) || options.for !== undefined || options.untilQuiet !== undefined;
}

/** Shows what dry-run shows; in JSON mode only the result is data, so that stdout holds one document. */
async function preview(context: Context, redis: OpenRedis | null, choice: RunChoice): Promise<AssembledPlan> {
  const { options, terminal } = context;
  const view = planView(context);
  const saved = options.plan === undefined ? null : await readSavedPlan(options.plan);
  const sink = allSinks([
    ...(options.format === 'text' ? [tableSink(terminal, view, Boolean(options.all))] : []),
    ...(saved ? [savedPlanSink(saved)] : []),
  ]);
  const assembled = await assemble(context, redis, sink, choice.local);
  if (options.format === 'text') {
    await terminal.data(previewText(assembled.plan, view, planSummary));
    const { orders } = assembled;
    if (orders.length > 0) await terminal.data(`\n${ordersText(orders, terminal.color)}\n`);
    if (choice.resumes) terminal.say(`Going on with run ${choice.runId}, which stopped part-way.`);
  }
  return assembled;
}

async function decideAndApply(
  context: Context,
  redis: OpenRedis | null,
  choice: RunChoice,
  assembled: AssembledPlan,
): Promise<RunResult> {
  const { plan } = assembled;
  const blocked = blockers(plan.findings, new Set(context.options.allow));
  if (blocked.length > 0) {
    const codes = [...new Set(blocked.map((finding) => finding.code))];
    // The preview, which shows them, is text only.
    if (context.options.format === 'json')
      for (const finding of blocked) context.terminal.error(findingLine(finding));
    throw refusal(EXIT.blocked, 'blocked', { count: blocked.length, codes });
  }
  const { keep: kept, refuse: refused } = plan.jobs.byAction;
  if (!hasWork(plan) && !choice.resumes && !follows(context))
    return { runId: null, jobs: { ...NOTHING, kept, refused }, plan };
  checkWritable(context.project, plan.files);
  // What a stopped run had still to do was chosen when it began.
  const chooses = context.options.interactive && !choice.local;
  const files = chooses ? await chooseEdits(context, plan.files) : plan.files;
  await askFirst(context, follows(context) ? 'Apply this, then follow what clients add?' : 'Apply this?');
  return apply(context, redis, choice, { ...assembled, plan: { ...plan, files } });
}

async function apply(
  context: Context,
  redis: OpenRedis | null,
  choice: RunChoice,
  assembled: AssembledPlan,
): Promise<RunResult> {
  const { plan, seriesQueues } = assembled;
  const { runId } = choice;
  const lock = redis ? await takeRunLock(redis.port, runId) : null;
  const keeper = redis && lock ? redis.port.keepLocks(lock, null) : null;
  try {
    if (redis && lock) await begin(redis, lock, runId);
    const dir = openRunDir(context.project, runId, true);
    // Before the journal begins: a run that has begun has its plan.
    if (!choice.local) dir.savePlan(`${JSON.stringify(plan)}\n`);
    dir.append({ type: 'begin', at: Date.now() / 1000, covers: plan.covers });
    applyFiles(context.project, plan.files, dir, context.stop);
    if (redis && lock && !context.options.skipImportCheck) {
      await checkImport(context, redis.port, lock, seriesQueues, plan.runtimeModule);
    }
    await keeper?.stop();
    const jobs = redis && lock ? await moveJobs(context, redis, lock, choice, assembled, dir) : NOTHING;
    dir.append({ type: 'end', at: Date.now() / 1000 });
    return { runId, jobs, plan };
  } catch (error) {
    throw redis ? redisRefusal(error, redis.url, EXIT.partial) : error;
  } finally {
    await keeper?.stop();
    // A lost connection cannot release anything; the locks run out by themselves.
    if (redis && lock) await redis.port.releaseLocks(lock, null).catch(() => {});
  }
}

type RunLock = Awaited<ReturnType<typeof takeRunLock>>;

async function begin(redis: OpenRedis, lock: RunLock, runId: string): Promise<void> {
  const request = { runId, state: 'applying', now: await redis.port.time(), tool: toolName() } as const;
  const begun = await redis.port.beginRun(lock, request).catch((error: unknown) => {
    // Refused before the first change; where the connection broke, the run may have begun.
    const lost = error instanceof RedisProblem && error.code === 'redis-lost';
    throw redisRefusal(error, redis.url, lost ? EXIT.partial : EXIT.noRedis);
  });
  if (begun.result === 'unfinished')
    throw refusal(EXIT.locked, 'unfinished-run', { runId: begun.runId, covers: ['redis'] });
}

async function moveJobs(
  context: Context,
  redis: OpenRedis,
  lock: RunLock,
  choice: RunChoice,
  assembled: AssembledPlan,
  dir: RunDir,
): Promise<JobsDone> {
  const { port } = redis;
  const { runId } = choice;
  const held = await HeldLocks.take(context, port, lock);
  try {
    dir.append({ type: 'jobs-begin', at: Date.now() / 1000, redis: redis.url });
    const stays: Staying[] | null = follows(context) ? [] : null;
    const jobs = await applyJobs(context, port, held, assembled.policy, dir, stays);
    await held.hold();
    if (stays) {
      await print(context, { runId, jobs, plan: assembled.plan }, choice);
      const log = openFollowLog(context, runId);
      const gate = new ImportGate(
        context,
        port,
        lock,
        log,
        assembled.seriesQueues,
        assembled.policy.runtimeModule,
      );
      await follow({ context, port, held, policy: assembled.policy, dir, gate, log }, stays);
    }
    await port.finishRun(lock, runId, await port.time());
    dir.append({ type: 'jobs-done', at: Date.now() / 1000 });
    return jobs;
  } finally {
    await held.release();
  }
}

async function print({ options, terminal }: Context, result: RunResult, choice: RunChoice): Promise<void> {
  const { plan, jobs, runId } = result;
  if (options.format === 'text') {
    if (runId !== null) await terminal.data(`\n${runSummary({ runId, jobs, plan }, terminal.color)}\n`);
    return;
  }
  const document = {
    schema: RUN_SCHEMA,
    runId,
    resumed: choice.resumes,
    jobs,
    files: plan.files.map(({ path, action }) => ({ path, action })),
    findings: plan.findings.map(findingJson),
  };
  await terminal.data(`${JSON.stringify(document)}\n`);
}
