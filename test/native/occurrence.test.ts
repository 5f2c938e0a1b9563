import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pickleCall, pyDict, pyTuple, readPickle } from '../../src/legacy/pickle/index.js';
import { type FieldValue, firstOccurrence, type SeriesDefinition } from '../../src/native/occurrence.js';
import { runFields } from '../../src/native/run-mode.js';

const SERIES: SeriesDefinition = {
  series: 'nightly',
  job: 'nightly',
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
const TICK = { description: 'report(1)', module: 'rq_recurring' };
const NOW = 1795462569.113773;

function original(extra: Record<string, string | Uint8Array> = {}): Map<string, Uint8Array> {
  const all = { created_at: '2026-11-01T00:00:00.000000Z', origin: 'default', result_ttl: '-1', ...extra };
  const fields = Object.entries(all).map(([k, v]): [string, Uint8Array] => [k, Buffer.from(v)]);
  return new Map([...fields, ['data', DATA]]);
}

const OPTIONS = {
  timeout: '900',
  result_ttl: '3600',
  failure_ttl: '60',
  ttl: '500',
  meta: Uint8Array.of(0x80, 0x05, 0xff),
  success_callback_name: 'tasks.done',
  success_callback_timeout: '60',
  enqueue_at_front: '1',
};

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
  const made = firstOccurrence({ ...SERIES, ...definition }, original(extra), TICK, NOW, pickleCall);
  return { made, job: pairs(made.jobFields), series: pairs(made.seriesFields) };
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

  it('calls tick with the slot, by the name under which workers import it', () => {
    const call = (module: string) => {
      const made = firstOccurrence(SERIES, original(), { ...TICK, module }, NOW, pickleCall);
      return readPickle(inflateSync(Buffer.from(pairs(made.jobFields).get('data') ?? '')));
    };
    for (const module of ['rq_recurring', 'app.jobs.rq_recurring']) {
      expect(call(module)).toEqual(pyTuple(`${module}.tick`, null, pyTuple('nightly', 1795489200), pyDict()));
    }
  });

  it('writes JSON for the JSON serializer', () => {
    const data = build({ serializer: 'json' }).job.get('data');
    expect(JSON.parse(inflateSync(Buffer.from(data ?? '')).toString())).toEqual([
      'rq_recurring.tick',
      null,
      ['nightly', 1795489200],
      {},
    ]);
  });

  it('makes the hash of a scheduled tick, with fresh times and nothing of the real job but its description', () => {
    const { job } = build({}, OPTIONS);
    expect(job.get('created_at')).toBe('2026-11-23T19:36:09.113773Z');
    expect(Object.fromEntries([...job].filter(([name, value]) => name !== 'data' && value !== ''))).toEqual({
      status: 'scheduled',
      created_at: '2026-11-23T19:36:09.113773Z',
      origin: 'reports',
      timeout: '180',
      description: 'report(1)',
      result_ttl: '0',
      enqueue_at_front: '1',
      retries_left: '3',
    });
  });

  it('keeps in the series what the real job has', () => {
    const { series } = build({}, OPTIONS);
    for (const [name, value] of Object.entries(OPTIONS)) {
      expect(Buffer.from(series.get(name) ?? '')).toEqual(Buffer.from(value));
    }
    const none = build({}, { enqueue_at_front: '0', failure_callback_name: '' }).series;
    expect([none.has('enqueue_at_front'), none.has('failure_callback_name')]).toEqual([false, false]);
  });

  it('defines an endless interval series', () => {
    const { series } = build();
    expect(Object.fromEntries([...series].map(([k, v]) => [k, typeof v === 'string' ? v : [...v]]))).toEqual({
      version: '2',
      job: 'nightly',
      listed_in: 'migrate-scheduler:scheduled_jobs',
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
    expect(() => firstOccurrence(SERIES, new Map(), TICK, NOW, pickleCall)).toThrow(RangeError);
  });
});

describe('runFields', () => {
  const run = (serializer: 'pickle' | 'json', extra = {}) =>
    runFields(
      { series: 'nightly', slot: 1795489200, queue: 'reports', serializer, module: 'app.rq_recurring' },
      original(extra),
      NOW,
      pickleCall,
    );

  it('calls run with the original data untouched; JSON has it as base64', () => {
    expect(readPickle(inflateSync(Buffer.from(run('pickle').get('data') ?? '')))).toEqual(
      pyTuple('app.rq_recurring.run', null, pyTuple('nightly', 1795489200, new Uint8Array(DATA)), pyDict()),
    );
    expect(JSON.parse(inflateSync(Buffer.from(run('json').get('data') ?? '')).toString())).toEqual([
      'app.rq_recurring.run',
      null,
      ['nightly', 1795489200, 'eJwA/w=='],
      {},
    ]);
  });

  it('carries what is set for each run', () => {
    const job = run('pickle', OPTIONS);
    for (const [name, value] of Object.entries(OPTIONS)) {
      expect(Buffer.from(job.get(name) ?? '')).toEqual(Buffer.from(value));
    }
    const plain = run('pickle', {
      status: 'finished',
      enqueued_at: '2026-11-01T00:00:00Z',
      enqueue_at_front: '0',
    });
    expect(plain.get('status')).toBe('scheduled');
    for (const absent of ['enqueued_at', 'result_ttl', 'ttl', 'failure_ttl', 'meta', 'enqueue_at_front']) {
      expect(plain.has(absent)).toBe(false);
    }
  });

  it('refuses an original without data', () => {
    const parts = { series: 's', slot: 1, queue: 'q', serializer: 'pickle', module: 'rq_recurring' } as const;
    expect(() => runFields(parts, new Map(), NOW, pickleCall)).toThrow(RangeError);
  });
});
