import type { JobSnapshot } from '../legacy/types.js';
import type { Connection } from './connection.js';
import { KEY, scheduledKey } from './keys.js';
import { RedisProblem } from './problem.js';
import { type Arg, arg, bytes, int, list, type Reply, text } from './reply.js';

/** A member of a sorted set of jobs; the score exactly as Redis prints it. */
export interface Entry {
  readonly id: Uint8Array;
  readonly score: string;
}

/** The last entry of a page: the next page starts behind it. */
export type Cursor = Entry;

export interface Page {
  readonly entries: readonly Entry[];
  /** null after the last page. */
  readonly next: Cursor | null;
}

/** A job hash as read; `data` itself is left out unless asked for. */
export interface JobRead extends JobSnapshot {
  /** Bytes of the `data` field, -1 where there is none. */
  readonly dataLength: number;
}

export interface ReadJobsOptions {
  readonly data: boolean;
  /** `data` of more bytes than this is left out; only its length is told. */
  readonly maxData?: number;
}

/** Scripts take about this many jobs: a few milliseconds (ARCHITECTURE, "Measured"). */
export const BATCH = 250;

/** A page of the legacy set. Throws `redis-wrongtype` with `key` when the key is no sorted set. */
export function pageLegacy(connection: Connection, cursor: Cursor | null, count = 1000): Promise<Page> {
  return page(connection, KEY.legacyJobs, cursor, count);
}

/** A page of the ScheduledJobRegistry of a queue. */
export function pageScheduled(
  connection: Connection,
  queue: string,
  cursor: Cursor | null,
  count = 1000,
): Promise<Page> {
  return page(connection, scheduledKey(queue), cursor, count);
}

/** Entries in the legacy set. */
export async function legacyCount(connection: Connection): Promise<number> {
  await expectSortedSet(connection, KEY.legacyJobs);
  return int(await connection.call('ZCARD', KEY.legacyJobs));
}

/** Entries of the legacy set whose time is up to `until` (epoch seconds). */
export async function legacyDue(connection: Connection, until: number): Promise<number> {
  return int(await connection.call('ZCOUNT', KEY.legacyJobs, '-inf', until));
}

/**
 * Reads the job hashes of these entries, in their order, 250 a call. `result` and `exc_info` are never
 * read, `data` only with `data: true`. A missing hash has type `none`.
 */
export async function readJobs(
  connection: Connection,
  entries: readonly Entry[],
  { data, maxData = Number.MAX_SAFE_INTEGER }: ReadJobsOptions,
): Promise<JobRead[]> {
  const out: JobRead[] = [];
  const limit = data ? maxData : -1;
  for (let from = 0; from < entries.length; from += BATCH) {
    const part = entries.slice(from, from + BATCH);
    const ids = part.map((entry) => arg(entry.id));
    const replies = list(await connection.script('read_jobs', [], [limit, ...ids]));
    for (const [index, entry] of part.entries()) out.push(jobOf(entry, list(replies[index])));
  }
  return out;
}

function jobOf(entry: Entry, reply: readonly Reply[]): JobRead {
  const flat = list(reply[3]);
  const fields = new Map<string, Uint8Array>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    // A field that expired between HKEYS and HMGET (Redis 7.4 field expiry) has no value.
    if (flat[i + 1] !== null) fields.set(text(flat[i]), bytes(flat[i + 1]));
  }
  return {
    id: entry.id,
    score: entry.score,
    type: text(reply[0]),
    pttl: int(reply[1]),
    dataLength: int(reply[2]),
    fields,
  };
}

async function page(
  connection: Connection,
  key: string,
  cursor: Cursor | null,
  count: number,
): Promise<Page> {
  if (cursor === null) await expectSortedSet(connection, key);
  const place: Arg[] = cursor === null ? [] : [cursor.score, arg(cursor.id)];
  const flat = list(await connection.script('page_zset', [key], [count, ...place]));
  const entries: Entry[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) entries.push({ id: bytes(flat[i]), score: text(flat[i + 1]) });
  return { entries, next: entries.length < count ? null : (entries.at(-1) ?? null) };
}

async function expectSortedSet(connection: Connection, key: string): Promise<void> {
  const type = text(await connection.call('TYPE', key));
  if (type !== 'zset' && type !== 'none') {
    throw new RedisProblem('redis-wrongtype', { key, type, detail: `${key} is a ${type}` });
  }
}
