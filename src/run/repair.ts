import type { Finding } from '../plan/types.js';
import { findingJson } from '../report/messages/index.js';
import { repairPreview, repairSummary } from '../report/repair-text.js';
import { newRunId } from '../world/run-dir.js';
import { askFirst } from './ask.js';
import type { Context } from './context.js';
import { type OpenRedis, withRedis } from './open-redis.js';
import { EXIT, type ExitCode } from './outcome.js';
import { armAll, type Found, findBroken, type Repair } from './rearm-lost.js';

export const REPAIR_SCHEMA = 'migrate-scheduler/repair@1';

/**
 * Arms the next occurrence of every series that lost it; a run of its own, which `rollback` takes back. Exit code 1
 * when some series cannot be repaired from here.
 */
export async function repair(context: Context): Promise<ExitCode> {
  return withRedis(context, async (redis) => {
    const found = await findBroken(context, redis.port);
    if (context.options.format === 'text') await preview(context, redis, found);
    if (found.broken.length === 0) {
      await print(context, null, NOTHING, found.findings);
      return found.findings.length > 0 ? EXIT.checksFailed : EXIT.ok;
    }
    await askFirst(context, 'Arm them again?');
    const runId = newRunId();
    const done = await armAll(context, redis, runId, found.broken);
    await print(context, done.series.length > 0 ? runId : null, done, found.findings);
    const warned = [...found.findings, ...done.findings].some(({ severity }) => severity === 'warn');
    return warned ? EXIT.checksFailed : EXIT.ok;
  });
}

const NOTHING: Repair = { series: [], findings: [] };

async function preview({ terminal }: Context, { port }: OpenRedis, found: Found): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const view = { paint: terminal.color, zone, now: await port.time() };
  await terminal.data(`${repairPreview(found.broken, found.findings, view)}\n`);
}

async function print(
  { options, terminal }: Context,
  runId: string | null,
  done: Repair,
  before: readonly Finding[],
): Promise<void> {
  const { series } = done;
  if (options.format === 'text') {
    const armed = series.filter(({ jobId }) => jobId !== null).length;
    const findings = done.findings;
    if (series.length + findings.length > 0) {
      await terminal.data(`${repairSummary({ runId, armed, findings }, terminal.color)}\n`);
    }
    return;
  }
  const findings = [...before, ...done.findings].map(findingJson);
  await terminal.data(`${JSON.stringify({ schema: REPAIR_SCHEMA, runId, series, findings })}\n`);
}
