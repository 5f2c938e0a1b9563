import { offsetAt } from './clock.js';

/**
 * Wall-clock time of a zone and epoch seconds. A wall time is a number too: the epoch seconds of the same
 * digits read as UTC.
 */

const DAY_SECONDS = 86400;

/** What the wall clock shows at that moment. */
export function epochToWall(epoch: number, zone: string): number {
  return Math.floor(epoch) + offsetAt(epoch, zone);
}

/**
 * The moment of a wall time: the first of two where it occurs twice; where it is skipped, what a clock that
 * had not been changed would show (02:30 is an hour later than 01:30). So PEP 495 has it for `fold=0`, and so
 * does `rq_recurring`.
 */
export function wallToEpoch(wall: number, zone: string): number {
  const offsets = offsetsAround(wall, zone);
  const exact = offsets.map((offset) => wall - offset).filter((epoch) => epochToWall(epoch, zone) === wall);
  return exact.length > 0 ? Math.min(...exact) : wall - Math.min(...offsets);
}

/**
 * As `wallToEpoch`, but a skipped wall time is read by the clock already changed: 02:30 is then the moment at
 * which it shows 01:30. So do CPython's `astimezone` of a naive datetime and dateutil's `tzlocal`.
 */
export function wallToEpochAfterGap(wall: number, zone: string): number {
  const epoch = wallToEpoch(wall, zone);
  return epochToWall(epoch, zone) === wall ? epoch : wall - Math.max(...offsetsAround(wall, zone));
}

/** The offsets a day before and a day after: no zone changes its clock twice within so short a time. */
function offsetsAround(wall: number, zone: string): number[] {
  return [offsetAt(wall - DAY_SECONDS, zone), offsetAt(wall + DAY_SECONDS, zone)];
}
