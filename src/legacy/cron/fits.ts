import { allZones, spansOf } from './clock.js';
import { type Cron, matchesWall } from './expression.js';
import { nextFireTimes } from './fire-times.js';
import { epochToWall } from './wall.js';

/** Before a score was computed, a clock may have stood otherwise. */
const LOOK_BACK = 400 * 86400;
/** Nearer than this a clock's change may matter to one time. */
const NEAR = 2 * 86400;
/** Scores outside of this are no times that anybody meant, and no zone is looked for. */
const [EARLIEST, LATEST] = [0, Date.UTC(2100, 0) / 1000];
const QUARTER = 900;
/** Offsets in use reach from -12 to +14 hours in quarters of an hour. */
const OFFSETS = Array.from({ length: 26 * 4 + 1 }, (_, index) => -12 * 3600 + index * QUARTER);

/**
 * The offsets from UTC, in seconds, at which the score is a time of the expression. Those a day apart cannot
 * be told from each other.
 */
export function matchingOffsets(cron: Cron, score: number): number[] {
  return OFFSETS.filter((offset) => matchesWall(cron, Math.floor(score) + offset));
}

/** Could rq-scheduler, in that zone, have computed the score, the skipped hour of a clock change included? */
export function fitsScore(cron: Cron, score: number, zone: string): boolean {
  const at = Math.floor(score);
  if (at < EARLIEST || at > LATEST) return false;
  if (nextFireTimes(cron, at - 1, zone, 1)[0] === at) return true;
  return (
    cron.dialect === 'croniter' &&
    lagsOf(zone, at).some((lag) => matchesWall(cron, epochToWall(at, zone) + lag))
  );
}

/**
 * By how much croniter may have moved a time that it computed before a change of the clock (see `nextFireTimes`);
 * twice as much where the moved time is one that the clock skips.
 */
function lagsOf(zone: string, at: number): number[] {
  const offsets = spansOf(zone, at - LOOK_BACK, at + NEAR).map(({ offset }) => offset);
  const lags = new Set(
    offsets.flatMap((one) => offsets.flatMap((other) => [one - other, 2 * (one - other)])),
  );
  return [...lags].filter((lag) => lag !== 0);
}

/**
 * Every zone of the database that could have produced the score, one of each set of zones whose clocks go alike up to
 * `until`; none where the score was set by hand (`change_execution_time`).
 */
export function zonesThatFit(cron: Cron, score: number, until: number): readonly string[] {
  const at = Math.floor(score);
  if (at < EARLIEST || at > LATEST) return [];
  const known = new Map<string, boolean>();
  return distinctClocks(at - LOOK_BACK, until).filter((zone) => {
    const clock = clockAround(cron, at, zone);
    const fits = known.get(clock) ?? fitsScore(cron, score, zone);
    known.set(clock, fits);
    return fits;
  });
}

/** All of a zone's clock that `fitsScore` depends on. */
function clockAround(cron: Cron, at: number, zone: string): string {
  const from = cron.dialect === 'croniter' ? at - LOOK_BACK : at - NEAR;
  return spansOf(zone, from, at + NEAR)
    .map((span) => `${span.from} ${span.offset}`)
    .join();
}

const YEAR_SECONDS = 366 * 86400;
const distinct = new Map<string, readonly string[]>();

/** The zones without those whose clock goes as an earlier one's; worked out for whole years. */
function distinctClocks(from: number, until: number): readonly string[] {
  const [first, last] = [Math.floor(from / YEAR_SECONDS), Math.ceil(until / YEAR_SECONDS)];
  const key = `${first} ${last}`;
  let zones = distinct.get(key);
  if (zones === undefined) {
    const kept = new Map<string, string>();
    for (const zone of allZones()) {
      const clock = JSON.stringify(spansOf(zone, first * YEAR_SECONDS, last * YEAR_SECONDS));
      if (!kept.has(clock)) kept.set(clock, zone);
    }
    zones = [...kept.values()];
    distinct.set(key, zones);
  }
  return zones;
}
