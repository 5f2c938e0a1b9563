import { type Cron, wallTimesAfter } from './expression.js';
import { epochToWall, offsetAt, wallToEpoch, wallToEpochAfterGap } from './wall.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86400;

/** rq-scheduler looks at its entries once a minute unless told otherwise. */
const POLL_SECONDS = 60;

/**
 * When rq-scheduler, on a host in `zone`, would run an entry: the first `count` moments (epoch seconds)
 * strictly after `afterEpoch`, fewer where the expression ends.
 *
 * rq-scheduler computes each time from the moment at which it enqueues the run before. From 0.12 on it reads
 * the wall clock, takes the next wall time that matches and converts that (rq_scheduler/utils.py at 0.13.1),
 * which is what `nativeFireTimes` does too. 0.11 with `use_local_timezone` hands an aware datetime to croniter,
 * which errs by an hour around a change of the clock (0.3.31 to 6.0.0 alike); reproduced here, except that
 * a run which it repeats at every poll of a skipped hour is given once.
 *
 * Not reproduced: from 0.12 on, a poll that happens within the repeated hour of autumn yields a time in the
 * past, so that the entry runs at every poll until the hour is over. Whether that comes to pass depends on
 * when the scheduler polls.
 */
export function nextFireTimes(cron: Cron, afterEpoch: number, zone: string, count: number): number[] {
  return take(count, afterEpoch, (after) =>
    cron.dialect === 'crontab' ? wallClockTime(cron, after, zone) : croniterTime(cron, after, zone),
  );
}

/**
 * When the migrated series fires: as `nextFireTimes`, by the rule of `rq_recurring` (its `_cron_after`): the
 * next wall time that matches; in an hour that the clock skips, an hour later by the wall clock, in an hour that
 * it repeats, the first time only.
 */
export function nativeFireTimes(cron: Cron, afterEpoch: number, zone: string, count: number): number[] {
  return take(count, afterEpoch, (after) => wallClockTime(cron, after, zone));
}

function take(count: number, afterEpoch: number, next: (after: number) => number | null): number[] {
  const times: number[] = [];
  let at = next(Math.floor(afterEpoch));
  while (at !== null && times.length < count) {
    times.push(at);
    at = times.length < count ? next(at) : null;
  }
  return times;
}

function wallClockTime(cron: Cron, after: number, zone: string): number | null {
  for (const wall of wallTimesAfter(cron, epochToWall(after, zone))) {
    const epoch = wallToEpoch(wall, zone);
    if (epoch > after) return epoch;
  }
  return null;
}

/** The first time after `after` that croniter gives when it is asked at `after` and at each poll from then on. */
function croniterTime(cron: Cron, after: number, zone: string): number | null {
  for (let now = after; ; now += POLL_SECONDS) {
    const at = croniterStep(cron, now, zone);
    if (at === null || at > after) return at;
  }
}

/**
 * One `get_next` of croniter with an aware datetime in dateutil's `tzlocal` (`_get_next` and its "DST handling"
 * at 1.3.5): where the result has another offset than the start and lies beyond the coming midnight, it is
 * moved by the difference - although the wall time was right already.
 */
function croniterStep(cron: Cron, now: number, zone: string): number | null {
  const wall = wallTimesAfter(cron, epochToWall(now, zone)).next().value;
  if (wall === undefined) return null;
  const at = wallToEpochAfterGap(wall, zone);
  const lag = offsetAt(at, zone) - offsetAt(now, zone);
  if (lag === 0) return at;
  const start = epochToWall(now, zone);
  const ahead = Math.abs(epochToWall(at, zone) - start);
  const hour = Math.floor((((start % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) / HOUR_SECONDS);
  const beyond = ahead + (lag < 0 ? -lag : 0) >= (24 - hour) * HOUR_SECONDS;
  return beyond ? wallToEpochAfterGap(epochToWall(at, zone) - lag, zone) : at;
}
