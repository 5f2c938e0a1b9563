import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { type Case, ENDLESS, FAILING, seedOf, THREE, TWO_WORKERS } from '../matrix/cases.js';
import { runSession } from '../matrix/session.js';
import { openSide } from '../matrix/side.js';
import { type RollbackDocument, until } from '../support/cli.js';
import { LEGACY, nativeKey, scores } from '../support/redisContents.js';

/**
 * A part of `npm run test:matrix`. Here a run may be late by what a busy machine makes it, but never early, never
 * missing, never double. A machine that stalls for a whole interval makes a series skip a slot: once more then.
 */
const OPTIONS = { lead: 7, quiet: 3, allowed: 10, patience: 30 };

describe('recurring jobs, migrated, beside the real rq-scheduler', () => {
  it.concurrent.each(DEFAULT_PAIRS)(
    'as many runs, at their times, with the same arguments: rq $rq',
    { retry: 1 },
    async (pair) => {
      const results = await runSession(pair, [ENDLESS, THREE, FAILING, TWO_WORKERS], OPTIONS);
      expect(results.flatMap(({ name, problems }) => problems.map((text) => `${name}: ${text}`))).toEqual([]);
      const seen = results.map(({ native, legacy }) => [native.seen, legacy.seen]);
      expect(seen.slice(1)).toEqual([
        [3, 3],
        [3, 3],
        [5, 5],
      ]);
      expect(results[0]?.native.seen).toBeGreaterThan(3);
    },
  );
});

describe('rollback of series, with a worker at work', () => {
  // An entry due within two seconds is left to the worker's scheduler: longer intervals than that.
  const counted: Case = { ...THREE, id: 'counted', interval: 4, repeat: 5, total: 5, args: ['eu', 1] };
  const endless: Case = { ...ENDLESS, interval: 5 };
  const over: Case = { ...THREE, id: 'over', repeat: 1, total: 1 };

  it.concurrent.each(DEFAULT_PAIRS)(
    'brings back what is left, on the grid, and no more: rq $rq',
    async (pair) => {
      const side = await openSide(pair);
      const runsOf = async ({ id }: Case) => (await side.runs()).filter(({ args }) => args[0] === id);
      try {
        await side.worker('many', true);
        const start = Math.ceil(Date.now() / 1000) + 4;
        const seeded = await side.seed([counted, over, endless].map((one) => seedOf(one, start)));
        await side.tool('run');
        expect(await side.client.exists(LEGACY)).toBe(0);
        await until(async () => (await runsOf(counted)).length >= 2 && (await runsOf(over)).length === 1);

        const back = await side.tool<RollbackDocument>('rollback');
        expect(back.jobs).toEqual({ restored: 2, alreadyRun: 1, missing: 0 });
        const waiting = await scores(side.client, LEGACY);
        expect(Object.keys(waiting).sort()).toEqual([counted.id, endless.id]);
        for (const { id, interval } of [counted, endless]) {
          const moved = (waiting[id] ?? 0) - (seeded.find((one) => one.id === id)?.score ?? 0);
          expect([id, moved > 0, moved % interval]).toEqual([id, true, 0]);
        }
        expect(await side.client.exists('migrate-scheduler:series', nativeKey('many'))).toBe(0);

        // From here on only rq-scheduler can make runs, and it counts.
        const before = await side.runs();
        await side.scheduler();
        await until(async () => (await runsOf(counted)).length >= 5);
        await delay(1.5 * counted.interval * 1000);
        const runs = await runsOf(counted);
        expect(runs.map(({ args }) => args)).toEqual(Array(5).fill(['counted', 'eu', 1]));
        expect(await runsOf(over)).toHaveLength(1);
        const later = (await side.runs()).slice(before.length);
        expect(new Set(later.map(({ id }) => id))).toEqual(new Set([counted.id, endless.id]));
      } finally {
        await side.stop();
      }
    },
  );
});
