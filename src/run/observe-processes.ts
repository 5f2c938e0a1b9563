import type { LockSample } from '../native/scheduler-lock.js';
import { type Spare, workerTtl } from '../native/takeover.js';
import { compareVersions, parseVersion } from '../native/version.js';
import { parseScheduler, parseWorker, type SchedulerInfo, type WorkerInfo } from '../native/worker.js';
import type { CronHeartbeat, Heartbeat, SchedulerKeys } from '../redis/overview.js';
import type { RedisPort } from '../redis/port.js';
import { beatSkew, hostSkew } from '../verify/clocks.js';
import type { ClocksSeen, CronSeen, WorkerSeen } from '../verify/observations.js';

/**
 * A worker beats at least every `worker_ttl` (420 s by default); its hash expires a minute later (SEMANTICS §7), so that
 * where it has an expiry, whatever --worker-ttl is, its existence tells. Only for a hash without one.
 */
const WORKER_SILENCE_SECONDS = 480;

/** Everybody who writes heartbeats, as seen at one moment. */
export interface ProcessLook {
  /** Redis's clock, epoch seconds. */
  readonly at: number;
  readonly workers: readonly (WorkerInfo & { readonly pttl: number })[];
  readonly schedulers: readonly SchedulerInfo[];
  readonly cron: readonly CronHeartbeat[];
  /** The clocks of this host and of Redis. */
  readonly host: { readonly host: number; readonly uncertainty: number };
}

/** Looks at all of them. */
export async function lookAtProcesses(port: RedisPort, keys: SchedulerKeys): Promise<ProcessLook> {
  const sent = Date.now() / 1000;
  const at = await port.time();
  const host = hostSkew(sent, at, Date.now() / 1000);
  const [workers, schedulers, cron] = await Promise.all([
    port.workers(),
    port.schedulers(keys),
    port.cronProcesses(),
  ]);
  return {
    at,
    host,
    workers: workers.flatMap((beat) => {
      const info = parseWorker(beat.key, bytesOf(beat));
      return info ? [{ ...info, pttl: beat.pttl }] : [];
    }),
    schedulers: schedulers.flatMap((beat) => parseScheduler(beat.key, bytesOf(beat)) ?? []),
    cron,
  };
}

function bytesOf({ fields }: Heartbeat): Map<string, Uint8Array> {
  return new Map([...fields].map(([name, value]) => [name, Buffer.from(value)]));
}

/** What a worker hash says, with whether it is alive now. A member of `rq:workers` without a hash is left out. */
export function seeWorkers(beats: readonly Heartbeat[], now: number): WorkerSeen[] {
  return beats.flatMap((beat) => {
    const worker = parseWorker(beat.key, bytesOf(beat));
    return worker ? [seeWorker({ ...worker, pttl: beat.pttl }, now)] : [];
  });
}

export function seeWorker(worker: WorkerInfo & { readonly pttl: number }, now: number): WorkerSeen {
  const { name, queues, version, hostname, pid, state, lastHeartbeat, death, pttl } = worker;
  const silent = pttl < 0 && lastHeartbeat !== null && now - lastHeartbeat > WORKER_SILENCE_SECONDS;
  return { name, queues, version, hostname, pid, state, alive: death === null && !silent };
}

/** Versions of the live workers, each once, lowest first. */
export function workersVersions(workers: readonly WorkerSeen[]): string[] {
  const versions = workers
    .filter((worker) => worker.alive)
    .flatMap(({ version }) => (version !== null && parseVersion(version) ? [version] : []));
  return [...new Set(versions)].sort(compareVersions);
}

/** Lowest RQ version among live workers: the strictest rules apply; null when none tells. */
export function workersVersion(workers: readonly WorkerSeen[]): string | null {
  return workersVersions(workers)[0] ?? null;
}

/** Clocks that surely differ from Redis's, from two looks. */
export function seeClocks(first: ProcessLook, second: ProcessLook): ClocksSeen {
  const others: { name: string; ahead: number }[] = [];
  const compare = (
    kind: string,
    before: readonly { name: string; lastHeartbeat: number | null }[],
    after: readonly { name: string; lastHeartbeat: number | null }[],
  ): void => {
    const old = new Map(before.map(({ name, lastHeartbeat }) => [name, lastHeartbeat]));
    for (const { name, lastHeartbeat } of after) {
      const look = { claimed: old.get(name) ?? null, at: first.at };
      const ahead = beatSkew(look, { claimed: lastHeartbeat, at: second.at });
      if (ahead !== 0) others.push({ name: `${kind} ${name}`, ahead });
    }
  };
  compare('worker', first.workers, second.workers);
  compare('scheduler', first.schedulers, second.schedulers);
  compare('rq cron', first.cron.map(cronBeat), second.cron.map(cronBeat));
  return { ...second.host, others };
}

function cronBeat({ name, heartbeat }: CronHeartbeat): { name: string; lastHeartbeat: number } {
  return { name, lastHeartbeat: heartbeat };
}

export function seeCron({ cron, at }: ProcessLook): CronSeen[] {
  return cron.map(({ name, heartbeat, fields }) => ({
    name,
    silent: Math.max(0, at - heartbeat),
    configFile: fields.get('config_file') ?? null,
  }));
}

/** `host:pid` of who holds a lock, null where that cannot be told: up to 2.9 it names a pid without its host. */
export function holderOf(queue: string, { value }: LockSample, look: ProcessLook): string | null {
  const scheduler = look.schedulers.find(({ name }) => name === value);
  const holder =
    scheduler ?? look.workers.find(({ pid, queues }) => `${pid}` === value && queues.includes(queue));
  return holder ? `${holder.hostname ?? '?'}:${holder.pid ?? '?'}` : null;
}

/** Live workers of a queue, as those who may take its scheduling over from who holds this lock. */
export function sparesOf(queue: string, { value }: LockSample, look: ProcessLook): Spare[] {
  return look.workers
    .filter((worker) => seeWorker(worker, look.at).alive && worker.queues.includes(queue))
    .map(({ state, pttl, lastHeartbeat, hostname }) => ({
      ttl: workerTtl(state, pttl, lastHeartbeat, look.at),
      schedules: look.schedulers.some(
        (one) =>
          one.name !== value &&
          one.hostname === hostname &&
          one.queues.includes(queue) &&
          isBeating(one, look.at),
      ),
    }));
}

/** A native scheduler beats once a second; a long pass delays it. */
function isBeating({ lastHeartbeat }: SchedulerInfo, now: number): boolean {
  return lastHeartbeat !== null && now - lastHeartbeat < 10;
}
