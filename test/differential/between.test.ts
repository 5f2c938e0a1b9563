import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startManaged } from '../../src/world/engines/managed.js';
import { DEFAULT_PAIRS, type VersionPair } from '../../src/world/engines/versions.js';
import { cli, until } from '../support/cli.js';
import { ROOT } from '../support/paths.js';
import { LEGACY } from '../support/redisContents.js';
import { type Action, openSide, type Side } from './side.js';

const now = () => Math.ceil(Date.now() / 1000);
const FAR = now() + 86_400;

interface Look {
  readonly count: number;
  readonly listed: readonly [string, number][];
  readonly args: Readonly<Record<string, readonly unknown[]>>;
  readonly in: readonly boolean[];
}

async function withSide(pair: VersionPair, use: (side: Side) => Promise<void>) {
  const side = await openSide('rq_recurring', pair);
  try {
    await use(side);
  } catch (error) {
    process.stderr.write(side.output());
    throw error;
  } finally {
    await side.stop();
  }
}

/** What an application with the swapped import does, while rqscheduler lives. */
const application = (side: Side, ...actions: Action[]) => side.act(actions);
const oldProcess = (side: Side, ...actions: Action[]) => side.act(actions, 'rq_scheduler');

async function look(side: Side, ...ids: string[]): Promise<Look> {
  const [seen] = await application(side, { do: 'look', ids });
  return seen as Look;
}

/** How often each token has run so far. */
async function runs({ client }: Side): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of await client.lrange('test:runs', 0, -1)) {
    const { token } = JSON.parse(line);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts;
}

const toolArgs = (side: Side, pair: VersionPair) => [
  ...['run', '--only', 'redis', '--skip-import-check', '--yes', '--format', 'json', '--tz', 'UTC'],
  ...['--project', side.project, '--redis-url', side.url()],
  ...['--rq-version', pair.rq, '--rq-scheduler-version', pair.rqScheduler],
];

/** The built tool in the background; the side ends it, as tests that run side by side have no hook for that. */
const startTool = (args: readonly string[]) =>
  startManaged(process.execPath, [`${ROOT}bin/migrate-scheduler.js`, ...args], { name: 'migrate-scheduler' });

describe.concurrent.each(DEFAULT_PAIRS)(
  'a swapped application over a schedule that is not moved yet, rq $rq',
  (pair) => {
    it('sees, cancels, moves and replaces what rq-scheduler holds', () =>
      withSide(pair, async (side) => {
        await side.scheduler();
        const ids = ['every', 'cron', 'once', 'late'];
        await oldProcess(
          side,
          { do: 'schedule', id: 'every', token: 'every', at: FAR, interval: 60 },
          { do: 'cron', id: 'cron', token: 'cron', expression: '0 0 1 1 *' },
          { do: 'enqueue_at', id: 'once', token: 'once', at: FAR + 1 },
          { do: 'enqueue_at', id: 'late', token: 'late', at: FAR + 3 },
        );
        await application(side, { do: 'schedule', id: 'own', token: 'own', at: FAR + 2, interval: 60 });
        const all = await look(side, ...ids, 'own', 'nobody');
        expect(all.in).toEqual([true, true, true, true, true, false]);
        expect(all.count).toBe(5);
        expect(all.listed.slice(0, 4)).toEqual([
          ['every', FAR],
          ['once', FAR + 1],
          ['own', FAR + 2],
          ['late', FAR + 3],
        ]);

        await application(side, { do: 'cancel', id: 'once' }, { do: 'move', id: 'every', at: FAR + 9 });
        const fewer = await look(side, 'once', 'every');
        expect(fewer.in).toEqual([false, true]);
        expect(fewer.listed.filter(([id]) => id === 'every')).toEqual([['every', FAR + 9]]);
        expect(await side.client.zscore(LEGACY, 'every')).toBe(`${FAR + 9}`);

        await application(
          side,
          { do: 'schedule', id: 'every', token: 'every', args: ['new'], at: FAR + 20, interval: 90 },
          { do: 'enqueue_at', id: 'cron', token: 'cron', at: FAR + 21 },
          { do: 'cron', id: 'late', token: 'late', expression: '0 0 1 1 *' },
        );
        expect(await side.client.exists(LEGACY)).toBe(0);
        const replaced = await look(side);
        expect(replaced.count).toBe(4);
        expect(replaced.args.every).toEqual(['every', 'new']);
        expect(replaced.listed.filter(([id]) => id !== 'late')).toEqual([
          ['own', FAR + 2],
          ['every', FAR + 20],
          ['cron', FAR + 21],
        ]);
        await delay(2500);
        expect(await runs(side)).toEqual({});
      }));

    it.each(['once', 'follow'] as const)(
      'clears and registers again; then the jobs are moved (%s): every job runs as often as was registered',
      { retry: 1 },
      (how) =>
        withSide(pair, async (side) => {
          await Promise.all([side.scheduler(), side.worker(['default'], { simple: true })]);
          const old: Action[] = ['named', 'unnamed', 'other'].map((token) => ({
            ...{ do: 'schedule', token: `old-${token}`, at: now() + 40, interval: 60 },
            ...(token === 'named' ? { id: 'named' } : {}),
          }));
          await oldProcess(side, ...old, { do: 'enqueue_at', token: 'old-once', at: now() + 40 });
          const args = toolArgs(side, pair);
          const start = now() + 16;
          const follow =
            how === 'follow'
              ? side.track(await startTool([...args, '--follow', '--until-quiet', '8s']))
              : null;
          await follow?.waitFor(/"event":"begin"/);

          const twice = { interval: 3, repeat: 2 };
          await application(
            side,
            { do: 'clear' },
            { do: 'schedule', id: 'named', token: 'named', at: start, ...twice },
            { do: 'schedule', token: 'unnamed', at: start, ...twice },
            { do: 'enqueue_at', id: 'once', token: 'once', at: start },
            { do: 'enqueue_at', token: 'once-unnamed', at: start },
            { do: 'schedule', id: 'both', token: 'both', at: start, ...twice },
          );
          // A process with the old code that has not been replaced yet.
          await oldProcess(
            side,
            { do: 'schedule', id: 'late', token: 'late', at: start, ...twice },
            { do: 'enqueue_at', token: 'late-once', at: start },
            { do: 'schedule', id: 'both', token: 'both', at: start + 30, ...twice },
          );
          if (how === 'once') {
            const done = await cli(args);
            expect({ code: done.code, stderr: done.code === 0 ? '' : done.stderr }).toEqual({
              code: 0,
              stderr: '',
            });
          }
          const wanted = {
            named: 2,
            unnamed: 2,
            once: 1,
            'once-unnamed': 1,
            both: 2,
            late: 2,
            'late-once': 1,
          };
          const missing = async () => {
            const seen = await runs(side);
            return Object.entries(wanted).some(([token, count]) => (seen[token] ?? 0) < count);
          };
          await until(async () => !(await missing()), 30_000, 200).catch(() => {});
          expect(await side.client.exists(LEGACY)).toBe(0);
          await follow?.kill();
          await delay(4000);
          expect(await runs(side)).toEqual(wanted);
          expect((await look(side)).listed).toEqual([]);
          expect(await side.client.zcard('rq:scheduled:default')).toBe(0);
        }),
    );
  },
);
