import type { Connection } from './connection.js';
import { RedisProblem } from './problem.js';
import { text } from './reply.js';

/** What the server says about itself; null where a user without the right to INFO cannot know. */
export interface ServerInfo {
  /** Redis version, or the Redis version that Valkey claims compatibility with. */
  readonly version: string | null;
  /** `standalone`, `sentinel` or `cluster`. */
  readonly mode: string | null;
  /** `master` or `slave`. */
  readonly role: string | null;
  /** A replica that accepts no writes: reading goes on, a run is refused. */
  readonly readonlyReplica: boolean;
}

const UNKNOWN: ServerInfo = { version: null, mode: null, role: null, readonlyReplica: false };

/**
 * Reads INFO and refuses what cannot work: Redis before 5.0 (no streams) with `redis-too-old`, cluster
 * mode with `redis-cluster` (RQ's keys are in many slots, RQ itself cannot run there) and a sentinel with
 * `redis-not-redis`.
 */
export async function checkServer(connection: Connection): Promise<ServerInfo> {
  const info = await readInfo(connection);
  // Valkey calls it server_mode.
  const mode = info.get('redis_mode') ?? info.get('server_mode') ?? null;
  if (info.get('cluster_enabled') === '1' || mode === 'cluster') {
    throw new RedisProblem('redis-cluster', { detail: 'cluster_enabled:1' });
  }
  if (mode === 'sentinel') {
    throw new RedisProblem('redis-not-redis', { reason: 'sentinel', detail: 'mode:sentinel' });
  }
  const version = info.get('redis_version') ?? null;
  if (version !== null && Number.parseInt(version, 10) < 5) {
    throw new RedisProblem('redis-too-old', { version, detail: `redis_version:${version}` });
  }
  if (info.size === 0) return UNKNOWN;
  const role = info.get('role') ?? null;
  return {
    version,
    mode,
    role,
    readonlyReplica: role === 'slave' && (info.get('slave_read_only') ?? '1') === '1',
  };
}

async function readInfo(connection: Connection): Promise<Map<string, string>> {
  const fields = new Map<string, string>();
  let reply: string;
  try {
    reply = text(await connection.call('INFO'));
  } catch (error) {
    // RQ itself lives without INFO (rq/connections.py, get_version); so do we.
    if (error instanceof RedisProblem && error.code === 'redis-noperm') return fields;
    throw error;
  }
  for (const line of reply.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Redis's clock, epoch seconds with fractions. */
export async function serverTime(connection: Connection): Promise<number> {
  const reply = (await connection.call('TIME')) as Buffer[];
  return Number(text(reply[0])) + Number(text(reply[1])) / 1e6;
}
