import type { Connection } from './connection.js';
import { KEY, queueKey, scheduledKey, schedulerLockKey } from './keys.js';
import { int, list, text, textMap, textOrNull } from './reply.js';

/** Names found by one walk over the key space (SCAN, 1000 keys a call). */
export interface SchedulerKeys {
  /** `rq:scheduler_instance:<hex>` and `rq:scheduler` (rq-scheduler <= 0.9.1). */
  readonly legacyInstances: readonly string[];
  /** Queues with an `rq:scheduled:<queue>` key. */
  readonly scheduledQueues: readonly string[];
  /** Queues with an `rq:scheduler-lock:<queue>` key. */
  readonly lockedQueues: readonly string[];
  /** `rq:scheduler:<name>` (RQ >= 2.10), the legacy set of the same prefix left out. */
  readonly schedulers: readonly string[];
}

/** A string key and its PTTL (milliseconds, -1 no expiry). */
export interface LockSample {
  readonly value: string;
  readonly pttl: number;
}

/** A legacy scheduler's registration; alive while it exists without `death` (SEMANTICS §7). */
export interface LegacyInstance {
  readonly key: string;
  /** Epoch seconds as text, null where absent. */
  readonly birth: string | null;
  readonly death: string | null;
  readonly pttl: number;
}

export interface LegacyState {
  readonly lock: LockSample | null;
  readonly instances: readonly LegacyInstance[];
}

export interface NativeQueue {
  readonly name: string;
  /** Entries in its ScheduledJobRegistry. */
  readonly scheduled: number;
  /** Smallest score at which RQ looks (it asks from 0 on), as Redis prints it; null for none. */
  readonly first: string | null;
  /** Entries due longer ago than the grace; below 0 none is ever due (native/poison.ts). */
  readonly overdue: number;
  /** Jobs waiting in the queue itself. */
  readonly waiting: number;
  /** `rq:scheduler-lock:<queue>`. */
  readonly lock: LockSample | null;
}

/** A hash of texts, with its key and PTTL; `fields` is empty where the hash is gone (pttl -2). */
export interface Heartbeat {
  readonly key: string;
  /** The name in the key, its prefix taken off. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly pttl: number;
}

const PATTERNS = [
  ['legacyInstances', 'rq:scheduler_instance:'],
  ['scheduledQueues', 'rq:scheduled:'],
  ['lockedQueues', 'rq:scheduler-lock:'],
  ['schedulers', 'rq:scheduler:'],
] as const;

/** Walks the key space once. Never KEYS: each call is bounded, other clients are served in between. */
export async function findSchedulerKeys(connection: Connection): Promise<SchedulerKeys> {
  const found = {
    legacyInstances: new Set<string>(),
    scheduledQueues: new Set<string>(),
    lockedQueues: new Set<string>(),
    schedulers: new Set<string>(),
  };
  let cursor = '0';
  do {
    const [next, keys] = list(await connection.call('SCAN', cursor, 'MATCH', 'rq:schedule*', 'COUNT', 1000));
    for (const reply of list(keys)) {
      const key = text(reply);
      if (key === KEY.legacyJobs) continue;
      if (key === KEY.legacySingle) found.legacyInstances.add(key);
      const kind = PATTERNS.find(([, prefix]) => key.startsWith(prefix));
      if (kind) found[kind[0]].add(kind[0].endsWith('Queues') ? key.slice(kind[1].length) : key);
    }
    cursor = text(next);
  } while (cursor !== '0');
  return {
    legacyInstances: [...found.legacyInstances].sort(),
    scheduledQueues: [...found.scheduledQueues].sort(),
    lockedQueues: [...found.lockedQueues].sort(),
    schedulers: [...found.schedulers].sort(),
  };
}

/** A lock's value and expiry, null when it is free. */
export async function readLock(connection: Connection, key: string): Promise<LockSample | null> {
  const [value, pttl] = await Promise.all([connection.call('GET', key), connection.call('PTTL', key)]);
  return value === null ? null : { value: text(value), pttl: int(pttl) };
}

/** The legacy scheduler's lock and every registered instance. */
export async function legacyState(connection: Connection, keys: SchedulerKeys): Promise<LegacyState> {
  const [lock, instances] = await Promise.all([
    readLock(connection, KEY.legacyLock),
    Promise.all(keys.legacyInstances.map((key) => readInstance(connection, key))),
  ]);
  return { lock, instances: instances.filter((instance) => instance !== null) };
}

async function readInstance(connection: Connection, key: string): Promise<LegacyInstance | null> {
  if (text(await connection.call('TYPE', key)) !== 'hash') return null;
  const [fields, pttl] = await Promise.all([
    connection.call('HMGET', key, 'birth', 'death'),
    connection.call('PTTL', key),
  ]);
  const [birth, death] = list(fields);
  return { key, birth: textOrNull(birth), death: textOrNull(death), pttl: int(pttl) };
}

/**
 * Every queue that RQ knows (`rq:queues`), that has scheduled jobs or a scheduler lock, or that is named in `also`.
 * `overdueBefore`: epoch seconds; entries with a score up to it count as overdue.
 */
export async function nativeQueues(
  connection: Connection,
  keys: SchedulerKeys,
  overdueBefore: number,
  also: readonly string[] = [],
): Promise<NativeQueue[]> {
  const prefix = queueKey('');
  const known = list(await connection.call('SMEMBERS', KEY.queues)).map(text);
  const names = new Set([
    ...known.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
    ...keys.scheduledQueues,
    ...keys.lockedQueues,
    ...also,
  ]);
  return Promise.all([...names].sort().map((name) => readQueue(connection, name, overdueBefore)));
}

async function readQueue(connection: Connection, name: string, overdueBefore: number): Promise<NativeQueue> {
  const registry = scheduledKey(name);
  const [scheduled, first, overdue, waiting, lock] = await Promise.all([
    connection.call('ZCARD', registry),
    connection.call('ZRANGEBYSCORE', registry, 0, '+inf', 'WITHSCORES', 'LIMIT', 0, 1),
    connection.call('ZCOUNT', registry, 0, overdueBefore),
    connection.call('LLEN', queueKey(name)),
    readLock(connection, schedulerLockKey(name)),
  ]);
  return {
    name,
    scheduled: int(scheduled),
    first: textOrNull(list(first)[1]),
    overdue: int(overdue),
    waiting: int(waiting),
    lock,
  };
}

/** Has somebody suspended all workers (`rq suspend`)? The key may expire by itself (rq suspension.py). */
export async function suspended(connection: Connection): Promise<boolean> {
  return int(await connection.call('EXISTS', KEY.suspended)) === 1;
}

/** Every member of `rq:workers`, also those whose hash has expired. */
export async function workers(connection: Connection): Promise<Heartbeat[]> {
  const keys = list(await connection.call('SMEMBERS', KEY.workers))
    .map(text)
    .sort();
  return Promise.all(keys.map((key) => heartbeat(connection, key, 'rq:worker:')));
}

/** RQ >= 2.10: what each native scheduler says about itself. */
export async function schedulers(connection: Connection, keys: SchedulerKeys): Promise<Heartbeat[]> {
  const types = await Promise.all(keys.schedulers.map((key) => connection.call('TYPE', key)));
  const hashes = keys.schedulers.filter((_key, index) => text(types[index]) === 'hash');
  return Promise.all(hashes.map((key) => heartbeat(connection, key, 'rq:scheduler:')));
}

/** A registered `rq cron` process (RQ >= 2.6, SEMANTICS §5); `fields` is empty where its hash is gone. */
export interface CronHeartbeat {
  readonly name: string;
  /** Its last sign of life, epoch seconds. */
  readonly heartbeat: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** Every member of `rq:cron_schedulers`, as far as RQ has not removed it. */
export async function cronProcesses(connection: Connection): Promise<CronHeartbeat[]> {
  const flat = list(await connection.call('ZRANGE', KEY.cronSchedulers, 0, -1, 'WITHSCORES')).map(text);
  const members = flat.flatMap((name, i) => (i % 2 === 0 ? [{ name, heartbeat: Number(flat[i + 1]) }] : []));
  return Promise.all(
    members.map(async (member) => {
      const { fields } = await heartbeat(connection, `rq:cron_scheduler:${member.name}`, '');
      return { ...member, fields };
    }),
  );
}

async function heartbeat(connection: Connection, key: string, prefix: string): Promise<Heartbeat> {
  const [fields, pttl] = await Promise.all([connection.call('HGETALL', key), connection.call('PTTL', key)]);
  const name = key.startsWith(prefix) ? key.slice(prefix.length) : key;
  return { key, name, fields: textMap(fields), pttl: int(pttl) };
}
