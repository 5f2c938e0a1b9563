import { describe, expect, it } from 'vitest';
import { inferZone, type ZoneQuestion } from '../../../src/legacy/cron/zone.js';

const HOUR = 3600;
/** 03:00 in Shanghai, 19:00Z; SEMANTICS §6. */
const SHANGHAI = 1795546800;
/** 03:00Z. */
const UTC = 1795489200;

function ask(question: Partial<ZoneQuestion>) {
  return inferZone({
    expression: '0 3 * * *',
    dialect: 'crontab',
    score: SHANGHAI,
    rqSchedulerVersion: '0.13.1',
    useLocalTimezone: false,
    candidates: [],
    option: null,
    ...question,
  });
}

describe('versions that read cron strings in UTC', () => {
  const old = { rqSchedulerVersion: '0.11.0', dialect: 'croniter', score: UTC } as const;

  it('need no zone', () => {
    expect(ask({ ...old, candidates: ['Asia/Shanghai'] })).toMatchObject({
      ok: true,
      zone: 'UTC',
      how: 'legacy-version',
      conclusive: true,
    });
  });

  it('are doubted where the score says otherwise', () => {
    expect(ask({ ...old, score: SHANGHAI })).toMatchObject({ ok: true, zone: 'UTC', conclusive: false });
  });

  it('read 0.11 with use_local_timezone by the host', () => {
    const answer = ask({ ...old, useLocalTimezone: true, score: SHANGHAI, candidates: ['Asia/Shanghai'] });

    expect(answer).toMatchObject({ ok: true, zone: 'Asia/Shanghai', how: 'candidate' });
  });
});

describe('--tz', () => {
  it('is taken where it fits the score', () => {
    expect(ask({ option: 'Asia/Shanghai' })).toMatchObject({
      ok: true,
      zone: 'Asia/Shanghai',
      how: 'option',
    });
  });

  it('is refused where it contradicts the score', () => {
    expect(ask({ option: 'Europe/Berlin' })).toMatchObject({
      ok: false,
      code: 'tz-contradicts-score',
      offsets: [8 * HOUR],
    });
  });

  it('is refused where it contradicts a version that knew UTC only', () => {
    const old = { rqSchedulerVersion: '0.10.0', dialect: 'croniter', score: UTC } as const;

    expect(ask({ ...old, option: 'Asia/Shanghai' })).toMatchObject({
      ok: false,
      code: 'tz-contradicts-score',
    });
  });

  it('is refused where there is no such zone', () => {
    expect(ask({ option: 'Mars/Olympus' })).toMatchObject({ ok: false, code: 'tz-unknown' });
  });

  it('is taken where the score was changed by hand and fits no zone', () => {
    expect(ask({ score: SHANGHAI + 7, option: 'Europe/Berlin' })).toMatchObject({
      ok: true,
      zone: 'Europe/Berlin',
      offsets: [],
    });
  });

  it('fits a time that the clock skipped', () => {
    // 02:30 does not exist in Berlin on 29 March 2026; rq-scheduler stored 00:30Z.
    const score = Date.parse('2026-03-29T00:30:00Z') / 1000;

    expect(ask({ expression: '30 2 * * *', score, option: 'Europe/Berlin' })).toMatchObject({ ok: true });
  });
});

describe('candidates', () => {
  it('are taken where one fits', () => {
    expect(ask({ candidates: ['Europe/Berlin', 'Asia/Shanghai', 'no zone'] })).toMatchObject({
      ok: true,
      zone: 'Asia/Shanghai',
      how: 'candidate',
      conclusive: true,
    });
  });

  it('count once where they keep the same time', () => {
    expect(ask({ candidates: ['Asia/Shanghai', 'Asia/Singapore', 'PRC'] })).toMatchObject({
      ok: true,
      zone: 'Asia/Shanghai',
    });
  });

  it('are ambiguous where two fit that differ later', () => {
    const score = Date.parse('2026-12-01T08:00:00Z') / 1000;
    const candidates = ['Europe/Berlin', 'Africa/Lagos'];

    expect(ask({ expression: '0 9 * * *', score, candidates })).toMatchObject({
      ok: false,
      code: 'tz-ambiguous',
      zones: candidates,
    });
  });

  it('are not conclusive where UTC would fit as well', () => {
    const question = { expression: '0 */8 * * *', score: UTC - 3 * HOUR, candidates: ['Asia/Shanghai'] };

    expect(ask(question)).toMatchObject({ ok: true, zone: 'Asia/Shanghai', conclusive: false });
  });

  it('give UTC its plain name, which in winter London fits as well', () => {
    expect(ask({ score: UTC, candidates: ['Etc/UTC'] })).toMatchObject({
      ok: true,
      zone: 'UTC',
      conclusive: false,
    });
  });
});

describe('the score alone', () => {
  it('does not name a zone other than UTC', () => {
    expect(ask({})).toMatchObject({ ok: false, code: 'tz-ambiguous', offsets: [8 * HOUR] });
  });

  it('tells UTC in winter not from London, in summer not from the Azores', () => {
    const summer = Date.parse('2026-07-01T03:00:00Z') / 1000;

    expect(ask({ score: UTC })).toMatchObject({ ok: false, code: 'tz-ambiguous' });
    expect(ask({ score: summer })).toMatchObject({ ok: false, code: 'tz-ambiguous' });
    const monthly = { expression: '0 0 1 * *', score: Date.parse('2026-08-01T00:00:00Z') / 1000 };
    expect(ask(monthly)).toMatchObject({ ok: false, code: 'tz-ambiguous' });
  });

  it('tells UTC where every zone that fits has the same times for ever', () => {
    // On the first of July the Azores, too, are at 00:00 UTC, each year.
    const yearly = { expression: '0 0 1 7 *', score: Date.parse('2026-07-01T00:00:00Z') / 1000 };

    expect(ask(yearly)).toMatchObject({ ok: true, zone: 'UTC', how: 'score', conclusive: true, doubts: [] });
  });

  it('tells an hourly job, though not from a zone half an hour away in winter', () => {
    const southernSummer = { expression: '0 * * * *', score: Date.parse('2026-12-01T04:00:00Z') / 1000 };
    const winter = { ...southernSummer, score: Date.parse('2026-07-01T04:00:00Z') / 1000 };

    expect(ask(southernSummer)).toMatchObject({
      ok: true,
      zone: 'UTC',
      conclusive: false,
      doubts: ['Australia/Lord_Howe'],
    });
    expect(ask(winter)).toMatchObject({ ok: true, zone: 'UTC', conclusive: false, doubts: [] });
  });

  it('does not tell a stepped hour from others', () => {
    expect(ask({ expression: '0 */6 * * *', score: UTC - 3 * HOUR })).toMatchObject({
      ok: false,
      code: 'tz-ambiguous',
      offsets: [-12, -6, 0, 6, 12].map((hours) => hours * HOUR),
    });
  });

  it('suffices for an expression that is the same in every zone', () => {
    expect(ask({ expression: '*/5 * * * *', candidates: ['Europe/Berlin', 'Asia/Tokyo'] })).toMatchObject({
      ok: true,
      zone: 'UTC',
      how: 'score',
    });
  });

  it('proves nothing where it fits no zone', () => {
    expect(ask({ score: UTC + 7 })).toMatchObject({ ok: false, code: 'tz-ambiguous', offsets: [] });
  });

  it('knows offsets of half an hour', () => {
    const score = Date.parse('2026-11-23T21:30:00Z') / 1000;

    expect(ask({ score, candidates: ['Asia/Kolkata'] })).toMatchObject({ ok: true, zone: 'Asia/Kolkata' });
  });
});

describe('zones that are no whole hours away', () => {
  const tens = '10-50/10 * * * *';
  const at = (time: string) => Date.parse(time) / 1000;
  const wrongOnce: readonly (readonly [string, number])[] = [
    ['Asia/Kolkata', at('2026-11-24T04:40:00Z')],
    ['Asia/Kathmandu', at('2026-11-24T04:25:00Z')],
    ['Australia/Lord_Howe', at('2026-06-24T23:40:00Z')],
    ['Asia/Tehran', at('2026-11-24T06:40:00Z')],
  ];

  it.each(wrongOnce)('%s is asked for, never taken for UTC', (_, score) => {
    expect(ask({ expression: tens, score })).toMatchObject({ ok: false, code: 'tz-ambiguous' });
  });

  it.each(wrongOnce)('%s is taken where it is the one candidate that fits', (zone, score) => {
    const candidates = [zone, 'no zone'];

    expect(ask({ expression: tens, score, candidates })).toMatchObject({ ok: true, zone, how: 'candidate' });
  });

  it.each(wrongOnce)('%s beside UTC is asked for where both fit, else taken', (zone, score) => {
    const answer = ask({ expression: tens, score, candidates: ['UTC', zone] });

    const both = { ok: false, code: 'tz-ambiguous', zones: ['UTC', zone] };
    const one = { ok: true, zone, how: 'candidate' };
    expect(answer).toMatchObject(zone === 'Asia/Kathmandu' ? one : both);
  });
});

it('passes on why an expression is refused', () => {
  expect(ask({ expression: '0 3 * *' })).toMatchObject({ ok: false, code: 'cron-invalid' });
});
