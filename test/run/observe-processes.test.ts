import { describe, expect, it } from 'vitest';
import { formatUtc } from '../../src/native/parse.js';
import { seeWorkers } from '../../src/run/observe-processes.js';

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
