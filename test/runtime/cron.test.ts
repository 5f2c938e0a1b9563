import { describe, expect, it } from 'vitest';
import { ALL_PAIRS, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { interpreterOf, runProgram, WIDE } from './py.js';

describe.each(WIDE ? ALL_PAIRS : [NEWEST_PAIR])('cron times beside rq $rq', (pair) => {
  it('equal those of crontab and croniter', { timeout: 1_800_000 }, async () => {
    const { code, output } = await runProgram(await interpreterOf(pair), ['test_cron.py']);
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  });
});
