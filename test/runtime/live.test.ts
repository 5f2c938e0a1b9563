import { describe, expect, it } from 'vitest';
import { interpreterOf, RECURRING_PAIRS, runProgram } from './py.js';

describe.concurrent.each(RECURRING_PAIRS)('rq_recurring with workers on rq $rq', (pair) => {
  it('keeps every property', { timeout: 300_000 }, async () => {
    const { code, output } = await runProgram(await interpreterOf(pair), ['test_live.py']);
    expect(output).toContain(` rq ${pair.rq}\n`);
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  });
});
