import { createHash } from 'node:crypto';
import { printableId } from '../native/job-id.js';
import type { Fate } from '../native/poison.js';
import { type Remedy, remedyFor } from '../native/remedy.js';
import type { Finding } from '../plan/types.js';
import { BATCH } from '../redis/entries.js';
import type { RunLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import type { EntryResult, EntryStep, FieldStep } from '../redis/repairs.js';
import { toolName } from './assemble.js';
import type { Context } from './context.js';
import { type Judged, judgeQueue } from './judge-entries.js';
import { seeWorkers, workersVersions } from './observe-processes.js';

/** An entry that can be mended or taken away, and why. */
export interface Unfit {
  readonly step: EntryStep;
  readonly id: string;
  readonly queue: string;
  readonly fate: Fate;
  readonly reasons: readonly string[];
}

/** An entry as it was treated. */
export interface Mended {
  readonly id: string;
  readonly queue: string;
  readonly newId: string | null;
  readonly action: EntryStep['op'];
  readonly reasons: readonly string[];
}

/** What is to be done; findings are about entries that only people can put right. */
export interface FoundUnfit {
  readonly unfit: readonly Unfit[];
  readonly findings: readonly Finding[];
}

/**
 * Every entry of RQ's schedules that its scheduler cannot take as it is, under the RQ versions of the live workers or
 * the one that is asked for, under every version where neither is known. `lostJobs`: occurrences of broken series,
 * which the repair of the series takes away.
 */
export async function findUnfit(
  { options }: Context,
  port: RedisPort,
  lostJobs: ReadonlySet<string>,
): Promise<FoundUnfit> {
  const now = await port.time();
  const live = workersVersions(seeWorkers(await port.workers(), now));
  const versions = options.rqVersion === undefined ? live : [options.rqVersion];
  const unfit: Unfit[] = [];
  const findings: Finding[] = [];
  for (const { name: queue, scheduled } of await port.nativeQueues(await port.schedulerKeys(), now)) {
    if (scheduled === 0) continue;
    for await (const batch of judgeQueue(port, queue, versions)) {
      for (const one of batch) {
        const { codes, fate } = one.verdict;
        if (codes.length === 0 || lostJobs.has(printableId(one.job.id))) continue;
        const remedy = remedyFor(one.job.id, one.job, queue, one.verdict);
        if (remedy.kind === 'leave') findings.push(left(queue, one));
        else unfit.push({ ...named(queue, one), fate, reasons: codes, step: stepFor(queue, one, remedy) });
      }
    }
  }
  if (unfit.length > 0 && versions.length === 0)
    findings.push({ code: 'repair-version-unknown', severity: 'info', args: {} });
  return { unfit, findings };
}

function named(queue: string, { job }: Judged): { id: string; queue: string } {
  return { id: printableId(job.id), queue };
}

function left(queue: string, one: Judged): Finding {
  const { id } = named(queue, one);
  const { codes: reasons, fate } = one.verdict;
  return { code: 'repair-left', severity: 'info', jobId: id, args: { id, queue, fate, reasons } };
}

function stepFor(
  queue: string,
  { job, verdict }: Judged,
  remedy: Exclude<Remedy, { kind: 'leave' }>,
): EntryStep {
  const was = (name: string): string => {
    const value = job.fields.get(name);
    return value === undefined ? '' : createHash('sha1').update(value).digest('hex');
  };
  // A copy: the bytes that were read with it need not stay.
  const common = { queue, id: Uint8Array.from(job.id), score: job.score, type: job.type };
  const careful = verdict.fate !== 'crash' && verdict.fate !== 'block';
  if (remedy.kind !== 'mend') {
    // Where the call itself is what is wrong, it must still be.
    const keep: FieldStep[] =
      job.type === 'hash' && remedy.kind === 'quarantine' && (job.dataLength < 0 || job.fields.has('data'))
        ? [{ name: 'data', was: was('data'), act: 'keep' }]
        : [];
    return { ...common, op: remedy.kind, careful, newId: null, newScore: null, fields: keep };
  }
  const fields = remedy.fields.map(([name, value]): FieldStep => {
    const act = value === null ? 'del' : 'set';
    return { name, was: was(name), act, ...(value === null ? {} : { value }) };
  });
  return { ...common, op: 'mend', careful, newId: remedy.newId, newScore: remedy.newScore, fields };
}

/** What was done to entries, and what is to be said about the others. */
export interface MendedEntries {
  readonly entries: readonly Mended[];
  readonly findings: readonly Finding[];
}

/**
 * Carries the remedies out, batch by batch, under the run lock. An entry that would have to be renamed although other
 * jobs depend on it is set aside where it would end the scheduler.
 */
export async function mendAll(
  port: RedisPort,
  lock: RunLock,
  runId: string,
  unfit: readonly Unfit[],
  stopped: () => void,
): Promise<MendedEntries> {
  const entries: Mended[] = [];
  const findings: Finding[] = [];
  const carryOut = async (batch: readonly Unfit[]): Promise<Unfit[]> => {
    stopped();
    const run = { runId, now: Math.floor(await port.time()), tool: toolName() };
    const results = await port.repairEntries(
      lock,
      run,
      batch.map(({ step }) => step),
    );
    const again: Unfit[] = [];
    batch.forEach((one, i) => {
      const result = results[i] ?? 'gone';
      const { id, queue, reasons, step } = one;
      if (result === 'done') entries.push({ id, queue, newId: step.newId, action: step.op, reasons });
      else if (result === 'dependents' && one.fate === 'crash') again.push(aside(one));
      else findings.push(undone(one, result));
    });
    return again;
  };
  for (let from = 0; from < unfit.length; from += BATCH) {
    const again = await carryOut(unfit.slice(from, from + BATCH));
    if (again.length > 0) await carryOut(again);
  }
  const now = await port.time();
  const crashed = new Set(
    unfit.filter(({ fate, step }) => fate === 'crash' && Number(step.score) <= now).map(({ queue }) => queue),
  );
  if (entries.length > 0 && crashed.size > 0)
    findings.push({ code: 'repair-restart', severity: 'info', args: { queues: [...crashed] } });
  return { entries, findings };
}

function aside(one: Unfit): Unfit {
  const step: EntryStep = { ...one.step, op: 'quarantine', newId: null, newScore: null, fields: [] };
  return { ...one, step };
}

const UNDONE: Readonly<Record<Exclude<EntryResult, 'done'>, Finding['severity']>> = {
  gone: 'info',
  changed: 'info',
  due: 'info',
  exists: 'warn',
  dependents: 'warn',
};

function undone({ id, queue }: Unfit, result: Exclude<EntryResult, 'done'>): Finding {
  return { code: `repair-entry-${result}`, severity: UNDONE[result], jobId: id, args: { id, queue } };
}
