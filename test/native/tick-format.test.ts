import { describe, expect, it } from 'vitest';
import { pickleCall } from '../../src/legacy/pickle/index.js';
import { tickFields } from '../../src/native/occurrence.js';
import { runPython } from '../../src/world/engines/processes.js';
import { ALL_PAIRS, DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { PY_DIR } from '../support/paths.js';
import { useRealParts } from '../support/realParts.js';

interface Seen {
  readonly made: Readonly<Record<string, unknown>>;
  readonly stored: Readonly<Record<string, unknown>>;
  readonly call: Readonly<Record<string, unknown>>;
}

const pairs = process.env.MIGRATE_SCHEDULER_WIDE ? ALL_PAIRS : DEFAULT_PAIRS;

describe.each(pairs)('the armed job of a series, rq $rq', (pair) => {
  const real = useRealParts(pair);

  it.each(['pickle', 'json'] as const)('is what RQ itself would write, as %s', async (serializer) => {
    const tick = { series: 'poll', slot: 1_900_000_000, queue: 'low', description: 'polls' };
    const fields = tickFields({ ...tick, serializer, module: 'rq_recurring' }, Date.now() / 1000, pickleCall);
    await real.client.hset(
      'rq:job:poll-1900000000',
      new Map([...fields].map(([k, v]) => [k, Buffer.from(v)])),
    );
    const { made, stored, call } = await runPython<Seen>({
      venv: real.venv,
      script: `${PY_DIR}/tick_fields.py`,
      args: [real.url],
      input: { ...tick, id: 'poll-1900000000', serializer },
    });
    const { created_at: _, ...expected } = made;
    expect(stored).toMatchObject(expected);
    expect(Object.keys(stored).sort()).toEqual(Object.keys(made).sort());
    // What newer releases add is empty.
    for (const name of Object.keys(made)) if (made[name] !== '') expect([...fields.keys()]).toContain(name);
    for (const name of fields.keys()) expect(Object.keys(made)).toContain(name);
    expect(call).toEqual({ func: 'rq_recurring.tick', args: ['poll', 1_900_000_000], kwargs: {}, meta: {} });
  });
});
