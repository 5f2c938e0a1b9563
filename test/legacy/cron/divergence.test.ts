import { expect, it } from 'vitest';
import { type Divergence, divergence, horizonOf } from '../../../src/legacy/cron/divergence.js';
import { parseCron } from '../../../src/legacy/cron/expression.js';

function between(expression: string, a: string, b: string, time: string): Divergence {
  const parsed = parseCron(expression, 'crontab');
  if (!parsed.ok) throw new Error(parsed.detail);
  const after = Date.parse(time) / 1000;
  return divergence(parsed.cron, a, b, after, horizonOf(parsed.cron, after));
}

it.each([
  ['0 3 * * *', 'Asia/Shanghai', 'Asia/Singapore', '2026-12-01T19:00Z', 'none'],
  ['0 3 * * *', 'Asia/Shanghai', 'Asia/Tokyo', '2026-12-01T19:00Z', 'now'],
  // As today, until a clock changes.
  ['0 3 * * *', 'UTC', 'Europe/London', '2026-12-01T03:00Z', 'later'],
  ['0 0 1 * *', 'UTC', 'Atlantic/Azores', '2026-08-01T00:00Z', 'later'],
  // Always on the same side of the change.
  ['0 0 1 7 *', 'UTC', 'Atlantic/Azores', '2026-07-01T00:00Z', 'none'],
  // The 29th of March is before the change in one year and after it in another.
  ['0 3 29 3 *', 'UTC', 'Europe/London', '2025-03-29T03:00Z', 'later'],
  // The 25th of October is the last Sunday in one of eleven years.
  ['0 3 25 10 *', 'Africa/Lagos', 'Europe/London', '2027-10-25T02:00Z', 'later'],
  // A Monday, and in Ramadan, when the clock of Casablanca is that of UTC: not so six years later.
  ['*/10 1 15 1 mon', 'UTC', 'Africa/Casablanca', '2029-01-15T01:00Z', 'later'],
  ['0 */12 * * *', 'Etc/GMT-12', 'UTC', '2026-12-01T00:00Z', 'none'],
  ['0 */6 * * mon', 'Etc/GMT-6', 'UTC', '2026-12-01T00:00Z', 'now'],
  ['*/5 * * * *', 'UTC', 'Asia/Kathmandu', '2026-12-01T00:00Z', 'none'],
  ['*/10 * * * *', 'UTC', 'Asia/Kathmandu', '2026-12-01T00:00Z', 'now'],
  ['10-50/10 * * * *', 'UTC', 'Asia/Kolkata', '2026-11-24T04:40Z', 'now'],
  // The repeated hour runs once.
  ['*/5 * * * *', 'UTC', 'Europe/Berlin', '2026-12-01T00:00Z', 'changes'],
  ['*/30 * * * *', 'UTC', 'Australia/Lord_Howe', '2026-12-01T00:00Z', 'changes'],
  ['0 * * * *', 'UTC', 'Australia/Lord_Howe', '2026-12-01T00:00Z', 'later'],
  ['0 * * * *', 'UTC', 'Australia/Lord_Howe', '2026-07-01T00:00Z', 'now'],
  // Next in 2044: too little of it lies within what can be compared.
  ['0 0 29 2 mon', 'UTC', 'Europe/London', '2026-07-01T00:00Z', 'later'],
  // Nothing is left of it.
  ['0 3 * * * 2026', 'UTC', 'Europe/London', '2026-12-31T03:00Z', 'none'],
] as const)('"%s" in %s and %s after %s: %s', (expression, a, b, time, expected) => {
  expect(between(expression, a, b, time)).toBe(expected);
  expect(between(expression, b, a, time)).toBe(expected);
});
