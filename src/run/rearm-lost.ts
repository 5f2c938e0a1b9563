import { setTimeout as sleep } from 'node:timers/promises';
import { parseSeries } from '../native/series.js';
import { nextSlot, occurrenceFields } from '../plan/rearm-series.js';
import type { Finding } from '../plan/types.js';
import { BATCH } from '../redis/entries.js';
import type { RunLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import type { RepairStep } from '../redis/series.js';
import type { BrokenSeries } from '../report/repair-text.js';
import { toolName } from './assemble.js';
import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';
import { lookAtSeries, stillLost } from './series.js';

/** Between the two looks at a suspect (rq_recurring.repair: one second). */
const GRACE_MS = 1000;

/** A broken series that can be armed again. */
export interface Broken extends BrokenSeries {
  readonly lostJobId: string;
}

/** A series as it was armed again. */
export interface Repaired {
  readonly id: string;
  readonly reason: BrokenSeries['reason'];
  readonly lostJobId: string | null;
  /** null, as `slot`, where no time was left and the series is finished. */
  readonly jobId: string | null;
  readonly slot: number | null;
}

/** What was done. */
export interface Repair {
  readonly series: readonly Repaired[];
  readonly findings: readonly Finding[];
}

/** What is to be done; findings are about series of which nobody here can tell how they go on. */
export interface Found {
  readonly broken: readonly Broken[];
  readonly findings: readonly Finding[];
  /** The lost occurrences of all of them, those that cannot be repaired here included. */
  readonly lostJobs: ReadonlySet<string>;
}

/** Series that are lost on two looks. */
export async function findBroken({ stop }: Context, port: RedisPort): Promise<Found> {
  const first = await lookAtSeries(port);
  if (!first.some(({ loss }) => loss !== null)) return { broken: [], findings: [], lostJobs: new Set() };
  await sleep(GRACE_MS);
  if (stop.signal !== null) throw refusal(stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint, 'declined');
  const now = await port.time();
  const broken: Broken[] = [];
  const findings: Finding[] = [];
  const lost = await stillLost(port, first);
  for (const { series, loss, jobStatus } of lost) {
    const next = nextSlot(series, now);
    if (loss === null) continue;
    if (!next.ok) findings.push(warning(next.code, series.id, next.detail));
    else {
      const { id, func, jobId: lostJobId } = series;
      broken.push({ id, func, lostJobId, reason: loss, status: jobStatus, slot: next.slot });
    }
  }
  return { broken, findings, lostJobs: new Set(lost.map(({ series }) => series.jobId)) };
}

function warning(code: string, id: string, detail = ''): Finding {
  return { code, severity: 'warn', args: { id, detail } };
}

/** Arms them, batch by batch, under the run lock. */
export async function armAll(
  port: RedisPort,
  lock: RunLock,
  runId: string,
  broken: readonly Broken[],
  stopped: () => void,
): Promise<Repair> {
  const series: Repaired[] = [];
  const findings: Finding[] = [];
  for (let from = 0; from < broken.length; from += BATCH) {
    stopped();
    const done = await armBatch(port, lock, runId, broken.slice(from, from + BATCH));
    series.push(...done.series);
    findings.push(...done.findings);
  }
  return { series, findings };
}

async function armBatch(
  port: RedisPort,
  lock: RunLock,
  runId: string,
  broken: readonly Broken[],
): Promise<Repair> {
  const now = await port.time();
  const { steps, findings } = await stepsFor(port, broken, now);
  const results = await port.repairSeries(lock, { runId, now: Math.floor(now), tool: toolName() }, steps);
  const series = steps.flatMap((step, i): Repaired[] => {
    const result = results[i];
    const { id } = step;
    const reason = broken.find((one) => one.id === id)?.reason;
    if (!result?.done || reason === undefined) {
      findings.push({ code: 'repair-not-needed', severity: 'info', args: { id } });
      return [];
    }
    const slot = step.nextSlot === null ? null : Number(step.nextSlot);
    if (slot === null) findings.push({ code: 'repair-finished', severity: 'info', args: { id } });
    return [{ id, reason, lostJobId: step.jobId || null, jobId: result.jobId, slot }];
  });
  return { series, findings };
}

/** Reads everything about these series and computes anew: the question may have stood for long. */
async function stepsFor(
  port: RedisPort,
  broken: readonly Broken[],
  now: number,
): Promise<{ steps: RepairStep[]; findings: Finding[] }> {
  const reads = await port.readSeries(
    broken.map(({ id }) => id),
    { data: true },
  );
  const lost = await port.readJobs(
    broken.map(({ lostJobId }) => ({ id: Buffer.from(lostJobId), score: '0' })),
    { data: true },
  );
  const steps: RepairStep[] = [];
  const findings: Finding[] = [];
  reads.forEach(({ id, fields }, i) => {
    const series = parseSeries(id, fields);
    const next = nextSlot(series, now);
    if (fields.size === 0) findings.push({ code: 'repair-not-needed', severity: 'info', args: { id } });
    else if (!next.ok) findings.push(warning(next.code, id, next.detail));
    else if (!fields.has('data')) findings.push(warning('repair-data-missing', id));
    else {
      const { slot } = next;
      const data = lost[i]?.fields.get('data') ?? null;
      steps.push({
        id,
        jobId: series.jobId,
        slot: Buffer.from(fields.get('slot') ?? []).toString(),
        nextSlot: slot === null ? null : String(slot),
        jobFields: slot === null ? [] : occurrenceFields(series, fields, slot, data, now),
      });
    }
  });
  return { steps, findings };
}
