import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { DEFAULT_PAIRS, GUIDE_PAIR, type VersionPair } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';
import { cutover } from './cutover.js';
import { type CutoverLine, cutoverDocument, cutoverTable } from './cutover-table.js';

/** Old worlds whose rq is too old for the tool: the workers are on the guide's pair already, as in a rolling upgrade. */
const OLD: readonly VersionPair[] = [
  { rq: '1.10.1', rqScheduler: '0.9.1' },
  { rq: '1.10.1', rqScheduler: '0.10.0' },
  { rq: '1.10.1', rqScheduler: '0.11.0' },
];
/** What was current when those came out; later majors break them. */
const OF_THEIR_TIME = ['redis<5', 'click<8.1', 'croniter<2'];

const WIDE = Boolean(process.env.MIGRATE_SCHEDULER_WIDE);

describe('a cutover while rqscheduler, its clients and native workers live', () => {
  const history: CutoverLine[] = [];

  async function prove(pair: VersionPair, native: VersionPair, extras: readonly string[]) {
    const old = await ensureVenv({ cacheDir: TEST_CACHE, ...pair, extras });
    const result = await cutover({
      old,
      native: await ensureVenv({ cacheDir: TEST_CACHE, ...native }),
      rqVersion: native.rq,
      ...{ clients: 3, seconds: 60, rate: 20, horizon: 12, migrateAfter: 12, quiet: 3 },
    });
    history.push({ old: pair, workers: native, result });
    expect({ wrong: result.wrong, duplicates: result.duplicates, lost: result.lost }).toEqual({
      ...{ wrong: [], duplicates: 0, lost: 0 },
    });
    expect(result.jobs).toBeGreaterThan(2000);
    expect(result.moved.following).toBeGreaterThan(100);
    expect(result.exitCode).toBe(0);
  }

  it.each(DEFAULT_PAIRS)('rq $rq', (pair) => prove(pair, pair, []));

  it.skipIf(!WIDE).each(OLD)('rq-scheduler $rqScheduler on rq $rq, workers upgraded', (pair) =>
    prove(pair, GUIDE_PAIR, OF_THEIR_TIME),
  );

  afterAll(() => {
    process.stdout.write(`\n${cutoverTable(history)}\n`);
    if (history.length === DEFAULT_PAIRS.length + OLD.length) {
      writeFileSync(`${ROOT}docs/cutover.md`, cutoverDocument(history));
    }
  });
});
