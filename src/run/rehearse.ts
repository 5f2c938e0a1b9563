import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseJournal } from '../journal/entries.js';
import type { Finding } from '../plan/types.js';
import { connectRedis } from '../redis/client.js';
import type { RedisPort } from '../redis/port.js';
import { openScratch, SCRATCH_ARGS, type Scratch } from '../redis/scratch.js';
import { type Rehearsal, rehearsalText } from '../report/rehearsal-text.js';
import { PACKAGE_ROOT } from '../world/assets.js';
import { EngineError } from '../world/engines/engine-error.js';
import { removeAtExit } from '../world/engines/process-group.js';
import { type PrivateRedis, startPrivateRedis } from '../world/engines/redis-server.js';
import { keepSecret } from '../world/redaction.js';
import { openRunDir } from '../world/run-dir.js';
import { silentTerminal } from '../world/silent-terminal.js';
import type { JobsDone } from './apply-jobs.js';
import type { Context, RunOptions } from './context.js';
import { type OpenRedis, withRedis } from './open-redis.js';
import { EXIT, type ExitCode, refusal } from './outcome.js';
import { copyToScratch, stopHere } from './rehearse-copy.js';
import { rollback } from './rollback.js';
import { run } from './run.js';
import type { JobsBack } from './undo-jobs.js';

export const REHEARSE_SCHEMA = 'migrate-scheduler/rehearse@1';

/** Entries of one step, and calls to Redis for them: a page's share, two looks at the jobs, the move. */
const BATCH_CALLS = 3.5 / 250;
const ROUND_TRIPS = 5;

/** What `run` prints (docs/json.md). */
interface RunDocument {
  readonly runId: string | null;
  readonly jobs: JobsDone;
  readonly findings: readonly (Finding & { readonly message: string })[];
}

/** A private server with a copy, and a context in which the commands work on it. */
interface Stage {
  readonly server: PrivateRedis;
  readonly scratch: Scratch;
  readonly port: RedisPort;
  /** What a command printed in it. */
  command<T>(run: (context: Context) => Promise<ExitCode>): Promise<T>;
  readonly context: Context;
  close(): Promise<void>;
}

/**
 * Carries out plan, run, accounting and rollback on a private copy of the legacy jobs, with the same code, and says
 * how long the real run will take. Only reads from the Redis it is about; nothing is left of the copy. Exit code 1
 * when a job would be lost or the rollback left a difference.
 */
export async function rehearse(context: Context): Promise<ExitCode> {
  const rehearsal = await withRedis(context, async (source) => {
    const stage = await openStage(context);
    try {
      return await play(context, source, stage);
    } catch (error) {
      stopHere(context);
      throw error;
    } finally {
      await stage.close();
    }
  });
  const { options, terminal } = context;
  const document = () => JSON.stringify({ schema: REHEARSE_SCHEMA, ...rehearsal });
  const text = () => rehearsalText(rehearsal, terminal.color);
  await terminal.data(`${options.format === 'json' ? document() : text()}\n`);
  return rehearsal.ok ? EXIT.ok : EXIT.checksFailed;
}

async function openStage(context: Context): Promise<Stage> {
  const cacheDir = join(PACKAGE_ROOT, 'node_modules', '.cache', 'migrate-scheduler');
  const password = randomBytes(18).toString('hex');
  keepSecret(password);
  const log = (line: string) => context.terminal.detail(line);
  const server = await startPrivateRedis({ cacheDir, password, args: SCRATCH_ARGS, log }).catch((error) => {
    if (!(error instanceof EngineError)) throw error;
    throw refusal(EXIT.internal, `engine-${error.code}`, { reason: error.message }, error);
  });
  const project = await mkdtemp(join(tmpdir(), 'migrate-scheduler-rehearsal-'));
  removeAtExit(project);
  const scratch = await openScratch(server.url);
  const port = await connectRedis(server.url);
  const inner: Partial<RunOptions> = {
    ...({ only: 'redis', format: 'json', yes: true } as const),
    ...{ interactive: false, skipImportCheck: true, redisUrl: server.url },
  };
  let out = '';
  const silent = silentTerminal((text) => {
    out += text;
  });
  // What blocks the run on the copy blocks the real one.
  const terminal = { ...silent, error: (line: string) => context.terminal.error(line) };
  const stageContext: Context = {
    options: { ...context.options, ...inner },
    project,
    terminal,
    stop: context.stop,
  };
  return {
    server,
    scratch,
    port,
    context: stageContext,
    command: async (command) => {
      out = '';
      await command(stageContext);
      return JSON.parse(out);
    },
    close: async () => {
      scratch.close();
      port.close();
      await server.stop();
      await rm(project, { recursive: true, force: true });
    },
  };
}

async function play(context: Context, source: OpenRedis, stage: Stage): Promise<Rehearsal> {
  const { terminal } = context;
  const { scratch, port } = stage;
  const empty = await scratch.memory();
  const [copied, copySeconds] = await timed(() => copyToScratch(context, source.port, scratch));
  const memory = Math.round(Math.max(0, (await scratch.memory()) - empty) / 2);
  const scheduledBefore = await scheduledIn(port);

  stopHere(context);

  terminal.progress('Running on the copy');
  await scratch.forgetScripts();
  const [done, runSeconds] = await timed(() => stage.command<RunDocument>(run));
  const longestScript = await scratch.longestScript();
  const left = await port.legacyCount();
  const { retired, dropped } = done.jobs;
  const appeared = (await scheduledIn(port)) - scheduledBefore;
  const lost = copied.entries - left - retired - dropped - appeared;
  // Each series and each job that RQ repeats stands beside the job it was made from.
  const beside = (done.jobs.rearmed + done.jobs.repeated) * (memory / Math.max(1, copied.entries));
  const grown = (await scratch.ownMemory()) + beside;
  stopHere(context);

  terminal.progress('Rolling back on the copy');
  const { runId } = done;
  const [back, backSeconds] = await timed(async () =>
    runId === null ? null : await stage.command<{ jobs: JobsBack }>((inner) => rollback(inner, runId)),
  );
  const comparison = await scratch.compare();
  terminal.progressEnd();
  const undone = back?.jobs ?? { restored: 0, alreadyRun: 0, missing: 0 };
  const locked = runId === null ? 0 : lockedSeconds(stage.context.project, runId);
  const scale = copied.entries === 0 ? 1 : copied.total / copied.entries;
  const travel = copied.total * BATCH_CALLS * (await roundTrip(source.port));
  return {
    redis: source.url,
    server: { source: source.port.server.version, scratch: port.server.version },
    copied: { ...copied, seconds: copySeconds, memory },
    ok: lost === 0 && comparison.different === 0 && undone.missing + undone.alreadyRun === 0,
    run: { seconds: runSeconds, lockedSeconds: locked, longestScript, jobs: done.jobs, left },
    lost,
    rollback: { seconds: backSeconds, ...undone, ...comparison },
    estimate: {
      seconds: runSeconds * scale + travel,
      lockedSeconds: locked * scale + travel,
      memory: Math.round(grown * scale),
    },
    findings: done.findings,
  };
}

/** Entries of all native schedules. */
async function scheduledIn(port: RedisPort): Promise<number> {
  const queues = await port.nativeQueues(await port.schedulerKeys(), 0);
  return queues.reduce((sum, { scheduled }) => sum + scheduled, 0);
}

/** For how long rq-scheduler's lock was held. */
function lockedSeconds(project: string, runId: string): number {
  const entries = parseJournal(openRunDir(project, runId, false).journalText());
  const at = (type: 'jobs-begin' | 'jobs-done') => entries.find((entry) => entry.type === type);
  const [begun, done] = [at('jobs-begin'), at('jobs-done')];
  return begun && done && 'at' in begun && 'at' in done ? done.at - begun.at : 0;
}

/** Seconds of a short command and its answer: the median of a few. */
async function roundTrip(port: RedisPort): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) times.push((await timed(() => port.time()))[1]);
  return times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const began = performance.now();
  const result = await work();
  return [result, (performance.now() - began) / 1000];
}
