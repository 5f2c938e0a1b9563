import { Chalk } from 'chalk';
import type { Redis } from 'ioredis';
import { pickleCall } from '../../src/legacy/pickle/index.js';
import { runFields } from '../../src/native/run-mode.js';
import { parseSeries } from '../../src/native/series.js';
import type { JobPolicy } from '../../src/plan/decide-job.js';
import { seriesStep } from '../../src/plan/series-step.js';
import type { Fence } from '../../src/redis/moves.js';
import type { RedisPort } from '../../src/redis/port.js';
import type { Context, RunOptions } from '../../src/run/context.js';
import { decideAll } from '../../src/run/jobs.js';
import { runPython } from '../../src/world/engines/processes.js';
import { asInRunMode } from '../redis/support.js';
import { PY_DIR, ROOT } from '../support/paths.js';
import type { RealParts } from '../support/realParts.js';

/** Where workers of the tests find the runtime module. */
export const RUNTIME = { PYTHONPATH: `${ROOT}python/src` };

/** A context as the command line makes it, with what it prints kept. */
export function contextFor(
  url: string,
  options: Partial<RunOptions> = {},
): { context: Context; out(): string } {
  let out = '';
  const context: Context = {
    options: { project: '/nowhere', only: 'redis', redisUrl: url, format: 'json', yes: true, ...options },
    project: '/nowhere',
    stop: { signal: null, onStop: () => {} },
    terminal: {
      color: new Chalk({ level: 0 }),
      interactive: false,
      width: 100,
      data: async (text) => {
        out += text;
      },
      say: () => {},
      detail: () => {},
      error: () => {},
      progress: () => {},
      progressEnd: () => {},
      confirm: async () => 'no' as const,
    },
  };
  return { context, out: () => out };
}

/** Runs a command of run/ and parses the document that it prints. */
export async function answer(
  command: (context: Context) => Promise<number>,
  url: string,
  options: Partial<RunOptions> = {},
) {
  const { context, out } = contextFor(url, options);
  const code = await command(context);
  return { code, document: JSON.parse(out()) };
}

const POLICY: JobPolicy = {
  runtimeModule: 'rq_recurring',
  rq: null,
  renameIds: false,
  allow: new Set(),
  recurring: { strategy: 'rearm', overrides: [], schedulerVersion: null, zone: 'UTC', zoneCandidates: [] },
};

/** Turns every recurring legacy entry into a series, as `run` does; one result per entry. */
export async function rearmAll(port: RedisPort, fence: Fence): Promise<string[]> {
  const results: string[] = [];
  for await (const batch of decideAll(port, POLICY)) {
    const steps = batch.flatMap(({ job, item }) => {
      const step = seriesStep(job, item, { rq: null, schedulerVersion: null }, Date.now() / 1000);
      return step ? [{ op: 'rearm' as const, id: job.id, score: job.score, ...step }] : [];
    });
    results.push(...(await port.moveBatch(fence, steps)));
  }
  return results;
}

/** Makes of a series that `rearmAll` has just made one of an earlier release: its armed job calls the function itself. */
export async function turnIntoRunMode(raw: Redis, id: string): Promise<void> {
  const fields = new Map(Object.entries(await raw.hgetallBuffer(`migrate-scheduler:series:${id}`)));
  await asInRunMode(raw, id, id);
  const armed = `rq:job:${fields.get('job_id')}`;
  const { queue, slot, serializer } = parseSeries(id, fields);
  const form = {
    series: id,
    slot: slot ?? 0,
    queue,
    serializer: serializer as 'pickle',
    module: 'rq_recurring',
  };
  await raw.del(armed);
  for (const [name, value] of runFields(form, fields, Date.now() / 1000, pickleCall))
    await raw.hset(armed, name, Buffer.from(value));
}

/** Something done to series by real RQ and the runtime module (test/support/py/series_tools.py). */
export function seriesTools<T>(real: RealParts, input: Readonly<Record<string, unknown>>): Promise<T> {
  const script = `${PY_DIR}/series_tools.py`;
  return runPython<T>({ venv: real.venv, script, args: [real.url], input, env: RUNTIME, cwd: PY_DIR });
}
