import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { ensureVenv } from '../../src/world/engines/python-env.js';
import { ALL_PAIRS } from '../../src/world/engines/versions.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';
import { LONG_CASES, SHORT_CASES } from './cases.js';
import { runSession } from './session.js';
import { document, table, type VersionResult } from './table.js';

/** One second between two looks of RQ's scheduler, and what a look takes. */
const OPTIONS = { lead: 8, quiet: 6, allowed: 1.2, patience: 160 };

describe('recurring jobs, migrated and not', () => {
  const results = new Map<string, VersionResult>();

  it.concurrent.each(ALL_PAIRS)('rq $rq', async (pair) => {
    await ensureVenv({ cacheDir: TEST_CACHE, ...pair });
    const repeated = results.get(pair.rq)?.cases.flatMap(found) ?? [];
    const cases = await runSession(pair, [...SHORT_CASES, ...LONG_CASES], OPTIONS);
    results.set(pair.rq, { ...pair, cases, repeated });
    expect(cases.flatMap(found)).toEqual([]);
  });

  afterAll(() => {
    const versions = ALL_PAIRS.flatMap(({ rq }) => results.get(rq) ?? []);
    process.stdout.write(`\n${table(versions)}\n`);
    if (versions.length === ALL_PAIRS.length) writeFileSync(`${ROOT}docs/matrix.md`, document(versions));
  });
});

function found({
  name,
  problems,
}: {
  readonly name: string;
  readonly problems: readonly string[];
}): string[] {
  return problems.map((text) => `${name}: ${text}`);
}
