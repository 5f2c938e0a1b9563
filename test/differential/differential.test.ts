import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAIRS, type VersionPair } from '../../src/world/engines/versions.js';
import { ROOT } from '../support/paths.js';
import { openSide, PROGRAMS, type Side, type Trace } from './side.js';
import { type Difference, differencesOf, unnamed } from './traces.js';

const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const WIDE_PAIRS: readonly VersionPair[] = [
  { rq: '1.16.2', rqScheduler: '0.13.1' },
  { rq: '2.0.0', rqScheduler: '0.14.0' },
  { rq: '2.6.1', rqScheduler: '0.14.0' },
  { rq: '2.12.0', rqScheduler: '0.14.0' },
];

const NAMED = JSON.parse(
  readFileSync(`${ROOT}test/differential/differences.json`, 'utf8'),
) as readonly Difference[];
const NAMES = readdirSync(PROGRAMS)
  .filter((name) => name.endsWith('.py') && name !== 'jobs.py')
  .map((name) => name.slice(0, -3));
const ALONE = NAMES.filter((name) => name.startsWith('alone_'));
const TOGETHER = NAMES.filter((name) => !name.startsWith('alone_'));

/** The queues of each worker of the programs that share a database; `one` has a single worker, `horse` one that forks. */
const CREW = [['default', 'low', 'high'], ['default', 'low', 'two'], ['default', 'two'], ['one'], ['horse']];
const DATABASE = { together: 0, alone: 1 };

async function tracesOf(side: Side): Promise<Record<string, Trace>> {
  await Promise.all([
    ...CREW.map((queues) => side.worker(queues, { simple: !queues.includes('horse') })),
    side.worker(['default'], { database: DATABASE.alone, simple: true }),
    side.scheduler(DATABASE.together),
    side.scheduler(DATABASE.alone),
  ]);
  const [together, alone] = await Promise.all([
    side.drive('together', TOGETHER, DATABASE.together),
    side.drive('alone', ALONE, DATABASE.alone),
  ]);
  return { ...together, ...alone };
}

describe.each(WIDE ? [...DEFAULT_PAIRS, ...WIDE_PAIRS] : DEFAULT_PAIRS)(
  'the same programs on rq $rq under rq-scheduler $rqScheduler and under rq_recurring',
  (pair) => {
    it('see the same and run the same', { timeout: 240_000 }, async () => {
      const opened = await Promise.allSettled([openSide('rq_scheduler', pair), openSide('rq_recurring', pair)]);
      const sides = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      try {
        const [theirSide, ourSide] = sides;
        if (!theirSide || !ourSide) throw opened.find((one) => one.status === 'rejected')?.reason;
        const [theirs, ours] = await Promise.all([tracesOf(theirSide), tracesOf(ourSide)]);
        const found = NAMES.map((name) => {
          const both = differencesOf(theirs[name] ?? [], ours[name] ?? []);
          return [name, unnamed(name, pair.rq, both, NAMED)] as const;
        });
        if (process.env.DEBUGDIFF) for (const [n, l] of found) for (const f of l) process.stdout.write(`DIFF ${pair.rq} ${n} ${f.at} THEIRS ${JSON.stringify(f.theirs)} OURS ${JSON.stringify(f.ours)}\n`);
        expect(Object.fromEntries(found.filter(([, list]) => list.length > 0))).toEqual({});
      } finally {
        await Promise.all(sides.map((side) => side.stop()));
      }
    });
  },
);
