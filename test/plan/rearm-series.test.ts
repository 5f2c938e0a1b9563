import { describe, expect, it } from 'vitest';
import { decodeJobData } from '../../src/legacy/job-data.js';
import { pickleCall } from '../../src/legacy/pickle/index.js';
import { callData } from '../../src/native/occurrence.js';
import { parseSeries } from '../../src/native/series.js';
import { nextSlot, occurrenceFields } from '../../src/plan/rearm-series.js';

const DATA = callData('tasks.poll', ['eu'], 'pickle', pickleCall);
const NOW = 1_900_000_000.5;

function seriesOf(fields: Record<string, string>) {
  const all = new Map(
    Object.entries(fields).map(([name, value]): [string, Uint8Array] => [name, Buffer.from(value)]),
  );
  all.set('data', DATA);
  return { series: parseSeries('poll', all), fields: all };
}

function armed(fields: Record<string, string>, lost: string | null) {
  const { series, fields: all } = seriesOf({ queue: 'low', func: 'tasks.poll', timeout: '900', ...fields });
  const lostData = lost === null ? null : callData(lost, ['poll', 1], 'pickle', pickleCall);
  const job = new Map(occurrenceFields(series, all, 1_900_000_060, lostData, NOW));
  const decoded = decodeJobData(new Uint8Array(Buffer.from(job.get('data') ?? '')));
  return { job, func: decoded.ok ? decoded.data.func : null };
}

describe('the armed job of a lost series', () => {
  it.each([
    ['2', 'app.rq_recurring.tick', 'app.rq_recurring.tick'],
    ['2', 'app.rq_recurring.run', 'app.rq_recurring.tick'],
    ['2', null, 'rq_recurring.tick'],
    ['2', 'tasks.run', 'rq_recurring.tick'],
    ['2', 'my_rq_recurring.run', 'rq_recurring.tick'],
    ['1', 'app.rq_recurring.run', 'app.rq_recurring.run'],
    ['1', null, 'rq_recurring.run'],
  ])('of version %s, the lost one being %s, calls %s', (version, lost, expected) => {
    expect(armed({ version }, lost).func).toBe(expected);
  });

  it('has what is set for the runs only where it is one itself', () => {
    expect(armed({ version: '1' }, null).job.get('timeout')).toEqual(Buffer.from('900'));
    const { job } = armed({ version: '2', description: 'polls' }, null);
    expect(job.get('timeout')).toBe('180');
    expect(Buffer.from(job.get('description') ?? '').toString()).toBe('polls');
  });
});

describe('when a single run goes on that waits for a tick', () => {
  it('is at its time, or at once when that is over', () => {
    const at = (slot: number) => nextSlot(seriesOf({ kind: 'once', slot: String(slot) }).series, NOW);
    expect(at(1_900_000_100)).toEqual({ ok: true, slot: 1_900_000_100 });
    expect(at(1_800_000_000)).toEqual({ ok: true, slot: 1_900_000_000 });
  });
});
