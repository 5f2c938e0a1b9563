import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '../../src/world/engines/managed.js';
import type { VersionPair } from '../../src/world/engines/versions.js';
import { type Case, type CaseQueue, seedOf } from './cases.js';
import { judge, type Outage, type TaskRun, type Verdict } from './judge.js';
import { openSide, type Side } from './side.js';

/** Both sides of one case. */
export interface CaseResult {
  readonly name: string;
  readonly native: Verdict;
  readonly legacy: Verdict;
  /** Of both sides; none: they agree. */
  readonly problems: readonly string[];
  /** What is worth knowing beside that. */
  readonly notes: readonly string[];
}

export interface SessionOptions {
  /** Seconds from seeding to the first run: time enough to migrate. */
  readonly lead: number;
  /** Seconds after the last expected run in which nothing more may run. */
  readonly quiet: number;
  /** Seconds that a run may be late, besides what the machine's load explains. */
  readonly allowed: number;
  /** Seconds after which a run that is missing stays missing. */
  readonly patience: number;
}

const WORKERS: Readonly<Record<CaseQueue, number>> = { many: 2, long: 2, horse: 1, killed: 1 };
const SERIES = 'migrate-scheduler:series:';

const SIDES = ['the legacy', 'the migrated'] as const;

const now = (): number => Date.now() / 1000;

/**
 * Gives the same schedules to the real rq-scheduler and, migrated by the tool, to the workers' own scheduler, lets
 * both run at the same time, and compares them.
 */
export async function runSession(
  pair: VersionPair,
  cases: readonly Case[],
  options: SessionOptions,
): Promise<CaseResult[]> {
  const opened = await Promise.allSettled([openSide(pair), openSide(pair)]);
  const sides = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const load = watchLoad();
  try {
    const [legacy, native] = sides;
    if (!legacy || !native) throw opened.find((one) => one.status === 'rejected')?.reason;
    return await compare(legacy, native, cases, options, load);
  } finally {
    load.stop();
    await Promise.all(sides.map((side) => side.stop()));
  }
}

async function compare(
  legacy: Side,
  native: Side,
  cases: readonly Case[],
  options: SessionOptions,
  load: Load,
): Promise<CaseResult[]> {
  const both = [legacy, native];
  const queues = [...new Set(cases.map(({ queue }) => queue))];
  const crews = await Promise.all(both.map((side) => startCrew(side, queues, side === native)));
  try {
    const scheduler = await legacy.scheduler();
    const anchors = await seedAndMigrate(legacy, native, cases, options.lead);
    const killed = cases.find(({ queue }) => queue === 'killed');
    const outage = killed ? await killBetweenRuns(native, both, crews, killed, options.patience) : null;
    await untilRuns(both, cases, options.patience);
    await delay(options.quiet * 1000);
    const until = now();
    const runs = await Promise.all(both.map((side) => side.runs()));
    const died = scheduler.running() ? '' : `\nrqscheduler has ended:\n${scheduler.output().slice(-2000)}`;
    return await Promise.all(
      cases.map(async (one, i) => {
        const observed = (side: 0 | 1) => ({
          anchor: anchors[i] ?? 0,
          runs: runsOf(runs[side] ?? [], one.id),
          until,
          outage: one === killed ? outage : null,
        });
        const verdicts = {
          legacy: judge(one, observed(0), 'legacy', null),
          native: judge(one, observed(1), 'native', options.allowed + load.worst()),
        };
        const problems = [
          ...verdicts.native.problems,
          ...(await leftOver(native, one)),
          ...verdicts.legacy.problems.map((text) => `rq-scheduler: ${text}${died}`),
        ];
        return {
          name: one.name,
          ...verdicts,
          problems,
          notes: one.queue === 'horse' ? deathNotes(crews) : [],
        };
      }),
    );
  } finally {
    await Promise.all(crews.map((crew) => crew.end()));
  }
}

/** The same schedules for both sides, then the second one's migrated. Returns the cases' first times. */
async function seedAndMigrate(
  legacy: Side,
  native: Side,
  cases: readonly Case[],
  lead: number,
): Promise<number[]> {
  if (cases.some(({ cron }) => cron !== undefined)) await roomBeforeCron(lead);
  const start = Math.ceil(now()) + lead;
  const seeds = cases.map((one) => seedOf(one, start));
  const [seeded] = await Promise.all([legacy.seed(seeds), native.seed(seeds)]);
  const anchors = seeded.map(({ score }) => score ?? 0);
  const { jobs } = await native.tool<{ jobs: Record<string, number> }>('run');
  if (jobs.rearmed !== cases.length) throw new Error(`migrated: ${JSON.stringify(jobs)}`);
  if (now() > Math.min(...anchors)) throw new Error('the machine is too slow: migrated after the first slot');
  return anchors;
}

interface Crew {
  /** The first worker of a queue. */
  worker(queue: CaseQueue): ManagedProcess | undefined;
  /** How often the worker of the queue `horse` has ended and was started again. */
  deaths(): number;
  /** From now on nothing is started again. */
  end(): Promise<void>;
}

/**
 * Workers for the queues. That of `horse` is started again whenever it has ended, as containers are: that of rq 2.0.0
 * dies when the horse of a job id that had run before is killed.
 */
async function startCrew(side: Side, queues: readonly CaseQueue[], withScheduler: boolean): Promise<Crew> {
  const wanted = queues.flatMap((queue) => Array<CaseQueue>(WORKERS[queue]).fill(queue));
  const workers = await Promise.all(wanted.map((queue) => side.worker(queue, withScheduler)));
  const worker = (queue: CaseQueue) => workers[wanted.indexOf(queue)];
  let deaths = 0;
  let over = false;
  const keep = async () => {
    for (let one = worker('horse'); one; one = await side.worker('horse', withScheduler)) {
      while (one.running() && !over) await delay(50);
      if (over) return;
      deaths++;
    }
  };
  const kept = keep().catch(() => {});
  return {
    worker,
    deaths: () => deaths,
    end: async () => {
      over = true;
      await kept;
    },
  };
}

function deathNotes(crews: readonly Crew[]): string[] {
  return crews.flatMap((crew, side) =>
    crew.deaths() > 0 ? [`${SIDES[side]} worker itself died ${crew.deaths()} times with its horse`] : [],
  );
}

/** SIGKILLs the workers of a case after two runs of it, and starts new ones. Returns how long there were none. */
async function killBetweenRuns(
  native: Side,
  both: readonly Side[],
  crews: readonly Crew[],
  { id, queue }: Case,
  patience: number,
): Promise<Outage> {
  await untilRuns(both, [{ id, total: 2 }], patience);
  await delay(3000);
  await Promise.all(crews.map((crew) => crew.worker(queue)?.kill()));
  const from = now();
  // RQ's scheduler starts where its queue has no lock: that of a killed one expires after a minute.
  while (await native.client.exists(`rq:scheduler-lock:${queue}`)) await delay(100);
  await Promise.all(both.map((side) => side.worker(queue, side === native)));
  return { from, to: now() };
}

/** A cron string's first time must leave room to migrate, also where it comes every ten seconds. */
async function roomBeforeCron(lead: number): Promise<void> {
  while (now() % 10 > 10 - lead || now() % 60 > 60 - 2 * lead) await delay(50);
}

const runsOf = (runs: readonly TaskRun[], id: string): TaskRun[] => runs.filter(({ args }) => args[0] === id);

/** Waits until each finite case has had its runs on both sides. What is missing then shows in the comparison. */
async function untilRuns(
  sides: readonly Side[],
  cases: readonly Pick<Case, 'id' | 'total'>[],
  patience: number,
): Promise<void> {
  for (const end = now() + patience; now() < end; await delay(200)) {
    const all = await Promise.all(sides.map((side) => side.runs()));
    if (all.every((runs) => cases.every(({ id, total }) => runsOf(runs, id).length >= (total ?? 0)))) return;
  }
}

/** What is wrong with the state of a series after its watch: one that is over has nothing left, others are armed. */
async function leftOver({ client }: Side, one: Case): Promise<string[]> {
  const [state, remaining, jobId] = await client.hmget(SERIES + one.id, 'state', 'remaining', 'job_id');
  if (one.total !== null) {
    return state === 'finished' && remaining === '0' && !jobId
      ? []
      : [`state ${state}, ${remaining} runs left`];
  }
  const status = await client.hget(`rq:job:${jobId}`, 'status');
  // It may be on its way to a worker at this moment.
  return state === 'active' && ['scheduled', 'queued', 'started'].includes(status ?? '')
    ? []
    : [`state ${state}, its job ${status}`];
}

interface Load {
  /** Seconds by which the machine woke this process late, at worst. */
  worst(): number;
  stop(): void;
}

function watchLoad(): Load {
  let worst = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    worst = Math.max(worst, (performance.now() - last) / 1000 - 0.05);
    last = performance.now();
  }, 50);
  return { worst: () => worst, stop: () => clearInterval(timer) };
}
