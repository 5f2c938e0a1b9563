import { expect, it } from 'vitest';
import { offsetAt, spansOf } from '../../../src/legacy/cron/clock.js';
import { randomFrom, ZONES } from './zone-cases.js';

function clock(zone: string): Intl.DateTimeFormat {
  const number = 'numeric';
  return new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    ...{ year: number, month: number, day: number, hour: number, minute: number, second: number },
  });
}

/** The offset by way of the digits that a clock shows. */
function shown(epoch: number, format: Intl.DateTimeFormat): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(epoch * 1000)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - epoch;
}

it('knows the offset of every zone', () => {
  const random = randomFrom(7);
  for (const zone of ZONES) {
    const format = clock(zone);
    for (let i = 0; i < 6; i++) {
      const epoch = Date.UTC(1975 + random(80), random(12), random(28)) / 1000 + random(86400);
      expect([zone, epoch, offsetAt(epoch, zone)]).toEqual([zone, epoch, shown(epoch, format)]);
    }
  }
});

it('knows changes of a clock to the second', () => {
  const [from, until] = [Date.UTC(2026, 0) / 1000, Date.UTC(2027, 0) / 1000];

  expect(spansOf('Europe/Berlin', from, until)).toEqual([
    { from, offset: 3600 },
    { from: Date.UTC(2026, 2, 29, 1) / 1000, offset: 7200 },
    { from: Date.UTC(2026, 9, 25, 1) / 1000, offset: 3600 },
  ]);
  expect(spansOf('Asia/Kolkata', from, until)).toEqual([{ from, offset: 19800 }]);
});

it('knows no zone that there is not', () => {
  expect(() => offsetAt(0, 'Mars/Olympus')).toThrow(RangeError);
});
