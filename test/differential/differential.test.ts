import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_PAIRS,
  GUIDE_PAIR,
  NEWEST_PAIR,
  type VersionPair,
} from '../../src/world/engines/versions.js';
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

/** The queues of each worker of the programs that share a database; `one` and `later` have a single worker, `horse` one that forks. */
const CREW = [
  ['default', 'low', 'high'],
  ['two', 'default', 'low'],
  ['two', 'default'],
  ['one'],
  ['later'],
  ['horse'],
];
const DATABASE = { together: 0, alone: 1 };

/** Seconds for Python to start and the programs to register their first jobs, on a machine that may be busy. */
const LEAD = 8;

async function startCrew(side: Side): Promise<void> {
  await Promise.all([
    ...CREW.map((queues) => side.worker(queues, { simple: !queues.includes('horse') })),
    side.worker(['default'], { database: DATABASE.alone, simple: true }),
    ...(side.which === 'rq_scheduler' ? Object.values(DATABASE).map((one) => side.scheduler(one)) : []),
  ]);
}

async function tracesOf(side: Side, start: number): Promise<Record<string, Trace>> {
  const [together, alone] = await Promise.all([
    side.drive(start, TOGETHER, DATABASE.together),
    side.drive('alone', ALONE, DATABASE.alone),
  ]);
  return { ...together, ...alone };
}

interface Place {
  readonly pair: VersionPair;
  readonly zone: string;
}

describe('the same programs under rq-scheduler and under rq_recurring', () => {
  const places = (pairs: readonly VersionPair[], zone = 'UTC') => pairs.map((pair) => ({ pair, zone }));
  // Two versions side by side: each mostly waits. More would make jobs late. A machine that stalls gets a second try.
  const groups: readonly (readonly Place[])[] = [
    places(DEFAULT_PAIRS),
    ...(WIDE ? [places(WIDE_PAIRS.slice(0, 2)), places(WIDE_PAIRS.slice(2))] : []),
    ...(WIDE
      ? [places([GUIDE_PAIR], 'Asia/Shanghai').concat(places([NEWEST_PAIR], 'America/New_York'))]
      : []),
  ];

  it.each(
    groups.map((group) => [group.map(({ pair, zone }) => `${pair.rq} ${zone}`).join(', '), group] as const),
  )('see the same and run the same: rq %s', { timeout: 240_000, retry: 1 }, async (_name, group) => {
    const found = await Promise.all(group.map(differencesIn));
    expect(Object.assign({}, ...found)).toEqual({});
  });
});

/** What differs without being named, by version and program. */
async function differencesIn({ pair, zone }: Place): Promise<Record<string, unknown>> {
  const both = ['rq_scheduler', 'rq_recurring'] as const;
  const opened = await Promise.allSettled(both.map((which) => openSide(which, pair, zone)));
  const sides = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  try {
    const [theirSide, ourSide] = sides;
    if (!theirSide || !ourSide) throw opened.find((one) => one.status === 'rejected')?.reason;
    await Promise.all(sides.map(startCrew));
    const start = Math.ceil(Date.now() / 1000) + LEAD;
    const [theirs, ours] = await Promise.all([tracesOf(theirSide, start), tracesOf(ourSide, start)]);
    const found = NAMES.map((name) => {
      const list = differencesOf(theirs[name] ?? [], ours[name] ?? []);
      return [`rq ${pair.rq} ${zone}, ${name}`, unnamed(name, pair.rq, list, NAMED)] as const;
    });
    return Object.fromEntries(found.filter(([, list]) => list.length > 0));
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}
