import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LegacyLock, LockKeeper, RunLock } from '../redis/lock.js';
import type { JobStep, StepResult } from '../redis/moves.js';
import type { RedisPort } from '../redis/port.js';
import { LockLost } from '../redis/problem.js';
import { stopped } from './apply-files.js';
import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';

/** How long rq-scheduler may stay in one pass before we give up, unless its lock lasts longer. */
const LEGACY_WAIT_MS = 90_000;
/** rq-scheduler 0.8.0-0.8.2 and a killed one leave the lock to its expiry, interval + 10 s (SEMANTICS §7 d). */
const AFTER_EXPIRY_MS = 5_000;
/** Losses of rq-scheduler's lock without a single step in between. */
const MAX_LOSSES = 10;

/** A pass that is under way shows in the number of due entries, looked at this often. */
const LOOK_MS = 100;
/** Due entries that nobody takes for this long: no pass is under way. */
const STILL_MS = 400;
const SETTLE_MS = 60_000;

type Talk = Pick<Context, 'terminal' | 'stop'>;

/** Is this process of this host alive? EPERM means that it is, and somebody else's. */
export function isAlive(_host: string, pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes the run lock, or refuses with exit code 4 and the name of who has it. */
export async function takeRunLock(port: RedisPort, runId: string): Promise<RunLock> {
  const result = await port.acquireRunLock({ runId, host: hostname(), pid: process.pid, isAlive });
  if (result.ok) return result.lock;
  const { holder } = result;
  throw refusal(EXIT.locked, 'locked-by-run', {
    runId: holder?.runId ?? '?',
    pid: holder?.pid ?? '?',
    host: holder?.host ?? '?',
  });
}

/** Takes rq-scheduler's own lock, waiting for the end of a pass that is under way; `again`: said already. */
async function takeLegacyLock(
  { terminal, stop }: Talk,
  port: RedisPort,
  run: RunLock,
  again: boolean,
): Promise<LegacyLock> {
  const first = await port.acquireLegacyLock(run, { waitMs: 0 });
  if (first.ok) return first.lock;
  const waitMs = Math.max(LEGACY_WAIT_MS, first.pttl + AFTER_EXPIRY_MS);
  const abort = new AbortController();
  stop.onStop(() => abort.abort());
  if (stop.signal !== null) abort.abort();
  const waiting = 'rq-scheduler is in the middle of a pass; waiting for its end …';
  if (again) terminal.detail(waiting);
  else terminal.say(waiting);
  const result = await port.acquireLegacyLock(run, { waitMs, signal: abort.signal });
  if (result.ok) return result.lock;
  if (stop.signal !== null) throw stopped(stop, run.runId);
  throw refusal(EXIT.locked, 'legacy-lock-held', { waited: Math.round(waitMs / 1000) });
}

/**
 * The run lock and rq-scheduler's, held and renewed until `release`. Nothing is moved without both. Where an old
 * scheduler takes its lock from us (rq-scheduler up to 0.9.1 deletes it when it ends, any version after a pass that
 * was longer than interval + 10 s: SEMANTICS §7 a, c), the end of its pass is waited for and the lock taken again.
 */
export class HeldLocks {
  readonly #talk: Talk;
  readonly #port: RedisPort;
  readonly #run: RunLock;
  /** null while it is lent. */
  #legacy: LegacyLock | null = null;
  #keeper: LockKeeper;
  #taken = false;
  #losses = 0;

  private constructor(talk: Talk, port: RedisPort, run: RunLock) {
    this.#talk = talk;
    this.#port = port;
    this.#run = run;
    this.#keeper = port.keepLocks(run, null);
  }

  static async take(talk: Talk, port: RedisPort, run: RunLock): Promise<HeldLocks> {
    const held = new HeldLocks(talk, port, run);
    await held.hold();
    return held;
  }

  /** Carries out at most 250 steps (redis/moves.ts). Throws LockLost when the run lock is another's. */
  async moveBatch(steps: readonly JobStep[]): Promise<StepResult[]> {
    if (steps.length === 0) return [];
    for (;;) {
      try {
        const legacy = await this.hold();
        const fence = { runId: this.#run.runId, run: this.#run, legacy };
        const results = await this.#port.moveBatch(fence, steps);
        this.#losses = 0;
        return results;
      } catch (error) {
        await this.#lose(error);
      }
    }
  }

  /** Takes rq-scheduler's lock where it is lent, or where the last renewal found it lost. */
  async hold(): Promise<LegacyLock> {
    if (this.#keeper.lost) await this.#lose(this.#keeper.lost);
    if (this.#legacy) return this.#legacy;
    await this.#keeper.stop();
    const legacy = await takeLegacyLock(this.#talk, this.#port, this.#run, this.#taken);
    this.#taken = true;
    this.#legacy = legacy;
    this.#keeper = this.#port.keepLocks(this.#run, legacy);
    await this.#settle();
    return legacy;
  }

  /** Gives rq-scheduler its lock back until the next `hold` or `moveBatch`: it may make a pass. */
  async lend(): Promise<void> {
    if (!this.#legacy) return;
    await this.#keeper.stop();
    await this.#port.releaseLegacyLock(this.#legacy);
    this.#legacy = null;
    this.#keeper = this.#port.keepLocks(this.#run, null);
  }

  async release(): Promise<void> {
    await this.#keeper.stop();
    // A lost connection cannot release anything; the locks run out by themselves.
    await this.#port.releaseLocks(this.#run, this.#legacy).catch(() => {});
  }

  /** Forgets a lock that a scheduler took; throws any other error, and when it happens again and again. */
  async #lose(error: unknown): Promise<void> {
    if (!(error instanceof LockLost) || error.which !== 'legacy' || ++this.#losses > MAX_LOSSES) throw error;
    this.#talk.terminal.detail('rq-scheduler took its lock back; taking it again after its pass');
    await this.#keeper.stop();
    this.#legacy = null;
    this.#keeper = this.#port.keepLocks(this.#run, null);
  }

  /**
   * Waits for a pass that goes on without its lock (SEMANTICS §7 c): it has read the entries that were due when it
   * began and enqueues them one by one, whoever moves them meanwhile.
   */
  async #settle(): Promise<void> {
    const { stop, terminal } = this.#talk;
    const now = await this.#port.time();
    let due = await this.#port.legacyDue(now);
    let since = Date.now();
    for (const giveUp = since + SETTLE_MS; due > 0 && Date.now() < giveUp; ) {
      if (stop.signal !== null) throw stopped(stop, this.#run.runId);
      await sleep(LOOK_MS);
      const left = await this.#port.legacyDue(now);
      // Clients may add entries whose time is over; only a pass takes them.
      if (left < due) {
        terminal.detail(`A pass of rq-scheduler goes on without its lock: ${left} entries are due`);
        since = Date.now();
      } else if (Date.now() - since >= STILL_MS) return;
      due = left;
    }
  }
}
