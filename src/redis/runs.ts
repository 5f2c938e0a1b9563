import type { Connection } from './connection.js';
import { journalKey, KEY, runKey } from './keys.js';
import { RUN_LOCK_MS, type RunLock } from './lock.js';
import { int, list, text, textMap, textOrNull } from './reply.js';

export type RunPhase = 'applying' | 'applied' | 'rolling-back' | 'rolled-back';

/** What Redis knows about a run. */
export interface RunRecord {
  readonly runId: string;
  readonly state: RunPhase;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly tool: string;
  readonly counts: RunCounts;
  /** Journal entries, one per batch. */
  readonly batches: number;
}

/** Jobs so far; a repeated call of a script adds nothing. */
export interface RunCounts {
  readonly moved: number;
  readonly renamed: number;
  readonly rearmed: number;
  /** Became one job that RQ repeats by itself. */
  readonly repeated: number;
  /** Left to `rq cron`. */
  readonly retired: number;
  readonly dropped: number;
  /** Series armed again by `repair`. */
  readonly repaired: number;
  /** Entries of RQ's schedules that `repair` mended or took away. */
  readonly mended: number;
  readonly restored: number;
  readonly alreadyRun: number;
  readonly missing: number;
  readonly conflict: number;
}

export type BeginResult =
  | { readonly result: 'begun' | 'resumed' | 'unknown' }
  | { readonly result: 'unfinished'; readonly runId: string }
  | { readonly result: 'state'; readonly state: RunPhase };

export interface BeginRequest {
  readonly runId: string;
  readonly state: 'applying' | 'rolling-back';
  /** Epoch seconds. */
  readonly now: number;
  /** Name and version of the tool, for the record. */
  readonly tool: string;
}

/**
 * Marks a run or its rollback as under way, after trying every write that follows (scripts/probe_writes.lua):
 * throws `redis-noperm`, `redis-readonly`, `redis-oom` or `redis-wrongtype` before anything has changed.
 */
export async function beginRun(
  connection: Connection,
  lock: RunLock,
  request: BeginRequest,
): Promise<BeginResult> {
  await connection.script(
    'probe_writes',
    [KEY.legacyJobs, KEY.queues, KEY.probe],
    [`migrate-scheduler-probe-${lock.token}`],
  );
  const reply = list(
    await connection.script(
      'begin_run',
      [KEY.runLock, runKey(request.runId), KEY.current, KEY.runs],
      [lock.value, RUN_LOCK_MS, request.runId, request.state, request.now, request.tool],
    ),
  );
  const result = text(reply[0]);
  if (result === 'unfinished') return { result, runId: text(reply[1]) };
  if (result === 'state') return { result, state: text(reply[1]) as RunPhase };
  return { result: result as 'begun' | 'resumed' | 'unknown' };
}

/** Ends the run or the rollback; returns the state it then has, null for an unknown run. */
export async function finishRun(
  connection: Connection,
  lock: RunLock,
  runId: string,
  now: number,
): Promise<RunPhase | null> {
  const keys = [KEY.runLock, runKey(runId), KEY.current];
  const state = text(await connection.script('finish_run', keys, [lock.value, RUN_LOCK_MS, runId, now]));
  return state === '' ? null : (state as RunPhase);
}

/** The run that began and did not end (killed, crashed, or at work right now); null when there is none. */
export async function currentRun(connection: Connection): Promise<string | null> {
  return textOrNull(await connection.call('GET', KEY.current));
}

/** Ids of the runs that this database has seen, newest first. */
export async function listRuns(connection: Connection, count = 100): Promise<string[]> {
  return list(await connection.call('ZREVRANGE', KEY.runs, 0, count - 1)).map(text);
}

export async function readRun(connection: Connection, runId: string): Promise<RunRecord | null> {
  const [hash, length] = await Promise.all([
    connection.call('HGETALL', runKey(runId)),
    connection.call('XLEN', journalKey(runId)),
  ]);
  const fields = textMap(hash);
  const state = fields.get('state');
  if (state === undefined) return null;
  const count = (name: string): number => Number(fields.get(name) ?? 0);
  return {
    runId,
    state: state as RunPhase,
    createdAt: count('createdAt'),
    tool: fields.get('tool') ?? '',
    counts: {
      moved: count('moved'),
      renamed: count('renamed'),
      rearmed: count('rearmed'),
      repeated: count('repeated'),
      retired: count('retired'),
      dropped: count('dropped'),
      repaired: count('repaired'),
      mended: count('mended'),
      restored: count('restored'),
      alreadyRun: count('alreadyRun'),
      missing: count('missing'),
      conflict: count('conflict'),
    },
    batches: int(length),
  };
}

/** Was it a `repair`, which has runs of its own? */
export function isRepair({ counts: { repaired, mended } }: RunRecord): boolean {
  return repaired + mended > 0;
}
