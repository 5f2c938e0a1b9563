import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pickleCall, pyDict, pyTuple, readPickle } from '../../src/legacy/pickle/index.js';
import { type FieldValue, firstOccurrence, type SeriesDefinition } from '../../src/native/occurrence.js';

const SERIES: SeriesDefinition = {
  series: 'nightly',
  queue: 'reports',
  kind: 'interval',
  interval: 3600,
  cron: null,
  tz: 'UTC',
  dialect: 'crontab',
  anchor: 1795489200,
  remaining: null,
  slot: 1795489200,
  serializer: 'pickle',
  func: 'tasks.report',
  legacyId: 'nightly',
};
const DATA = Uint8Array.of(0x78, 0x9c, 0x00, 0xff);
const NOW = 1795462569.113773;

function original(extra: Record<string, string | Uint8Array> = {}): Map<string, Uint8Array> {
  const all = { created_at: '2026-11-01T00:00:00.000000Z', origin: 'default', result_ttl: '-1', ...extra };
  const fields = Object.entries(all).map(([k, v]): [string, Uint8Array] => [k, Buffer.from(v)]);
  return new Map([...fields, ['data', DATA]]);
}

function pairs(flat: readonly FieldValue[]): Map<string, FieldValue> {
  const map = new Map<string, FieldValue>();
  for (let i = 0; i < flat.length; i += 2) {
    const name = String(flat[i]);
    expect(map.has(name)).toBe(false);
    map.set(name, flat[i + 1] ?? 'missing');
  }
  return map;
}

function build(definition: Partial<SeriesDefinition> = {}, extra: Record<string, string | Uint8Array> = {}) {
  const made = firstOccurrence({ ...SERIES, ...definition }, original(extra), NOW, pickleCall);
  return { made, job: pairs(made.jobFields), series: pairs(made.seriesFields) };
}

function textOf(value: FieldValue | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString();
}

describe('firstOccurrence', () => {
  it('names keys, id and score', () => {
    expect(build().made).toMatchObject({
      jobId: 'nightly-1795489200',
      jobKey: 'rq:job:nightly-1795489200',
      registryKey: 'rq:scheduled:reports',
      score: 1795489200,
      seriesKey: 'migrate-scheduler:series:nightly',
    });
  });

  it('calls rq_recurring.run with the original data untouched', () => {
    const data = build().job.get('data');
    const call = readPickle(inflateSync(Buffer.from(data ?? '')));
    expect(call).toEqual(
      pyTuple('rq_recurring.run', null, pyTuple('nightly', 1795489200, new Uint8Array(DATA)), pyDict()),
    );
  });

  it('writes JSON with base64 for the JSON serializer', () => {
    const data = build({ serializer: 'json' }).job.get('data');
    expect(JSON.parse(inflateSync(Buffer.from(data ?? '')).toString())).toEqual([
      'rq_recurring.run',
      null,
      ['nightly', 1795489200, 'eJwA/w=='],
      {},
    ]);
  });

  it('makes the job hash of a scheduled job, with fresh times', () => {
    const { job } = build(
      {},
      { description: 'report()', enqueued_at: '2026-11-01T00:00:00Z', status: 'finished' },
    );
    expect(job.get('status')).toBe('scheduled');
    expect(job.get('created_at')).toBe('2026-11-23T19:36:09.113773Z');
    expect(job.get('origin')).toBe('reports');
    expect(job.get('timeout')).toBe('180');
    expect(textOf(job.get('description'))).toBe('report()');
    for (const absent of ['enqueued_at', 'result_ttl', 'ttl', 'failure_ttl', 'meta', 'enqueue_at_front']) {
      expect(job.has(absent)).toBe(false);
    }
  });

  it('carries options of the original to the job and to the series', () => {
    const extra = {
      timeout: '900',
      result_ttl: '3600',
      failure_ttl: '60',
      ttl: '500',
      meta: Uint8Array.of(0x80, 0x05, 0xff),
      success_callback_name: 'tasks.done',
      success_callback_timeout: '60',
      enqueue_at_front: '1',
    };
    const { job, series } = build({}, extra);
    for (const [name, value] of Object.entries(extra)) {
      expect(Buffer.from(job.get(name) ?? '')).toEqual(Buffer.from(value));
      expect(Buffer.from(series.get(name) ?? '')).toEqual(Buffer.from(value));
    }
  });

  it('drops front and callbacks that are not set', () => {
    const { job, series } = build({}, { enqueue_at_front: '0', failure_callback_name: '' });
    expect(job.has('enqueue_at_front')).toBe(false);
    expect(series.has('enqueue_at_front')).toBe(false);
    expect(series.has('failure_callback_name')).toBe(false);
    expect(job.get('failure_callback_name')).toBe('');
  });

  it('defines an endless interval series', () => {
    const { series } = build();
    expect(Object.fromEntries([...series].map(([k, v]) => [k, typeof v === 'string' ? v : [...v]]))).toEqual({
      version: '1',
      kind: 'interval',
      interval: '3600',
      cron: '',
      tz: 'UTC',
      dialect: 'crontab',
      anchor: '1795489200',
      remaining: '',
      slot: '1795489200',
      job_id: 'nightly-1795489200',
      queue: 'reports',
      timeout: '',
      result_ttl: '',
      failure_ttl: '',
      ttl: '',
      description: '',
      func: 'tasks.report',
      data: [...DATA],
      serializer: 'pickle',
      legacy_id: 'nightly',
      created_at: '1795462569',
      state: 'active',
    });
  });

  it('defines a counted cron series', () => {
    const { series } = build({
      kind: 'cron',
      interval: null,
      cron: '0 3 * * *',
      tz: 'Asia/Shanghai',
      dialect: 'croniter',
      remaining: 3,
      legacyId: null,
    });
    expect(series.get('interval')).toBe('');
    expect(series.get('cron')).toBe('0 3 * * *');
    expect(series.get('tz')).toBe('Asia/Shanghai');
    expect(series.get('dialect')).toBe('croniter');
    expect(series.get('remaining')).toBe('3');
    expect(series.has('legacy_id')).toBe(false);
  });

  it('refuses a broken slot and an original without data', () => {
    expect(() => build({ slot: 1.5 })).toThrow(RangeError);
    expect(() => firstOccurrence(SERIES, new Map(), NOW, pickleCall)).toThrow(RangeError);
  });
});
