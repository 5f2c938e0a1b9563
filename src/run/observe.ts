import { setTimeout as sleep } from 'node:timers/promises';
import { printableId } from '../native/job-id.js';
import {
  MIN_SAMPLE_GAP_SECONDS,
  type LockSample as Sample,
  schedulerLockState,
} from '../native/scheduler-lock.js';
import { compareVersions, parseVersion } from '../native/version.js';
import { parseWorker } from '../native/worker.js';
import { BATCH, type Cursor } from '../redis/entries.js';
import type { Heartbeat, LockSample, NativeQueue } from '../redis/overview.js';
import type { RedisPort } from '../redis/port.js';
import type { Observations, QueueSeen, WorkerSeen } from '../verify/observations.js';
import { lookAtSeries, seriesSeen, stillLost } from './series.js';

/** A worker beats at least every worker_ttl (420 s by default) plus RQ's own slack of 60 s (SEMANTICS §7). */
const WORKER_SILENCE_SECONDS = 480;
/** A scheduler in a long pass refreshes late: where two looks do not tell, a third comes after this. */
const MORE_SECONDS = 4;
const EXAMPLES = 10;

/** What a worker hash says, with whether it is alive now. */
export function seeWorkers(beats: readonly Heartbeat[], now: number): WorkerSeen[] {
  return beats.flatMap((beat) => {
    const fields = new Map([...beat.fields].map(([name, value]) => [name, Buffer.from(value)]));
    const worker = parseWorker(beat.key, fields);
    if (!worker) return [];
    const { name, queues, version, hostname, pid, state, lastHeartbeat, death } = worker;
    const silent = lastHeartbeat !== null && now - lastHeartbeat > WORKER_SILENCE_SECONDS;
    return [{ name, queues, version, hostname, pid, state, alive: death === null && !silent }];
  });
}

/** Lowest RQ version among live workers: the strictest rules apply; null when none tells. */
export function workersVersion(workers: readonly WorkerSeen[]): string | null {
  const versions = workers
    .filter((worker) => worker.alive)
    .flatMap(({ version }) => (version !== null && parseVersion(version) ? [version] : []));
  return versions.sort(compareVersions)[0] ?? null;
}

/** Looks at everything `verify` judges. Takes a little over two seconds: locks are sampled twice. */
export async function observe(
  port: RedisPort,
  options: { grace: number; rq: string | null; signal?: AbortSignal },
): Promise<Observations> {
  const keys = await port.schedulerKeys();
  const started = await port.time();
  const first = await port.nativeQueues(keys, started - options.grace);
  const series = await lookAtSeries(port);
  const workers = seeWorkers(await port.workers(), started);
  const rq = options.rq ?? workersVersion(workers);
  const waiting = options.signal ? { signal: options.signal } : {};
  await sleep(MIN_SAMPLE_GAP_SECONDS * 1000 + 200, undefined, waiting);

  const now = await port.time();
  const second = new Map(
    (await port.nativeQueues(keys, now - options.grace)).map((queue) => [queue.name, queue]),
  );
  const legacy = await port.legacyState(keys);
  const queues: QueueSeen[] = [];
  for (const before of first) {
    const after = second.get(before.name) ?? before;
    queues.push({
      name: after.name,
      scheduled: after.scheduled,
      next: after.first === null ? null : Number(after.first),
      // Overdue on both looks: what is enqueued between them was not overdue.
      overdue: Math.min(before.overdue, after.overdue),
      withoutJob: after.scheduled > 0 ? await withoutJob(port, after) : { count: 0, examples: [] },
      scheduler: schedulerLockState(sample(before.lock, started), sample(after.lock, now), rq),
    });
  }
  const unsure = queues.filter((queue) => queue.scheduled > 0 && queue.scheduler === 'inconclusive');
  if (unsure.length > 0) await sleep(MORE_SECONDS * 1000, undefined, waiting);
  const at = await port.time();
  const settled = new Map<string, QueueSeen['scheduler']>();
  for (const { name } of unsure) {
    const before = first.find((queue) => queue.name === name)?.lock ?? null;
    settled.set(
      name,
      schedulerLockState(sample(before, started), sample(await port.schedulerLock(name), at), rq),
    );
  }
  return {
    now,
    rq,
    legacy: {
      waiting: await port.legacyCount(),
      alive: legacy.instances.filter((one) => one.death === null).map((one) => one.key),
    },
    queues: queues.map((queue) => ({ ...queue, scheduler: settled.get(queue.name) ?? queue.scheduler })),
    workers,
    series: seriesSeen(series, await stillLost(port, series)),
  };
}

function sample(lock: LockSample | null, at: number): Sample {
  return lock === null ? { value: null, pttl: -2, at } : { ...lock, at };
}

async function withoutJob(port: RedisPort, queue: NativeQueue): Promise<QueueSeen['withoutJob']> {
  let count = 0;
  const examples: string[] = [];
  let cursor: Cursor | null = null;
  do {
    const page = await port.pageScheduled(queue.name, cursor);
    for (let from = 0; from < page.entries.length; from += BATCH) {
      for (const job of await port.readJobs(page.entries.slice(from, from + BATCH), { data: false })) {
        if (job.type === 'hash') continue;
        count++;
        if (examples.length < EXAMPLES) examples.push(printableId(job.id));
      }
    }
    cursor = page.next;
  } while (cursor !== null);
  return { count, examples };
}
