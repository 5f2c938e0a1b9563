import { SCHEDULER_KEY_PREFIX, WORKER_KEY_PREFIX } from './keys.js';
import { parseInteger, parseUtc } from './parse.js';

/** One RQ worker as its hash `rq:worker:<name>` describes it (SEMANTICS §7). */
export interface WorkerInfo {
  readonly name: string;
  /** RQ version; null below the versions that record it. */
  readonly version: string | null;
  readonly pythonVersion: string | null;
  readonly queues: readonly string[];
  readonly state: string | null;
  readonly hostname: string | null;
  readonly pid: number | null;
  readonly ipAddress: string | null;
  readonly currentJob: string | null;
  /** Epoch seconds. */
  readonly birth: number | null;
  readonly lastHeartbeat: number | null;
  /** Set when it stopped in an orderly way; the hash stays for a minute. */
  readonly death: number | null;
}

/** One native scheduler process as its hash `rq:scheduler:<name>` describes it (rq >= 2.10). */
export interface SchedulerInfo {
  readonly name: string;
  readonly hostname: string | null;
  readonly pid: number | null;
  /** Queues it wants, which is not to say that it holds their locks. */
  readonly queues: readonly string[];
  /** Epoch seconds. */
  readonly createdAt: number | null;
  /** Written every second while it works. */
  readonly lastHeartbeat: number | null;
}

type Fields = ReadonlyMap<string, Uint8Array>;

/** Reads a worker hash; fields that are missing or unreadable become null. Null where there is no hash. */
export function parseWorker(key: string, fields: Fields): WorkerInfo | null {
  if (fields.size === 0) return null;
  return {
    name: key.startsWith(WORKER_KEY_PREFIX) ? key.slice(WORKER_KEY_PREFIX.length) : key,
    version: text(fields, 'version'),
    pythonVersion: text(fields, 'python_version'),
    queues: names(fields),
    state: text(fields, 'state'),
    hostname: text(fields, 'hostname'),
    pid: integer(fields, 'pid'),
    ipAddress: text(fields, 'ip_address'),
    currentJob: text(fields, 'current_job'),
    birth: date(fields, 'birth'),
    lastHeartbeat: date(fields, 'last_heartbeat'),
    death: date(fields, 'death'),
  };
}

/** Reads a scheduler hash likewise. Null where there is no hash. */
export function parseScheduler(key: string, fields: Fields): SchedulerInfo | null {
  if (fields.size === 0) return null;
  return {
    name: key.startsWith(SCHEDULER_KEY_PREFIX) ? key.slice(SCHEDULER_KEY_PREFIX.length) : key,
    hostname: text(fields, 'hostname'),
    pid: integer(fields, 'pid'),
    queues: names(fields),
    createdAt: date(fields, 'created_at'),
    lastHeartbeat: date(fields, 'last_heartbeat'),
  };
}

function text(fields: Fields, name: string): string | null {
  const raw = fields.get(name);
  return raw === undefined || raw.length === 0 ? null : Buffer.from(raw).toString('utf8');
}

function names(fields: Fields): string[] {
  return (text(fields, 'queues') ?? '').split(',').filter((name) => name !== '');
}

function integer(fields: Fields, name: string): number | null {
  const raw = fields.get(name);
  const value = raw && parseInteger(raw);
  return value === undefined || value === null ? null : Number(value);
}

function date(fields: Fields, name: string): number | null {
  const raw = fields.get(name);
  return raw === undefined ? null : parseUtc(raw);
}
