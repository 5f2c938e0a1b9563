import { atLeast } from './version.js';

/** One look at `rq:scheduler-lock:<queue>`. */
export interface LockSample {
  /** Value: a pid, or the scheduler's name from 2.10; null where the key is absent. */
  readonly value: string | null;
  /** PTTL, milliseconds; -1 no expiry, -2 no key. */
  readonly pttl: number;
  /** When it was taken, epoch seconds with fraction, from one clock. */
  readonly at: number;
}

/**
 * `active`: a scheduler refreshes the lock. `dead`: nobody does, it only runs out. `absent`: no lock;
 * a standby may still come, up to 14 minutes later with default settings. `inconclusive`: sample
 * again, or not to be told on this version.
 */
export type LockState = 'active' | 'dead' | 'absent' | 'inconclusive';

/** Samples nearer to each other than this say nothing: a scheduler refreshes once a second. */
export const MIN_SAMPLE_GAP_SECONDS = 2;

/** How far a falling PTTL may differ from the time passed, for slow answers, milliseconds. */
const TOLERANCE_MS = 300;
/** A pass over many due jobs may delay refreshing for some seconds. */
const BUSY_MS = 5000;

/**
 * Judges from two samples whether a native scheduler serves the queue (SEMANTICS §7). Up to 1.11.0,
 * and on an unknown version, a refreshed lock is inconclusive: schedulers there also
 * refresh locks that they do not own.
 */
export function schedulerLockState(
  first: LockSample,
  second: LockSample,
  rqVersion: string | null,
): LockState {
  const elapsed = second.at - first.at;
  if (elapsed < MIN_SAMPLE_GAP_SECONDS) return 'inconclusive';
  if (second.pttl === -2) return 'absent';
  if (first.pttl === -1 || second.pttl === -1) return 'inconclusive';
  const newHolder = first.pttl === -2 || first.value !== second.value;
  if (newHolder) return 'active';
  const fell = first.pttl - second.pttl;
  if (Math.abs(fell - elapsed * 1000) > TOLERANCE_MS) return refreshed(rqVersion);
  return fullTtlMs(rqVersion) - second.pttl >= Math.min(BUSY_MS, fullTtlMs(rqVersion) / 2)
    ? 'dead'
    : 'inconclusive';
}

function refreshed(rqVersion: string | null): LockState {
  return rqVersion !== null && atLeast(rqVersion, '1.11.1') ? 'active' : 'inconclusive';
}

/** TTL right after a refresh (table in SEMANTICS §7). */
function fullTtlMs(rqVersion: string | null): number {
  return rqVersion === null || atLeast(rqVersion, '1.10') ? 61_000 : 6000;
}

/** From this version the lock names its holder's hash `rq:scheduler:<name>`, which beats once a second (SEMANTICS §7). */
const NAMES_ITS_HOLDER = '2.10';

/** `last_heartbeat` of the lock's holder at two looks, epoch seconds; null where there is no such hash. */
export interface HolderBeats {
  readonly first: number | null;
  readonly second: number | null;
}

/**
 * The verdict over two samples and, where the lock names its holder, over the holder's own heartbeats: they settle what
 * the expiry leaves open, and a lock that somebody refreshes while its holder does not beat proves nothing.
 */
export function schedulerState(
  first: LockSample,
  second: LockSample,
  rqVersion: string | null,
  beats: HolderBeats,
): LockState {
  const named = second.value !== null && !/^\d+$/.test(second.value);
  const state = schedulerLockState(first, second, rqVersion ?? (named ? NAMES_ITS_HOLDER : null));
  if (!named || first.value !== second.value || beats.second === null) return state;
  const beating = beats.first === null || beats.second > beats.first;
  if (state === 'inconclusive' && beating) return 'active';
  return state === 'active' && !beating ? 'inconclusive' : state;
}
