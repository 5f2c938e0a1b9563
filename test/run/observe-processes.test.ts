import { describe, expect, it } from 'vitest';
import { formatUtc } from '../../src/native/parse.js';
import { parseScheduler, parseWorker } from '../../src/native/worker.js';
import { type ProcessLook, seeWorkers, sparesOf } from '../../src/run/observe-processes.js';

const NOW = 1_800_000_000;

describe('a worker', () => {
  const alive = (beatAt: number, pttl: number, more: Record<string, string> = {}) => {
    const fields = new Map(Object.entries({ queues: 'q', last_heartbeat: formatUtc(beatAt), ...more }));
    return seeWorkers([{ key: 'rq:worker:w', name: 'w', fields, pttl }], NOW).map((worker) => worker.alive);
  };

  it('is alive as long as its hash has not expired, whatever its --worker-ttl', () => {
    expect(alive(NOW - 100, 380_000)).toEqual([true]);
    // --worker-ttl 1800 beats every 1785 s.
    expect(alive(NOW - 1700, 160_000)).toEqual([true]);
    expect(alive(NOW - 1, 59_000, { death: formatUtc(NOW - 1) })).toEqual([false]);
    expect([alive(NOW - 100, -1), alive(NOW - 1000, -1)]).toEqual([[true], [false]]);
  });
});

describe('a spare worker', () => {
  it('is no busy scheduler because the one that has just died beat a moment ago', () => {
    const bytes = (fields: Record<string, string>) =>
      new Map(Object.entries(fields).map(([name, value]) => [name, Buffer.from(value)]));
    const beat = { hostname: 'h', queues: 'q', last_heartbeat: formatUtc(NOW - 3) };
    const scheduler = parseScheduler('rq:scheduler:one', bytes(beat));
    const worker = parseWorker('rq:worker:w', bytes(beat));
    if (!scheduler || !worker) throw new Error('unreadable');
    const look: ProcessLook = {
      ...{ at: NOW, cron: [], host: { host: 0, uncertainty: 0 } },
      ...{ workers: [{ ...worker, pttl: 400_000 }], schedulers: [scheduler] },
    };
    const spares = (value: string) =>
      sparesOf('q', { value, pttl: 1000, at: NOW }, look).map(({ schedules }) => schedules);
    expect([spares('one'), spares('another')]).toEqual([[false], [true]]);
  });
});
