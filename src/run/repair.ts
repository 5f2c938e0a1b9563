import type { Finding } from '../plan/types.js';
import type { RedisPort } from '../redis/port.js';
import { findingJson } from '../report/messages/index.js';
import { repairPreview, repairSummary } from '../report/repair-text.js';
import { newRunId } from '../world/run-dir.js';
import { stopped } from './apply-files.js';
import { askFirst } from './ask.js';
import type { Context } from './context.js';
import { takeRunLock } from './locks.js';
import { type FoundUnfit, findUnfit, type Mended, mendAll } from './mend-entries.js';
import { type OpenRedis, redisRefusal, withRedis } from './open-redis.js';
import { EXIT, type ExitCode } from './outcome.js';
import { armAll, type Found, findBroken, type Repaired } from './rearm-lost.js';

export const REPAIR_SCHEMA = 'migrate-scheduler/repair@1';

interface ToRepair {
  readonly series: Found;
  readonly entries: FoundUnfit;
}

interface Done {
  readonly series: readonly Repaired[];
  readonly entries: readonly Mended[];
  readonly findings: readonly Finding[];
}

const NOTHING: Done = { series: [], entries: [], findings: [] };

/**
 * Arms the next occurrence of every series that lost it, and mends or takes away what RQ's scheduler could not take; a
 * run of its own, which `rollback` takes back. Exit code 1 when something cannot be repaired from here.
 */
export async function repair(context: Context): Promise<ExitCode> {
  return withRedis(context, async (redis) => {
    const found = await find(context, redis.port);
    const before = [...found.series.findings, ...found.entries.findings];
    if (context.options.format === 'text') await preview(context, redis, found, before);
    if (found.series.broken.length + found.entries.unfit.length === 0) {
      await print(context, null, NOTHING, before);
      return before.some(({ severity }) => severity === 'warn') ? EXIT.checksFailed : EXIT.ok;
    }
    await askFirst(context, 'Repair?');
    const runId = newRunId();
    const done = await carryOut(context, redis, runId, found);
    await print(context, done.series.length + done.entries.length > 0 ? runId : null, done, before);
    const warned = [...before, ...done.findings].some(({ severity }) => severity === 'warn');
    return warned ? EXIT.checksFailed : EXIT.ok;
  });
}

async function find(context: Context, port: RedisPort): Promise<ToRepair> {
  const series = await findBroken(context, port);
  return { series, entries: await findUnfit(context, port, series.lostJobs) };
}

/** Refuses with exit code 5 when Redis fails on the way. */
async function carryOut(
  { stop }: Context,
  { port, url }: OpenRedis,
  runId: string,
  { series, entries }: ToRepair,
): Promise<Done> {
  const lock = await takeRunLock(port, runId);
  const keeper = port.keepLocks(lock, null);
  const orStop = (): void => {
    if (stop.signal !== null) throw stopped(stop, runId);
  };
  try {
    const armed = await armAll(port, lock, runId, series.broken, orStop);
    const mended = await mendAll(port, lock, runId, entries.unfit, orStop);
    return { ...armed, entries: mended.entries, findings: [...armed.findings, ...mended.findings] };
  } catch (error) {
    throw redisRefusal(error, url, EXIT.partial);
  } finally {
    await keeper.stop();
    await port.releaseLocks(lock, null).catch(() => {});
  }
}

async function preview(
  { terminal }: Context,
  { port }: OpenRedis,
  { series, entries }: ToRepair,
  findings: readonly Finding[],
): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const view = { paint: terminal.color, zone, now: await port.time() };
  const rows = entries.unfit.map(({ id, queue, reasons, step }) => ({
    ...{ id, queue, reasons, newId: step.newId, action: step.op, dueNow: step.newScore !== null },
    fields: step.fields
      .filter(({ act }) => act !== 'keep')
      .map(({ name, act, value }) => (act === 'del' ? `${name} removed` : `${name} set to ${value}`)),
  }));
  await terminal.data(`${repairPreview(series.broken, rows, findings, view)}\n`);
}

async function print(
  { options, terminal }: Context,
  runId: string | null,
  done: Done,
  before: readonly Finding[],
): Promise<void> {
  const { series, entries } = done;
  if (options.format === 'text') {
    const armed = series.filter(({ jobId }) => jobId !== null).length;
    const findings = done.findings;
    if (series.length + entries.length + findings.length > 0) {
      const mended = entries.length;
      await terminal.data(`${repairSummary({ runId, armed, mended, findings }, terminal.color)}\n`);
    }
    return;
  }
  const findings = [...before, ...done.findings].map(findingJson);
  await terminal.data(`${JSON.stringify({ schema: REPAIR_SCHEMA, runId, series, entries, findings })}\n`);
}
