import { setTimeout as sleep } from 'node:timers/promises';
import {
  MIN_SAMPLE_GAP_SECONDS,
  type LockSample as Sample,
  schedulerState,
} from '../native/scheduler-lock.js';
import { takeoverSeconds } from '../native/takeover.js';
import type { LockSample, NativeQueue } from '../redis/overview.js';
import type { RedisPort } from '../redis/port.js';
import type { EntriesSeen, LegacySeen, Observations, QueueSeen } from '../verify/observations.js';
import { lookAtEntries, NO_ENTRIES } from './observe-entries.js';
import { lookAtJournal, lookForNewEntries, settleJournal } from './observe-journal.js';
import {
  holderOf,
  lookAtProcesses,
  type ProcessLook,
  seeClocks,
  seeCron,
  seeWorker,
  sparesOf,
  workersVersions,
} from './observe-processes.js';
import { lookAtSeries, seriesSeen, stillLost } from './series.js';

export { seeWorkers, workersVersion } from './observe-processes.js';

/** A scheduler in a long pass refreshes late: where two looks do not tell, a third comes after this. */
const MORE_SECONDS = 4;

export interface ObserveOptions {
  /** Seconds that a job may be late. */
  readonly grace: number;
  /** RQ version that runs, where the user says so. */
  readonly rq: string | null;
  /** RQ version that the project aims at. */
  readonly target?: string | null;
  readonly signal?: AbortSignal;
}

/** A queue at one moment, by Redis's clock. */
interface QueueLook {
  readonly at: number;
  readonly queues: ReadonlyMap<string, NativeQueue>;
}

/**
 * Looks at everything in Redis that `verify` judges. Takes a little over two seconds, more for many jobs: locks,
 * heartbeats and whatever seems lost are looked at twice, the entries in between. Writes nothing.
 */
export async function observe(port: RedisPort, options: ObserveOptions): Promise<Observations> {
  const { grace, target = null, signal } = options;
  const keys = await port.schedulerKeys();
  const before = await lookAtProcesses(port, keys);
  const named = [...new Set(before.workers.flatMap((worker) => worker.queues))];
  const first = await lookAtQueues(port, keys, grace, named);
  const live = workersVersions(before.workers.map((worker) => seeWorker(worker, before.at)));
  const known = options.rq ?? (live.length === 0 ? target : null);
  const versions = known === null ? live : [known];
  const rq = versions[0] ?? null;
  const series = await lookAtSeries(port);
  const journal = await lookAtJournal(port, first.at);
  const entries = new Map<string, EntriesSeen>();
  for (const { name, scheduled } of first.queues.values()) {
    if (scheduled > 0) entries.set(name, await lookAtEntries(port, name, versions, first.at));
  }
  await untilSecondLook(port, first.at, signal);

  const after = await lookAtProcesses(port, keys);
  const second = await lookAtQueues(port, keys, grace, named);
  const lostSeries = await stillLost(port, series);
  const broken = new Set(lostSeries.map((one) => one.series.id));
  const queues: QueueSeen[] = [];
  for (const name of first.queues.keys())
    queues.push(queueSeen(name, { first, second, before, after, rq, entries }));
  return {
    now: second.at,
    rq,
    target,
    legacy: await lookAtLegacy(port, keys, journal?.lastRunAt ?? null),
    queues: await settled(port, queues, { first, before, after, rq }, signal),
    suspended: await port.suspended(),
    workers: after.workers.map((worker) => seeWorker(worker, after.at)),
    series: seriesSeen(series, lostSeries),
    cron: seeCron(after),
    clocks: seeClocks(before, after),
    journal: journal && (await settleJournal(port, journal, broken)),
  };
}

async function lookAtQueues(
  port: RedisPort,
  keys: Awaited<ReturnType<RedisPort['schedulerKeys']>>,
  grace: number,
  named: readonly string[],
): Promise<QueueLook> {
  const at = await port.time();
  const queues = await port.nativeQueues(keys, at - grace, named);
  return { at, queues: new Map(queues.map((queue) => [queue.name, queue])) };
}

async function lookAtLegacy(
  port: RedisPort,
  keys: Awaited<ReturnType<RedisPort['schedulerKeys']>>,
  since: number | null,
): Promise<LegacySeen> {
  const { instances } = await port.legacyState(keys);
  return {
    waiting: await port.legacyCount(),
    alive: instances.filter((one) => one.death === null).map((one) => one.key),
    added: since === null ? null : await lookForNewEntries(port, since),
  };
}

async function untilSecondLook(
  port: RedisPort,
  started: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const left = MIN_SAMPLE_GAP_SECONDS + 0.2 - ((await port.time()) - started);
  if (left > 0) await sleep(left * 1000, undefined, signal ? { signal } : {});
}

interface Looks {
  readonly first: QueueLook;
  readonly second: QueueLook;
  readonly before: ProcessLook;
  readonly after: ProcessLook;
  readonly rq: string | null;
  readonly entries: ReadonlyMap<string, EntriesSeen>;
}

function queueSeen(name: string, looks: Looks): QueueSeen {
  const { first, second, after, rq, entries } = looks;
  const was = first.queues.get(name);
  const is = second.queues.get(name) ?? was;
  const lock = sample(is?.lock ?? null, second.at);
  return {
    name,
    scheduled: is?.scheduled ?? 0,
    next: is?.first === null || is?.first === undefined ? null : Number(is.first),
    // Overdue on both looks: what is enqueued between them was not overdue.
    overdue: Math.min(was?.overdue ?? 0, is?.overdue ?? 0),
    scheduler: verdict(sample(was?.lock ?? null, first.at), lock, looks),
    holder: lock.value === null ? null : holderOf(name, lock, after),
    takeover: takeoverSeconds(lock.pttl, sparesOf(name, lock, after), rq),
    entries: entries.get(name) ?? NO_ENTRIES,
  };
}

function sample(lock: LockSample | null, at: number): Sample {
  return lock === null ? { value: null, pttl: -2, at } : { ...lock, at };
}

function verdict(
  was: Sample,
  is: Sample,
  { before, after, rq }: Pick<Looks, 'before' | 'after' | 'rq'>,
): QueueSeen['scheduler'] {
  const beat = (look: ProcessLook) =>
    look.schedulers.find(({ name }) => name === is.value)?.lastHeartbeat ?? null;
  return schedulerState(was, is, rq, { first: beat(before), second: beat(after) });
}

/** A third look at the locks of queues with jobs of which two did not tell. */
async function settled(
  port: RedisPort,
  queues: readonly QueueSeen[],
  looks: Pick<Looks, 'first' | 'before' | 'after' | 'rq'>,
  signal: AbortSignal | undefined,
): Promise<QueueSeen[]> {
  const unsure = queues.filter((queue) => queue.scheduled > 0 && queue.scheduler === 'inconclusive');
  if (unsure.length === 0) return [...queues];
  await sleep(MORE_SECONDS * 1000, undefined, signal ? { signal } : {});
  const at = await port.time();
  const states = new Map<string, QueueSeen['scheduler']>();
  for (const { name } of unsure) {
    const was = sample(looks.first.queues.get(name)?.lock ?? null, looks.first.at);
    states.set(name, verdict(was, sample(await port.schedulerLock(name), at), looks));
  }
  return queues.map((queue) => ({ ...queue, scheduler: states.get(queue.name) ?? queue.scheduler }));
}
