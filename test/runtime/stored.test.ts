import { describe, expect, it } from 'vitest';
import { interpreterOf, RECURRING_PAIRS, runProgram } from './py.js';

describe.each(RECURRING_PAIRS)('rq_recurring on rq $rq', (pair) => {
  it('stores, lists, changes and ends what rq-scheduler did', { timeout: 300_000 }, async () => {
    const { code, output } = await runProgram(await interpreterOf(pair), ['run.py']);
    expect(output).toContain(` rq ${pair.rq}\n`);
    expect(output).toMatch(/\nOK/);
    expect(code).toBe(0);
  });
});
