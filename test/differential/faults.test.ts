import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runPython, runPythonText } from '../../src/world/engines/processes.js';
import { DEFAULT_PAIRS } from '../../src/world/engines/versions.js';
import { until } from '../support/cli.js';
import { openSide, PY, type Side } from './side.js';

const WIDE = process.env.MIGRATE_SCHEDULER_WIDE === '1';
const SERIES = 'migrate-scheduler:series:';
const LOCK = 'rq:scheduler-lock:default';

interface Series {
  readonly id: string;
  readonly func?: string;
  readonly args?: readonly unknown[];
  /** Seconds from now to the first run. */
  readonly lead?: number;
  readonly interval: number;
  readonly repeat?: number;
}

/** Registers a series through the Scheduler; returns the epoch second of its first run. */
async function register(side: Side, { lead = 2, ...series }: Series): Promise<number> {
  const at = Math.ceil(Date.now() / 1000) + lead;
  const { id } = series;
  await side.act([{ do: 'schedule', at, token: id, ...series }]);
  return at;
}

const repair = ({ venv, url, env }: Side) =>
  runPythonText({ venv, script: `${PY}/repair.py`, args: [url()], env });

/** When the runs of a series began, in seconds. */
async function runsOf({ client }: Side, id: string): Promise<number[]> {
  const lines = await client.lrange('test:runs', 0, -1);
  return lines.map((line) => JSON.parse(line)).flatMap((run) => (run.token === id ? [run.at] : []));
}

const ended = async ({ client }: Side, id: string) =>
  (await client.hget(SERIES + id, 'state')) === 'finished';

/** A worker that can schedule at once, although the lock of a killed one stays for a minute. */
async function freshWorker(side: Side, args: readonly string[] = []) {
  await side.client.del(LOCK);
  return side.worker(['default'], { args });
}

async function withSide(pair: (typeof DEFAULT_PAIRS)[number], use: (side: Side) => Promise<void>) {
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

describe.concurrent.each(DEFAULT_PAIRS)('series of rq_recurring under faults, rq $rq', (pair) => {
  it('two processes register the same ids at once: one armed tick each', () =>
    withSide(pair, async ({ venv, url, env }) => {
      const rounds = 40;
      const script = `${PY}/register_at_once.py`;
      const seen = await runPython<Record<string, [number, number]>[]>({
        ...{ venv, script, args: [url(), `${rounds}`], env },
      });
      expect(seen).toHaveLength(rounds);
      const wrong = seen.flatMap((round) =>
        Object.entries(round).filter(([, [all, armed]]) => all !== 1 || armed !== 1),
      );
      expect(wrong).toEqual([]);
    }));

  it('processes that start together enqueue what is due once', () =>
    withSide(pair, async ({ venv, url, env }) => {
      const script = `${PY}/enqueue_at_once.py`;
      const [times, left, count] = await runPython<[Record<string, number>, number[], number]>({
        ...{ venv, script, args: [url()], env },
      });
      expect(Object.keys(times)).toHaveLength(2 * left.length);
      expect(new Set(Object.values(times))).toEqual(new Set([1]));
      expect(new Set(left)).toEqual(new Set([2]));
      expect(count).toBe(left.length);
    }));

  it('a work horse killed before or after the transaction of a tick costs no run', () =>
    withSide(pair, async (side) => {
      await side.client.rpush('test:kill', 'before', 'after', 'before');
      const worker = await freshWorker(side, ['-c', 'kill_at']);
      const repeat = 4;
      await register(side, { id: 'killed', interval: 3, repeat });
      await until(() => ended(side, 'killed'), 40_000, 100);
      await until(async () => (await runsOf(side, 'killed')).length >= repeat, 10_000, 100);
      await delay(2000);
      expect(await side.client.llen('test:kill')).toBe(0);
      expect(await runsOf(side, 'killed')).toHaveLength(repeat);
      expect(worker.running()).toBe(true);
    }));

  it('workers that stop and start between and during runs lose and double none', () =>
    withSide(pair, async (side) => {
      const repeat = 4;
      let worker = await side.worker(['default']);
      await register(side, { id: 'restarts', func: 'sleep', args: [0.5], interval: 3, repeat });
      for (let run = 1; run < repeat; run++) {
        await until(async () => (await runsOf(side, 'restarts')).length >= run, 20_000, 50);
        await worker.stop();
        worker = await side.worker(['default']);
      }
      await until(async () => (await runsOf(side, 'restarts')).length >= repeat, 20_000, 50);
      await delay(3000);
      expect(await runsOf(side, 'restarts')).toHaveLength(repeat);
      expect(await ended(side, 'restarts')).toBe(true);
    }));

  it('after workers were killed and away: one late run, and the grid; repair brings back a lost tick', () =>
    withSide(pair, async (side) => {
      const interval = 3;
      const worker = await side.worker(['default']);
      const first = await register(side, { id: 'away', interval });
      await until(async () => (await runsOf(side, 'away')).length >= 1, 20_000, 50);
      await worker.kill();
      const before = (await runsOf(side, 'away')).length;
      await delay(2 * interval * 1000);
      const back = Date.now() / 1000;
      await freshWorker(side);
      await until(async () => (await runsOf(side, 'away')).length >= before + 2, 20_000, 50);
      const [late = 0, next = 0] = (await runsOf(side, 'away')).slice(before);
      expect(late).toBeGreaterThan(back);
      expect(next - late).toBeGreaterThan(interval / 2 - 1);

      await until(async () => {
        const tick = (await side.client.hget(`${SERIES}away`, 'job_id')) ?? '';
        const waiting = await side.client.zscore('rq:scheduled:default', tick);
        if (waiting === null || Number(waiting) - Date.now() / 1000 < 1) return false;
        await side.client.multi().del(`rq:job:${tick}`).zrem('rq:scheduled:default', tick).exec();
        return true;
      });
      const lost = (await runsOf(side, 'away')).length;
      await repair(side);
      await until(async () => (await runsOf(side, 'away')).length > lost, 20_000, 50);
      const slot = Number(await side.client.hget(`${SERIES}away`, 'slot'));
      expect((slot - first) % interval).toBe(0);
    }));

  it.runIf(WIDE)(
    'a worker killed within a tick: RQ tries the tick again, and no run is lost',
    {
      timeout: 300_000,
    },
    () =>
      withSide(pair, async (side) => {
        // RQ looks for abandoned jobs whenever a worker stops waiting for the next one.
        const patient = ['--maintenance-interval', '5', '--worker-ttl', '30'];
        await side.client.rpush('test:kill', 'worker');
        const worker = await freshWorker(side, ['-c', 'kill_at']);
        await register(side, { id: 'killed', interval: 600, repeat: 2 });
        await worker.exited;
        await freshWorker(side, patient);
        await until(
          async () => {
            // Before rq 1.16 one worker at a time may look for abandoned jobs, and keeps that right for 15 minutes.
            await side.client.del('rq:clean_registries:default');
            return (await runsOf(side, 'killed')).length >= 1;
          },
          250_000,
          500,
        );
        await delay(3000);
        expect(await runsOf(side, 'killed')).toHaveLength(1);
        expect(await side.client.hmget(`${SERIES}killed`, 'state', 'remaining')).toEqual(['active', '1']);
      }),
  );
});
