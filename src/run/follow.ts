import { setTimeout as sleep } from 'node:timers/promises';
import { decideJob, type JobPolicy, wouldRunUnderLegacy } from '../plan/decide-job.js';
import type { Finding } from '../plan/types.js';
import { BATCH, type Cursor, type Entry } from '../redis/entries.js';
import type { JobStep } from '../redis/moves.js';
import type { RedisPort } from '../redis/port.js';
import type { RunDir } from '../world/run-dir.js';
import type { Staying } from './apply-jobs.js';
import type { Context } from './context.js';
import type { FollowLog } from './follow-log.js';
import { carryOut, known, stuck } from './follow-steps.js';
import type { ImportGate } from './import-gate.js';
import { addSteps, countSteps, NO_STEPS, type StepCounts, stepOf, totalSteps } from './job-steps.js';
import type { DecidedJob } from './jobs.js';
import type { HeldLocks } from './locks.js';
import { Refusal } from './outcome.js';
import { Twins } from './twins.js';

/** Between two looks at the legacy schedule: RQ's scheduler itself looks once a second. */
const TICK_MS = 400;
/** A look that took long is followed by a pause this many times as long. */
const PAUSE_FACTOR = 3;
/** Entries that stay are looked at again this often: a job may have finished, a worker been deployed. */
const AGAIN_MS = 15_000;

/** Why following ended. */
export type FollowReason = 'signal' | 'time' | 'quiet';

/** What following came to. */
export interface FollowResult {
  readonly reason: FollowReason;
  /** Entries that left the legacy schedule since it began. */
  readonly jobs: StepCounts;
  /** Entries that stay there at its end. */
  readonly left: number;
}

/** Everything that one round of following needs. */
export interface FollowParts {
  readonly context: Pick<Context, 'options' | 'terminal' | 'stop'>;
  readonly port: RedisPort;
  readonly held: HeldLocks;
  readonly policy: JobPolicy;
  readonly dir: RunDir;
  readonly gate: ImportGate;
  readonly log: FollowLog;
}

/**
 * Moves whatever clients still add to the legacy schedule, within about half a second of its appearing, until
 * Ctrl-C, `--for` or `--until-quiet`. `stays` are the entries that the run left behind, which are known already.
 */
export async function follow(parts: FollowParts, stays: readonly Staying[]): Promise<FollowResult> {
  const { options, stop } = parts.context;
  const abort = new AbortController();
  stop.onStop(() => abort.abort());
  const follower = new Follower(parts, stays, await Twins.load(parts.port));
  await parts.log.begin();
  const began = Date.now();
  for (;;) {
    const reason = ended(began, follower.lastNew, options, stop.signal !== null);
    if (reason !== null) {
      await parts.gate.settled();
      const result = { reason, jobs: follower.jobs, left: follower.left };
      await parts.log.end(result);
      return result;
    }
    const started = Date.now();
    await follower.look().catch((error: unknown) => {
      // Asked to stop while it waited for the end of a pass: that ends the following, not the run.
      if (stop.signal === null || !(error instanceof Refusal)) throw error;
    });
    parts.log.progress(follower.jobs, follower.left, (Date.now() - follower.lastNew) / 1000);
    const pause = Math.max(TICK_MS, PAUSE_FACTOR * (Date.now() - started));
    await sleep(pause, undefined, { signal: abort.signal }).catch(() => {});
  }
}

function ended(
  began: number,
  lastNew: number,
  options: FollowParts['context']['options'],
  stopped: boolean,
): FollowReason | null {
  if (stopped) return 'signal';
  const now = Date.now();
  if (options.for !== undefined && now - began >= options.for * 1000) return 'time';
  if (options.untilQuiet !== undefined && now - Math.max(began, lastNew) >= options.untilQuiet * 1000)
    return 'quiet';
  return null;
}

/** The score with which an entry was decided, and whether rq-scheduler would run it. */
type Known = Map<string, Omit<Staying, 'id'>>;

const nameOf = (entry: Entry): string => Buffer.from(entry.id).toString('latin1');

class Follower {
  readonly #parts: FollowParts;
  /** Entries that stay, by their id. */
  #known: Known = new Map();
  /** Those of them that wait for the end of their run, or for a worker that can run rq_recurring: tried at every look. */
  #waiting = new Set<string>();
  readonly #atStart: ReadonlySet<string>;
  /** What was said already: code and id. */
  readonly #said = new Set<string>();
  #again = Date.now() + AGAIN_MS;
  jobs = NO_STEPS;
  /** When an entry was last seen to be new, milliseconds. */
  lastNew = Date.now();

  constructor(
    parts: FollowParts,
    stays: readonly Staying[],
    private readonly twins: Twins,
  ) {
    this.#parts = parts;
    for (const { id, score, runsThere } of stays)
      this.#known.set(nameOf({ id, score }), { score, runsThere });
    this.#atStart = new Set(this.#known.keys());
  }

  get left(): number {
    return this.#known.size;
  }

  /** One look: decides about entries that are not known, and moves those that can be moved. */
  async look(): Promise<void> {
    const { held, port } = this.#parts;
    if (!this.#runsThere()) await held.hold();
    const again = Date.now() >= this.#again;
    if (again) this.#again = Date.now() + AGAIN_MS;
    if (!again && this.#known.size === 0 && (await port.legacyCount()) === 0) return;
    const still: Known = new Map();
    const waited = this.#waiting;
    this.#waiting = new Set();
    let cursor: Cursor | null = null;
    do {
      const page = await port.pageLegacy(cursor);
      const unknown = new Set(page.entries.filter((entry) => !this.#isKnown(entry, still)));
      if ([...unknown].some((entry) => this.#isOfClient(entry))) this.lastNew = Date.now();
      const tried = page.entries.filter((entry) => again || unknown.has(entry) || waited.has(nameOf(entry)));
      await this.#deal(tried, still);
      cursor = page.next;
    } while (cursor !== null);
    this.#known = still;
    if (this.#runsThere()) await held.lend();
  }

  /** Is one of the entries that stay due with rq-scheduler? Then it needs its lock for a pass. */
  #runsThere(): boolean {
    const now = Date.now() / 1000;
    for (const { score, runsThere } of this.#known.values())
      if (runsThere && Number(score) <= now) return true;
    return false;
  }

  #isKnown(entry: Entry, still: Known): boolean {
    const name = nameOf(entry);
    const known = this.#known.get(name);
    if (known?.score !== entry.score) return false;
    still.set(name, known);
    return true;
  }

  /** rq-scheduler itself gives what recurs with it a new time at each run: nothing that a client has added. */
  #isOfClient(entry: Entry): boolean {
    return !this.#known.get(nameOf(entry))?.runsThere;
  }

  async #deal(entries: readonly Entry[], still: Known): Promise<void> {
    const { port, policy } = this.#parts;
    for (let from = 0; from < entries.length; from += BATCH) {
      const part = entries.slice(from, from + BATCH);
      const jobs = await port.readJobs(part, { data: true });
      await this.#move(
        jobs.map((job) => ({ job, ...decideJob(job, policy) })),
        still,
      );
    }
  }

  async #move(batch: readonly DecidedJob[], still: Known): Promise<void> {
    const { held, dir, gate, log } = this.#parts;
    const going: DecidedJob[] = [];
    const steps: JobStep[] = [];
    for (const decided of batch) {
      const step = await this.#stepOf(decided);
      const begins = step?.op === 'rearm' && !this.twins.has(step.seriesId);
      if (begins && !gate.ready(step.queue)) this.#wait(decided, still);
      else if (step === null) await this.#stay(decided, decided.findings, still);
      else {
        going.push(decided);
        steps.push(step);
      }
    }
    const results = await carryOut(held, steps, (step) => !this.#atStart.has(nameOf(step)));
    const counts = countSteps(steps, results);
    for (const [i, decided] of going.entries()) {
      const result = results[i];
      if (result === 'exists' || result === 'busy')
        await this.#stay(decided, [stuck(decided, result)], still);
      else still.delete(nameOf(decided.job));
      const step = steps[i];
      if (result === 'done' && step) this.twins.add(step);
      if (result === 'known' && step?.op === 'absorb') await log.known([known(decided, step.seriesId)]);
    }
    if (totalSteps(counts) === 0) return;
    this.jobs = addSteps(this.jobs, counts);
    dir.append({ type: 'jobs-batch', at: Date.now() / 1000, counts: { ...counts } });
    await log.moved(counts);
  }

  /** What is to be done with an entry; one that a series makes superfluous is only taken out. */
  async #stepOf(decided: DecidedJob): Promise<JobStep | null> {
    const step = stepOf(decided, this.#parts.policy);
    if (step?.op !== 'rearm' || this.#atStart.has(nameOf(step))) return step;
    const { id, score, queue } = step;
    const seriesId = await this.twins.of(step);
    return seriesId === null ? step : { op: 'absorb', id, score, queue, seriesId };
  }

  #wait({ job }: DecidedJob, still: Known): void {
    still.set(nameOf(job), { score: job.score, runsThere: true });
    this.#waiting.add(nameOf(job));
  }

  /** An entry that stays is said once for each reason; those that the run left were said in its plan. */
  async #stay({ job }: DecidedJob, findings: readonly Finding[], still: Known): Promise<void> {
    const name = nameOf(job);
    const runsThere = findings.some(({ code }) => wouldRunUnderLegacy(code));
    still.set(name, { score: job.score, runsThere });
    // It will be free in a moment: a job that schedules itself again, for example.
    if (findings.some(({ code }) => code === 'job-busy' || code === 'series-busy')) this.#waiting.add(name);
    if (this.#atStart.has(name)) return;
    const fresh = findings.filter(({ code }) => !this.#said.has(`${code} ${name}`));
    for (const { code } of fresh) this.#said.add(`${code} ${name}`);
    if (fresh.length > 0) await this.#parts.log.stays(fresh);
  }
}
