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

  it('give UTC its plain name', () => {
    expect(ask({ score: UTC, candidates: ['Etc/UTC'] })).toMatchObject({
      ok: true,
      zone: 'UTC',
      conclusive: true,
    });
  });
});

describe('the score alone', () => {
  it('does not name a zone other than UTC', () => {
    expect(ask({})).toMatchObject({ ok: false, code: 'tz-ambiguous', offsets: [8 * HOUR] });
  });

  it('tells UTC, in winter not from London', () => {
    const summer = Date.parse('2026-07-01T03:00:00Z') / 1000;

    expect(ask({ score: summer })).toMatchObject({ ok: true, zone: 'UTC', how: 'score', conclusive: true });
    expect(ask({ score: UTC })).toMatchObject({ ok: true, zone: 'UTC', how: 'score', conclusive: false });
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

it('passes on why an expression is refused', () => {
  expect(ask({ expression: '0 3 * *' })).toMatchObject({ ok: false, code: 'cron-invalid' });
});
