import type { Finding } from '../plan/types.js';
import { isRepair } from '../redis/runs.js';
import { findingJson } from '../report/messages/index.js';
import { rollbackPreview, rollbackSummary } from '../report/rollback-text.js';
import { listRuns } from '../world/run-dir.js';
import { askFirst } from './ask.js';
import type { Context } from './context.js';
import { type OpenRedis, openRedis, redisRefusal } from './open-redis.js';
import { EXIT, type ExitCode, refusal } from './outcome.js';
import { type RestoredFile, refusedFindings, restoreFiles, restorePlan } from './restore-files.js';
import { type LocalRun, readLocalRun } from './run-state.js';
import { type JobsBack, NOTHING_UNDONE, undoJobs } from './undo-jobs.js';

export const ROLLBACK_SCHEMA = 'migrate-scheduler/rollback@1';

interface Target {
  readonly runId: string;
  /** Its folder in the project; null for a run made elsewhere, of which Redis knows the jobs. */
  readonly local: LocalRun | null;
}

/** Undoes a run, by default the latest of this folder or a later repair: jobs that still wait back into rq-scheduler's schedule, then the files. */
export async function rollback(context: Context, wanted: string | undefined): Promise<ExitCode> {
  const local = findLocal(context.project, wanted);
  const needsRedis = local === null || local.state.covers.includes('redis');
  const redis = needsRedis ? await openRedis(context) : null;
  try {
    const repair = wanted === undefined && local && redis ? await laterRepair(redis, local) : null;
    const target =
      repair ?? (local ? { runId: local.dir.runId, local } : await findRemote(context, redis, wanted));
    if (redis) checkSameRedis(target, redis);
    return await undo(context, target, redis);
  } catch (error) {
    throw redis ? redisRefusal(error, redis.url, EXIT.partial) : error;
  } finally {
    redis?.port.close();
  }
}

function findLocal(project: string, wanted: string | undefined): LocalRun | null {
  const runs = listRuns(project);
  if (wanted !== undefined) return runs.includes(wanted) ? readLocalRun(project, wanted) : null;
  const open = runs
    .map((runId) => readLocalRun(project, runId))
    .filter(({ state }) => state.phase !== 'rolled-back');
  return open.at(-1) ?? null;
}

/** A repair that came after the run of this folder and stands: what came last is undone first. */
async function laterRepair({ port }: OpenRedis, { dir, state }: LocalRun): Promise<Target | null> {
  if (state.phase !== 'applied') return null;
  // Ids begin with the time: Redis need not know the run itself any more.
  const later = (await port.listRuns()).filter((runId) => runId > dir.runId);
  for (const runId of later.sort().reverse()) {
    const record = await port.readRun(runId);
    if (record && isRepair(record) && record.state !== 'rolled-back') return { runId, local: null };
  }
  return null;
}

async function findRemote(
  { project }: Context,
  redis: OpenRedis | null,
  wanted: string | undefined,
): Promise<Target> {
  const known = redis ? await redis.port.listRuns() : [];
  for (const runId of wanted === undefined ? known : [wanted]) {
    const record = await redis?.port.readRun(runId);
    if (record && (wanted !== undefined || record.state !== 'rolled-back')) return { runId, local: null };
  }
  if (wanted === undefined) throw refusal(EXIT.blocked, 'no-run-to-roll-back');
  const runs = [...new Set([...listRuns(project), ...known])];
  throw refusal(EXIT.usage, 'unknown-run', { runId: wanted, runs });
}

function checkSameRedis({ runId, local }: Target, redis: OpenRedis): void {
  const planned = local?.state.redis ?? null;
  if (planned === null || planned === redis.url) return;
  throw refusal(EXIT.blocked, 'rollback-other-redis', { runId, planned, actual: redis.url });
}

async function undo(context: Context, target: Target, redis: OpenRedis | null): Promise<ExitCode> {
  const { options, terminal, project } = context;
  const { runId, local } = target;
  const force = Boolean(options.force);
  const files = local ? local.state.files.map((file) => restorePlan(project, file, local.dir, force)) : [];
  const record = redis ? await redis.port.readRun(runId) : null;
  if (options.format === 'text')
    await terminal.data(`${rollbackPreview({ runId, files, record }, terminal.color)}\n`);
  await askFirst(context, 'Roll back?');
  const begins = () => local?.dir.append({ type: 'rollback-begin', at: Date.now() / 1000 });
  if (!redis) begins();
  const back = redis ? await undoJobs(context, redis.port, runId, begins) : NOTHING_UNDONE;
  local?.dir.append({ type: 'jobs-restored', at: Date.now() / 1000 });
  const restored = local ? restoreFiles(project, local.state.files, local.dir, force) : [];
  const refused = refusedFindings(restored);
  if (refused.length === 0) local?.dir.append({ type: 'rollback-end', at: Date.now() / 1000 });
  const findings = [...back.findings, ...refused];
  const ofRepair = record !== null && isRepair(record);
  await print(context, { runId, jobs: back.jobs, files: restored, findings }, ofRepair);
  return refused.length > 0 ? EXIT.partial : EXIT.ok;
}

interface RollbackResult {
  readonly runId: string;
  readonly jobs: JobsBack;
  readonly files: readonly RestoredFile[];
  readonly findings: readonly Finding[];
}

async function print(
  { options, terminal }: Context,
  result: RollbackResult,
  ofRepair: boolean,
): Promise<void> {
  if (options.format === 'text') {
    await terminal.data(`${rollbackSummary(result, ofRepair, terminal.color)}\n`);
    return;
  }
  const findings = result.findings.map(findingJson);
  await terminal.data(`${JSON.stringify({ schema: ROLLBACK_SCHEMA, ...result, findings })}\n`);
}
