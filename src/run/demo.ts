import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { columns } from '../report/paint.js';
import { PACKAGE_ROOT } from '../world/assets.js';
import { EngineError } from '../world/engines/engine-error.js';
import type { ManagedProcess } from '../world/engines/managed.js';
import { runOwnCli } from '../world/engines/own-cli.js';
import { removeAtExit } from '../world/engines/process-group.js';
import { runPython, startLegacyScheduler, startWorker } from '../world/engines/processes.js';
import { ensureVenv, type PythonEnv } from '../world/engines/python-env.js';
import { type PrivateRedis, startPrivateRedis } from '../world/engines/redis-server.js';
import { GUIDE_PAIR } from '../world/engines/versions.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode, refusal } from './outcome.js';

/** A job as demo_seed.py printed it; due in epoch seconds. */
interface Seeded {
  readonly id: string;
  readonly queue: string;
  readonly due: number;
  /** Seconds; 0 for a job that runs once. */
  readonly interval: number;
  readonly runs: number;
}

interface Stage {
  readonly context: Context;
  readonly project: string;
  readonly redis: PrivateRedis;
  readonly venv: PythonEnv;
}

/** Stops the demo between two steps. */
class DemoStopped extends Error {}

/**
 * The whole move on a copy of the sample project: private Redis, jobs written by the real rq-scheduler,
 * a real RQ worker as the proof. Everything it starts and writes is gone when it ends, Ctrl-C included.
 */
export async function demo(context: Context): Promise<ExitCode> {
  const { terminal, stop } = context;
  const cacheDir = join(PACKAGE_ROOT, 'node_modules', '.cache', 'migrate-scheduler');
  const project = await mkdtemp(join(tmpdir(), 'migrate-scheduler-demo-'));
  removeAtExit(project);
  let redis: PrivateRedis | null = null;
  const log = (line: string) => terminal.say(`  ${line}`);
  try {
    title(context, 1, 'A private Redis, real RQ and the real rq-scheduler');
    redis = await startPrivateRedis({ cacheDir, log });
    terminal.say(
      `  Redis on port ${redis.port} (${redis.source === 'path' ? 'redis-server from PATH' : 'from a PyPI wheel'})`,
    );
    const venv = await ensureVenv({ cacheDir, ...GUIDE_PAIR, log });
    terminal.say(`  rq ${GUIDE_PAIR.rq} and rq-scheduler ${GUIDE_PAIR.rqScheduler} in ${venv.dir}`);
    const sample = join(PACKAGE_ROOT, 'fixtures', 'projects', 'flask-subscriptions', 'before');
    await cp(sample, project, { recursive: true });
    return await play({ context, project, redis, venv });
  } catch (error) {
    if (error instanceof DemoStopped) return stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
    if (error instanceof EngineError)
      throw refusal(EXIT.internal, `engine-${error.code}`, { reason: error.message }, error);
    throw error;
  } finally {
    await redis?.stop();
    await rm(project, { recursive: true, force: true });
  }
}

function title({ terminal, stop }: Context, number: number, text: string): void {
  if (stop.signal !== null) throw new DemoStopped();
  terminal.say(`\n${terminal.color.bold(`── ${number}. ${text}`)}`);
}

async function play(stage: Stage): Promise<ExitCode> {
  const { context, project, redis, venv } = stage;
  const { terminal } = context;
  title(context, 2, 'The old world: rqscheduler runs, an application schedules jobs with rq-scheduler');
  const legacy = await startLegacyScheduler({ venv, url: redis.url, interval: 5, cwd: project });
  const jobs = await seed(stage, ['25', '26', '25/3x4', '3600', '7200']);
  terminal.say(
    `  ${jobs.length} jobs scheduled, the first in 25 seconds; one of them every 3 seconds, 4 times`,
  );

  title(context, 3, 'migrate-scheduler dry-run: what would happen (nothing is written)');
  await own(stage, ['dry-run', '--project', project]);

  title(context, 4, 'migrate-scheduler run: files first, then the jobs, while rqscheduler still lives');
  await own(stage, ['run', '--project', project, '--yes', '--quiet']);
  await legacy.stop();
  terminal.say('  rqscheduler stopped (its container is gone from the compose files)');

  title(context, 5, 'rq worker --with-scheduler takes over');
  const worker = await startWorker({
    venv,
    url: redis.url,
    queues: ['default', 'push'],
    cwd: project,
    withScheduler: true,
    env: { REDIS_URL: redis.url },
  });
  try {
    return await prove(stage, worker, jobs);
  } finally {
    await worker.stop();
  }
}

async function prove(stage: Stage, worker: ManagedProcess, jobs: readonly Seeded[]): Promise<ExitCode> {
  const { context, project } = stage;
  terminal(stage).say(`  worker process ${worker.pid} listens to default and push`);
  title(context, 6, 'migrate-scheduler verify: does every schedule have somebody who runs it?');
  await own(stage, ['verify', '--project', project, '--wait', '30']);

  title(context, 7, 'The jobs run at their time');
  const due = jobs.filter((job) => job.due < Date.now() / 1000 + 60).flatMap(occurrences);
  const late = await precision(stage, due);

  title(context, 8, 'A second batch, and rollback: back into rq-scheduler, as if nothing had been');
  await seed(stage, ['3600', '5400/600x6']);
  await own(stage, ['run', '--project', project, '--yes', '--quiet']);
  await own(stage, ['rollback', '--project', project, '--yes', '--quiet']);
  await own(stage, ['status', '--project', project]);
  terminal(stage).say(
    `\nThat was the whole move: ${due.length} runs at their time, the latest ${late.toFixed(2)} s after it.\nAll that the demo started or wrote is removed again; the Python environment stays under node_modules/.cache.`,
  );
  return EXIT.ok;
}

/** The runs of a job, each at its time, under the one id that all of them have. */
function occurrences(job: Seeded): Seeded[] {
  const runs = job.interval === 0 ? 1 : job.runs;
  return Array.from({ length: runs }, (_, i) => ({ ...job, due: job.due + i * job.interval }));
}

const terminal = (stage: Stage) => stage.context.terminal;

/** Waits until the jobs have run; prints due and started times; returns the worst lateness in seconds. */
async function precision(stage: Stage, jobs: readonly Seeded[]): Promise<number> {
  const last = Math.max(...jobs.map((job) => job.due));
  while (Date.now() / 1000 < last + 3) {
    if (stage.context.stop.signal !== null) throw new DemoStopped();
    terminal(stage).progress(
      `Waiting for ${jobs.length} jobs, the last one is due in ${Math.max(0, Math.ceil(last - Date.now() / 1000))} s`,
    );
    await sleep(250);
  }
  terminal(stage).progressEnd();
  const { venv, redis, project } = stage;
  const ids = [...new Set(jobs.map((job) => job.id))];
  const rows = await runPython<readonly { id: string; ran: readonly number[] }[]>({
    venv,
    script: join(PACKAGE_ROOT, 'dist', 'world', 'demo', 'demo_report.py'),
    args: [redis.url, ...ids],
    cwd: project,
  });
  const left = new Map(rows.map(({ id, ran }) => [id, [...ran]]));
  const lateness = jobs.map((job) => (left.get(job.id)?.shift() ?? Number.NaN) - job.due);
  const time = (epoch: number) => new Date(epoch * 1000).toISOString().slice(11, 23);
  const table = jobs.map((job, i) => {
    const started = job.due + (lateness[i] ?? Number.NaN);
    const ran = Number.isNaN(started) ? 'did not run' : `ran ${time(started)}`;
    return [job.id, job.queue, `due ${time(job.due)}`, ran, `+${(lateness[i] ?? Number.NaN).toFixed(3)} s`];
  });
  await terminal(stage).data(`${columns(table, '  ').join('\n')}\n`);
  const ran = lateness.filter((one) => !Number.isNaN(one)).length;
  if (ran !== jobs.length)
    throw refusal(EXIT.internal, 'demo-failed', { step: `${ran} of ${jobs.length} jobs ran` });
  return Math.max(...lateness);
}

function seed({ venv, project, redis }: Stage, delays: readonly string[]): Promise<readonly Seeded[]> {
  return runPython<readonly Seeded[]>({
    venv,
    script: join(PACKAGE_ROOT, 'dist', 'world', 'demo', 'demo_seed.py'),
    args: [redis.url, ...delays],
    cwd: project,
    env: { REDIS_URL: redis.url, PYTHONPATH: project },
  });
}

/** Runs the tool as a user would, and stops the demo when it does not succeed. */
async function own(stage: Stage, args: readonly string[]): Promise<void> {
  const { terminal, stop } = stage.context;
  const shown = args.map((arg) => (arg === stage.project ? 'PROJECT' : arg)).join(' ');
  terminal.say(terminal.color.dim(`$ migrate-scheduler ${shown}`));
  const code = await runOwnCli(args, { MIGRATE_SCHEDULER_REDIS_URL: stage.redis.url });
  if (stop.signal !== null) throw new DemoStopped();
  if (code !== EXIT.ok)
    throw refusal(EXIT.internal, 'demo-failed', { step: `${args[0]} ended with ${code}` });
}
