import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type ManagedProcess, startManaged } from '../../src/world/engines/managed.js';
import { startLegacyScheduler, startWorker } from '../../src/world/engines/processes.js';
import type { PythonEnv } from '../../src/world/engines/python-env.js';
import { startPrivateRedis } from '../../src/world/engines/redis-server.js';
import { startCli } from '../support/cli.js';
import { ROOT, TEST_CACHE } from '../support/paths.js';

const TASKS = `${ROOT}test/matrix/py`;
const ENV = {
  TZ: 'UTC',
  PYTHONPATH: `${TASKS}:${ROOT}python/src`,
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
};
const QUEUES = ['one', 'two'];
/** Until every job that is due has run; a machine may stall. */
const PATIENCE_MS = 90_000;

export interface CutoverOptions {
  /** Old world: rqscheduler and the clients. */
  readonly old: PythonEnv;
  /** New world: workers with their scheduler. */
  readonly native: PythonEnv;
  readonly rqVersion: string;
  readonly clients: number;
  /** Seconds in which they add jobs, and jobs a second of each. */
  readonly seconds: number;
  readonly rate: number;
  /** Jobs are due within so many seconds. */
  readonly horizon: number;
  /** From the workers' first look; seconds. */
  readonly migrateAfter: number;
  /** Seconds without a new entry after which the tool ends, and for which nothing more may run. */
  readonly quiet: number;
}

/** What a cutover did to the jobs. */
export interface CutoverResult {
  readonly jobs: number;
  /** Runs that should be and that were. */
  readonly expected: number;
  readonly runs: number;
  readonly duplicates: number;
  readonly lost: number;
  /** Seconds between due and the start of the first run; by when the job was due. */
  readonly worst: { readonly before: number; readonly after: number };
  /** Seconds between due and the moment its scheduler put the job on the queue, for those due from the move on. */
  readonly enqueued: number;
  readonly median: number;
  /** Entries that the tool moved: at once, while it followed, and those that the old scheduler enqueued. */
  readonly moved: { readonly first: number; readonly following: number };
  /** Tokens that ran too often or too rarely. */
  readonly wrong: readonly string[];
  readonly exitCode: number | null;
  /** Processes that wanted a processor at a time, in the last minute. */
  readonly load: number;
  /** What the tool printed, one document a line. */
  readonly documents: readonly Record<string, unknown>[];
}

interface Added {
  readonly token: string;
  readonly kind: string;
  readonly due: number;
  readonly runs: number;
}

/**
 * A cutover with everything alive: rqscheduler passes every second, clients add jobs through rq-scheduler all the time,
 * workers run with their scheduler, and `run`, then `run --follow`, move the jobs under them.
 */
export async function cutover(options: CutoverOptions): Promise<CutoverResult> {
  const redis = await startPrivateRedis({ cacheDir: TEST_CACHE });
  const client = new Redis(redis.url);
  const project = await mkdtemp(join(tmpdir(), 'migrate-scheduler-cutover-'));
  const started: ManagedProcess[] = [];
  const track = <T extends ManagedProcess>(one: T): T => {
    started.push(one);
    return one;
  };
  const { old, native } = options;
  const common = { url: redis.url, cwd: TASKS, env: ENV };
  try {
    const scheduler = () => startLegacyScheduler({ venv: old, interval: 1, ...common }).then(track);
    const first = await scheduler();
    const worker = () =>
      startWorker({
        ...{ venv: native, queues: QUEUES, withScheduler: true, ...common },
        // Without a fork a job: what is measured is the schedule, not the start of processes.
        args: ['--worker-class', 'rq.SimpleWorker'],
      }).then(track);
    await Promise.all([worker(), worker()]);
    const clients = await Promise.all(
      Array.from({ length: options.clients }, async (_, i) => {
        const args = [`${TASKS}/cutover_client.py`, redis.url, `c${i}`, `${options.seconds}`];
        const one = await startManaged(old.python, [...args, `${options.rate}`, `${options.horizon}`], {
          name: 'client',
          cwd: TASKS,
          env: { ...process.env, ...ENV },
        });
        return track(one);
      }),
    );
    await Promise.all(clients.map((one) => one.waitFor(/adding/)));
    await delay(options.migrateAfter * 1000);
    const migratedAt = Date.now() / 1000;
    const args = [
      ...['run', '--only', 'redis', '--yes', '--format', 'json', '--project', project],
      ...['--redis-url', redis.url, '--rq-version', options.rqVersion, '--tz', 'UTC'],
    ];
    const once = await startCli(args);
    await once.exited;
    // The old scheduler goes on for a moment with what clients have added since.
    await delay(1500);
    const following = await startCli([...args, '--until-quiet', `${options.quiet}`]);
    await delay(2000);
    // A deploy restarts the old scheduler while the tool holds its lock (SEMANTICS §7 a).
    await first.stop();
    const second = await scheduler();
    const statuses = await Promise.all(clients.map((one) => one.exited));
    if (statuses.some(({ code }) => code !== 0)) throw new Error(clients.map((c) => c.output()).join('\n'));
    await second.stop();
    const { code } = await following.exited;
    await untilRun(client);
    await delay(options.quiet * 1000);
    return judgeCutover(
      await listOf<Added>(client, 'test:added'),
      await listOf(client, 'test:runs'),
      migratedAt,
      documentsOf(once, following),
      code,
    );
  } finally {
    await Promise.all(started.map((one) => one.kill()));
    client.disconnect();
    await redis.stop();
    await rm(project, { recursive: true, force: true });
  }
}

interface Run {
  readonly args: readonly [string];
  readonly at: number;
  readonly enqueued: number;
}

async function listOf<T>(client: Redis, key: string): Promise<T[]> {
  return (await client.lrange(key, 0, -1)).map((line) => JSON.parse(line) as T);
}

async function untilRun(client: Redis): Promise<void> {
  const expected = (await listOf<Added>(client, 'test:added')).reduce((sum, { runs }) => sum + runs, 0);
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await delay(200)) {
    if ((await client.llen('test:runs')) >= expected) return;
  }
}

function documentsOf(...tools: readonly ManagedProcess[]): Record<string, unknown>[] {
  const lines = tools.flatMap((tool) => tool.output().split('\n'));
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function judgeCutover(
  added: readonly Added[],
  runs: readonly Run[],
  migratedAt: number,
  documents: readonly Record<string, unknown>[],
  exitCode: number | null,
): CutoverResult {
  const seen = new Map<string, Run[]>();
  for (const run of runs) seen.set(run.args[0], [...(seen.get(run.args[0]) ?? []), run]);
  let [duplicates, lost] = [0, 0];
  const wrong: string[] = [];
  const late: { due: number; late: number; enqueued: number }[] = [];
  for (const { token, kind, due, runs: wanted } of added) {
    const times = (seen.get(token) ?? []).sort((a, b) => a.at - b.at);
    duplicates += Math.max(0, times.length - wanted);
    lost += Math.max(0, wanted - times.length);
    if (times.length !== wanted) wrong.push(`${token} (${kind}): ${times.length} of ${wanted}`);
    const [first] = times;
    if (first) late.push({ due, late: first.at - due, enqueued: first.enqueued - due });
  }
  const worst = (part: typeof late) => Math.max(0, ...part.map((one) => one.late));
  const after = late.filter(({ due }) => due >= migratedAt - 2);
  const sorted = late.map((one) => one.late).sort((a, b) => a - b);
  const sum = (event: (document: Record<string, unknown>) => boolean) =>
    documents.filter(event).reduce((all, document) => all + total(document.jobs), 0);
  return {
    jobs: added.length,
    expected: added.reduce((all, one) => all + one.runs, 0),
    runs: runs.length,
    duplicates,
    lost,
    worst: {
      before: worst(late.filter(({ due }) => due < migratedAt - 2)),
      after: worst(after),
    },
    enqueued: Math.max(0, ...after.map((one) => one.enqueued)),
    median: sorted[Math.floor(sorted.length / 2)] ?? 0,
    moved: {
      first: sum((one) => one.schema === 'migrate-scheduler/run@1'),
      following: sum((one) => one.event === 'moved'),
    },
    wrong,
    exitCode,
    load: loadavg()[0] ?? 0,
    documents,
  };
}

function total(jobs: unknown): number {
  const { kept, refused, ...moved } = jobs as Record<string, number>;
  return Object.values(moved).reduce((sum, one) => sum + one, 0);
}
