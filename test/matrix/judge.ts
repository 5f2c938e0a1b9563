import { isDeepStrictEqual } from 'node:util';
import type { Case } from './cases.js';

/** One call of a function of matrix_tasks.py; epoch seconds. */
export interface TaskRun {
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly at: number;
  /** When its job was put on the queue. */
  readonly enqueued: number;
}

/** A time in which no worker was there. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

/** What one case did on one side. */
export interface Observed {
  /** Score of its legacy entry: the first run, and a point of the grid. */
  readonly anchor: number;
  /** In the order of their start. */
  readonly runs: readonly TaskRun[];
  /** Up to when it was watched. */
  readonly until: number;
  readonly outage: Outage | null;
}

export interface Verdict {
  readonly expected: number;
  readonly seen: number;
  /** Worst distance in seconds of a run's start from its ideal time; late is positive. */
  readonly worst: number;
  /** How long the worst run's job had been waiting for a worker by then. */
  readonly waited: number;
  readonly problems: readonly string[];
}

/** Clocks are read a little apart; a job is never enqueued before its second. */
const EARLY = 0.05;

/**
 * Times at which a side should start runs, up to `until`, at most `total`. Within an outage rq-scheduler goes on
 * enqueueing, and all of it runs when the outage ends; a series has one run then, and goes on on the grid.
 */
export function idealTimes(
  one: Case,
  { anchor, until, outage }: Observed,
  side: 'legacy' | 'native',
): number[] {
  const times: number[] = [];
  for (let slot = anchor; slot <= until && times.length < (one.total ?? Infinity); slot += one.interval) {
    const missed = outage !== null && slot > outage.from && slot < outage.to;
    times.push(missed ? outage.to : slot);
    if (missed && side === 'native') {
      slot += Math.floor((outage.to - slot) / one.interval) * one.interval;
    }
  }
  return times;
}

/**
 * Compares runs with the ideal. `allowed`: seconds that a run may be late besides waiting for a free worker;
 * null where the count alone matters (rq-scheduler drifts).
 */
export function judge(
  one: Case,
  observed: Observed,
  side: 'legacy' | 'native',
  allowed: number | null,
): Verdict {
  // Of an endless series, what is about to run when the watch ends is not looked at.
  const until = one.total === null ? observed.until - one.interval : observed.until;
  const times = idealTimes(one, { ...observed, until }, side);
  const expected = one.total ?? times.length;
  const end = one.total === null ? observed.anchor + expected * one.interval : Infinity;
  const runs = observed.runs.filter(({ at }) => at < end - EARLY);
  const late = runs.slice(0, times.length).map(({ at }, i) => at - (times[i] ?? at));
  const index = late.reduce((top, value, i) => (Math.abs(value) > Math.abs(late[top] ?? 0) ? i : top), 0);
  const waits = runs.map(({ at, enqueued }) => Math.max(0, at - enqueued));
  const problems: string[] = [];
  const drifts = allowed === null && one.total === null;
  if (!drifts && runs.length !== expected) problems.push(`${runs.length} runs instead of ${expected}`);
  if (drifts && runs.length === 0) problems.push('no run');
  for (const [i, seconds] of late.entries()) {
    if (allowed === null) break;
    if (seconds < -EARLY || seconds > allowed + (waits[i] ?? 0)) {
      problems.push(`run ${i + 1} at ${signed(seconds)} s, of which ${signed(waits[i] ?? 0)} s on the queue`);
    }
  }
  const args = [one.id, ...(one.args ?? [])];
  const strange = runs.find(
    (run) => !isDeepStrictEqual(run.args, args) || !isDeepStrictEqual(run.kwargs, one.kwargs ?? {}),
  );
  if (strange) problems.push(`called with ${JSON.stringify([strange.args, strange.kwargs])}`);
  // All runs of a series are of one job; each is put on the queue once.
  const puts = new Set(runs.map(({ id, enqueued }) => `${id} ${enqueued}`)).size;
  if (side === 'native' && puts < runs.length)
    problems.push(`${runs.length - puts} runs more than times that the job was put on its queue`);
  return { expected, seen: runs.length, worst: late[index] ?? 0, waited: waits[index] ?? 0, problems };
}

const signed = (seconds: number): string => `${seconds < 0 ? '' : '+'}${seconds.toFixed(2)}`;
