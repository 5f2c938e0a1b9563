import { offsetAt } from './clock.js';
import { type Cron, wallTimesAfter } from './expression.js';
import { epochToWall, wallToEpoch, wallToEpochAfterGap } from './wall.js';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86400;

/** rq-scheduler looks at its entries once a minute unless told otherwise. */
const POLL_SECONDS = 60;

/**
 * When rq-scheduler, on a host in `zone`, would run an entry: the first `count` moments (epoch seconds)
 * strictly after `afterEpoch`, fewer where the expression ends.
 *
 * rq-scheduler computes each time from the moment at which it enqueues the run before: the next wall time that
 * matches (rq_scheduler/utils.py at 0.11.0 and 0.13.1). A wall time that the clock skips becomes a moment one
 * hour *early* (02:30 in Berlin is 01:30 on that day): so Python's `naive.astimezone()` and dateutil's
 * `tzlocal` have it. 0.11 with `use_local_timezone` has croniter work on aware datetimes, which errs by an hour
 * on the day of a change besides (0.3.31 to 6.0.0 alike).
 *
 * Around a change the answer can lie in the past. The entry then runs again at every poll until the clock has
 * passed the skipped or repeated hour: an hourly job runs up to sixty times. Such a burst is given as its first
 * run only, and polls are assumed a minute apart. Not given either: croniter before 7 leaps over 1 March (and
 * the 2nd) when the 30th or 31st is listed too.
 */
export function nextFireTimes(cron: Cron, afterEpoch: number, zone: string, count: number): number[] {
  return take(count, afterEpoch, (after) => legacyTime(cron, after, zone));
}

/**
 * When the migrated series fires, by the rule of `rq_recurring` (its `_cron_after`): the next wall time that
 * matches; in an hour that the clock skips, an hour later by the wall clock (02:30 at 03:30), in an hour that it
 * repeats, the first time only. Differs from `nextFireTimes` around a change of the clock and nowhere else.
 */
export function nativeFireTimes(cron: Cron, afterEpoch: number, zone: string, count: number): number[] {
  return take(count, afterEpoch, (after) => nativeTime(cron, after, zone));
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

function nativeTime(cron: Cron, after: number, zone: string): number | null {
  for (const wall of wallTimesAfter(cron, epochToWall(after, zone))) {
    const epoch = wallToEpoch(wall, zone);
    if (epoch > after) return epoch;
  }
  return null;
}

/** The first time after `after` that rq-scheduler gets when it asks at `after` and at each poll from then on. */
function legacyTime(cron: Cron, after: number, zone: string): number | null {
  const step = cron.dialect === 'crontab' ? crontabStep : croniterStep;
  for (let now = after; ; now += POLL_SECONDS) {
    const at = step(cron, now, zone);
    if (at === null || at > after) return at;
  }
}

function crontabStep(cron: Cron, now: number, zone: string): number | null {
  const wall = wallTimesAfter(cron, epochToWall(now, zone)).next().value;
  return wall === undefined ? null : wallToEpochAfterGap(wall, zone);
}

/** croniter goes one minute on (one second, where there are seconds) before it looks at the wall clock. */
function croniterStep(cron: Cron, now: number, zone: string): number | null {
  const unit = cron.expression.trim().split(/\s+/).length > 5 ? 1 : 60;
  const from = epochToWall(now + unit, zone);
  const wall = wallTimesAfter(cron, from - (from % unit) - 1).next().value;
  return wall === undefined ? null : croniterShift(wallToEpochAfterGap(wall, zone), now, zone);
}

/**
 * croniter's "DST handling" of an aware result (`_get_next` at 1.3.5): where it has another offset than the
 * start and lies beyond the coming midnight, it is moved by the difference, although its wall time was right.
 */
function croniterShift(at: number, now: number, zone: string): number {
  const lag = offsetAt(at, zone) - offsetAt(now, zone);
  if (lag === 0) return at;
  const start = epochToWall(now, zone);
  const ahead = epochToWall(at, zone) - start;
  const hour = Math.floor((((start % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) / HOUR_SECONDS);
  const beyond = Math.abs(ahead) + Math.max(0, -lag) >= (24 - hour) * HOUR_SECONDS;
  return beyond ? wallToEpochAfterGap(epochToWall(at, zone) - lag, zone) : at;
}
