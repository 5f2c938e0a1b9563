import { describe, expect, it } from 'vitest';
import { ALL_PAIRS, NEWEST_PAIR } from '../../src/world/engines/versions.js';
import { runProgram, WIDE } from './py.js';

describe.each(WIDE ? ALL_PAIRS : [NEWEST_PAIR])('cron times beside rq $rq', (pair) => {
  it('equal those of crontab and croniter', { timeout: 1_800_000 }, async () => {
    const { code, stdout, stderr } = await runProgram(pair, 'test_cron.py');
    expect(`${stdout}${stderr}`).toMatch(/\nOK/);
    expect(code).toBe(0);
  });
});
