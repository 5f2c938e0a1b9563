import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connection.js';
import { KEY, OWN_PREFIX } from './keys.js';
import { int, list, text, textOrNull } from './reply.js';

/** Milliseconds; renewed every 10 s by LockKeeper and by every writing script. */
export const RUN_LOCK_MS = 30_000;
export const LEGACY_LOCK_MS = 60_000;
const POLL_MS = 200;

/** Who holds the run lock. */
export interface LockHolder {
  readonly runId: string;
  /** Fencing token: grows with every run that tries to take the lock. */
  readonly token: number;
  readonly host: string;
  readonly pid: number;
}

/** A lock in our hands: what a writing script compares, and where. */
export interface HeldLock {
  readonly key: string;
  readonly value: string;
}

/** The run lock in our hands, or that of `verify --canary`, which is no run and has a key of its own. */
export interface RunLock extends LockHolder, HeldLock {}

/** `rq:scheduler_lock` in our hands: live legacy schedulers skip their passes (SEMANTICS §7). */
export interface LegacyLock {
  readonly value: string;
}

export type RunLockResult =
  | { readonly ok: true; readonly lock: RunLock; readonly tookOver: LockHolder | null }
  | { readonly ok: false; readonly holder: LockHolder | null };

export interface RunLockRequest {
  readonly runId: string;
  readonly host: string;
  readonly pid: number;
  /** Is this process of this host alive? Asked only about our own host. */
  isAlive(host: string, pid: number): boolean | Promise<boolean>;
}

/** Takes the run lock; takes it over from a dead process of the same host. */
export async function acquireRunLock(
  connection: Connection,
  request: RunLockRequest,
): Promise<RunLockResult> {
  return acquire(connection, KEY.runLock, int(await connection.call('INCR', KEY.fence)), request);
}

/**
 * Takes the lock of `verify --canary` likewise. Its token is always 0, so that no counter is left behind: the run id,
 * which is random, tells one holder from another.
 */
export function acquireCanaryLock(connection: Connection, request: RunLockRequest): Promise<RunLockResult> {
  return acquire(connection, KEY.canaryLock, 0, request);
}

async function acquire(
  connection: Connection,
  key: string,
  token: number,
  request: RunLockRequest,
): Promise<RunLockResult> {
  const { runId, host, pid } = request;
  const value = JSON.stringify({ runId, token, host, pid });
  const lock: RunLock = { runId, token, host, pid, key, value };
  const set = await connection.call('SET', key, value, 'NX', 'PX', RUN_LOCK_MS);
  if (set !== null) return { ok: true, lock, tookOver: null };

  const held = textOrNull(await connection.call('GET', key)) ?? '';
  const holder = parseHolder(held);
  const dead = holder?.host === host && !(await request.isAlive(host, holder.pid));
  if (held !== '' && !dead) return { ok: false, holder };
  const taken = await connection.script('take_run_lock', [key], [held, value, RUN_LOCK_MS]);
  if (int(taken) === 1) return { ok: true, lock, tookOver: holder };
  return { ok: false, holder: parseHolder(textOrNull(await connection.call('GET', key)) ?? '') };
}

function parseHolder(value: string): LockHolder | null {
  try {
    const { runId, token, host, pid } = JSON.parse(value) as Partial<LockHolder>;
    if (typeof runId !== 'string' || typeof host !== 'string') return null;
    return { runId, host, token: Number(token), pid: Number(pid) };
  } catch {
    return null;
  }
}

export type LegacyLockResult =
  | { readonly ok: true; readonly lock: LegacyLock }
  | { readonly ok: false; readonly value: string; readonly pttl: number };

export interface LegacyLockWait {
  /** Give up after this many milliseconds; a pass is normally short, its lock lasts interval + 10 s. */
  readonly waitMs: number;
  /** Called once, when a scheduler turns out to be in its pass. */
  onWait?(value: string, pttl: number): void;
  /** Stops waiting early. */
  readonly signal?: AbortSignal;
}

/**
 * Takes `rq:scheduler_lock`, waiting while a live scheduler is in its pass. What a former run of this
 * tool left behind is taken over: we hold the run lock, so that run is over. Throws LockLost when the run
 * lock is not ours.
 */
export async function acquireLegacyLock(
  connection: Connection,
  runLock: RunLock,
  wait: LegacyLockWait,
): Promise<LegacyLockResult> {
  const value = `${OWN_PREFIX}${runLock.token}`;
  const keys = [KEY.runLock, KEY.legacyLock];
  const args = [runLock.value, RUN_LOCK_MS, value, LEGACY_LOCK_MS, OWN_PREFIX];
  const until = Date.now() + wait.waitMs;
  for (let first = true; ; first = false) {
    const [taken, held, pttl] = list(await connection.script('take_legacy_lock', keys, args));
    if (int(taken) === 1) return { ok: true, lock: { value } };
    if (first) wait.onWait?.(text(held), int(pttl));
    const left = until - Date.now();
    if (left <= 0 || wait.signal?.aborted) return { ok: false, value: text(held), pttl: int(pttl) };
    await sleep(Math.min(POLL_MS, left));
  }
}

/** Renews what we hold; throws LockLost when one of them is somebody else's. */
export async function renewLocks(
  connection: Connection,
  run: RunLock,
  legacy: LegacyLock | null,
): Promise<void> {
  await connection.script(
    'renew_locks',
    legacy ? [KEY.runLock, KEY.legacyLock] : [KEY.runLock],
    legacy ? [run.value, RUN_LOCK_MS, legacy.value, LEGACY_LOCK_MS] : [run.value, RUN_LOCK_MS],
  );
}

/** Deletes the locks that are still ours. */
export async function releaseLocks(
  connection: Connection,
  run: RunLock,
  legacy: LegacyLock | null,
): Promise<void> {
  if (legacy) await releaseLegacyLock(connection, legacy);
  await connection.script('release_lock', [KEY.runLock], [run.value]);
}

/** Gives `rq:scheduler_lock` back where it is still ours: rq-scheduler may make its passes. */
export async function releaseLegacyLock(connection: Connection, legacy: LegacyLock): Promise<void> {
  await connection.script('release_lock', [KEY.legacyLock], [legacy.value]);
}

/** Renews the locks from a timer while the process does other things (waits, asks, writes files). */
export class LockKeeper {
  #timer: NodeJS.Timeout;
  #lost: Error | null = null;
  #busy: Promise<void> = Promise.resolve();

  constructor(connection: Connection, run: RunLock, legacy: LegacyLock | null, everyMs = 10_000) {
    this.#timer = setInterval(() => {
      this.#busy = renewLocks(connection, run, legacy).catch((error: Error) => {
        this.#lost ??= error;
        clearInterval(this.#timer);
      });
    }, everyMs);
    this.#timer.unref();
  }

  /** Why renewing failed (LockLost, RedisProblem), or null while all is well. */
  get lost(): Error | null {
    return this.#lost;
  }

  /** Stops renewing; a renewal under way is awaited, so that a release afterwards is the last word. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#busy;
  }
}
