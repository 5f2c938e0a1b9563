import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJobData } from '../legacy/job-data.js';
import { parseUtc } from '../native/parse.js';
import type { Series } from '../native/series.js';
import type { Canary, CanaryName, CanaryState } from '../redis/canary.js';
import type { HeldLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import { type CanarySeen, canaryCheck, canaryQueues, importCheck, skippedCanary } from '../verify/canary.js';
import type { Check, Observations } from '../verify/observations.js';
import { canaryJob, type Serializer } from './canary-job.js';
import type { Context } from './context.js';
import { outcomeOf, pingQueue } from './import-check.js';
import { isAlive } from './locks.js';
import { EXIT, refusal } from './outcome.js';
import { lookAtSeries } from './series.js';

/** Of Python's standard library: no argument, no effect, and nobody's code is imported. */
const FUNC = 'time.time';
/** Whole seconds from now until a canary is due: a score is whole. */
const AHEAD_SECONDS = 2;
/** How long a canary may take after it was due, seconds; a longer `--wait` counts. */
const PATIENCE_SECONDS = 15;
const POLL_MS = 100;
/** Between the two calls that remove what is scheduled still: a pass of RQ's scheduler over its batch is over then. */
const WITHDRAW_MS = 300;
/** A canary in a worker's hands ends in milliseconds; longer is RQ's own affair. */
const REMOVE_TRIES = 10;
/** Jobs that are looked at to learn a queue's serializer. */
const SAMPLE = 10;

/**
 * The part of `verify --canary` that writes: a harmless job per queue, two seconds ahead, run by a real worker and
 * removed again; then one that imports `rq_recurring` where series need it. Canaries of calls that were killed are
 * removed first. Refuses with exit code 4 while another call is at it.
 */
export async function runCanaries(context: Context, port: RedisPort, seen: Observations): Promise<Check[]> {
  const { terminal } = context;
  const { measure, skip } = canaryQueues(seen);
  const checks = skip.map(({ queue, reason }) => skippedCanary(queue, reason));
  const lock = await takeLock(port);
  try {
    await removeAll(port, lock, await port.leftCanaries());
    const patience = Math.max(PATIENCE_SECONDS, context.options.wait ?? 0);
    const measured = await measureAll(context, port, lock, await withSerializers(port, measure), patience);
    // No sample told the serializer, and the workers do not read pickles: they may read JSON.
    const again = measured.filter((one) => one.outcome === 'failed' && !one.sampled && !stopped(context));
    const second = await measureAll(
      context,
      port,
      lock,
      again.map(({ queue }) => ({ queue, serializer: 'json', sampled: true })),
      patience,
    );
    const better = new Map(
      second.filter(({ outcome }) => outcome !== 'failed').map((one) => [one.queue, one]),
    );
    checks.push(...measured.map((one) => canaryCheck(better.get(one.queue) ?? one)));
    checks.sort((a, b) => ((a.where ?? '') < (b.where ?? '') ? -1 : 1));
    checks.push(...(await pingAll(context, port, lock, measure, patience)));
    return checks;
  } finally {
    terminal.progressEnd();
    // A lost connection cannot release it; it runs out by itself.
    await port.releaseCanaryLock(lock).catch(() => {});
  }
}

const stopped = ({ stop }: Context): boolean => stop.signal !== null;

async function takeLock(port: RedisPort): Promise<HeldLock> {
  const runId = `canary-${randomBytes(6).toString('hex')}`;
  const result = await port.acquireCanaryLock({ runId, host: hostname(), pid: process.pid, isAlive });
  if (result.ok) return result.lock;
  const { pid = '?', host = '?' } = result.holder ?? {};
  throw refusal(EXIT.locked, 'locked-by-canary', { pid, host });
}

interface Plan {
  readonly queue: string;
  readonly serializer: Serializer;
  /** The queue's own jobs told the serializer. */
  readonly sampled: boolean;
}

async function withSerializers(port: RedisPort, queues: readonly string[]): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const queue of queues) {
    const { entries } = await port.pageScheduled(queue, null, SAMPLE);
    const kinds = (await port.readJobs(entries, { data: true })).flatMap(({ fields }) => {
      const read = decodeJobData(fields.get('data') ?? new Uint8Array());
      return read.ok ? [read.data.serializer] : [];
    });
    plans.push({ queue, serializer: kinds[0] ?? 'pickle', sampled: kinds.length > 0 });
  }
  return plans;
}

interface Measured extends CanarySeen {
  readonly sampled: boolean;
}

/** Schedules one canary for each, for the same second, waits for them together and removes them. */
async function measureAll(
  context: Context,
  port: RedisPort,
  lock: HeldLock,
  plans: readonly Plan[],
  patience: number,
): Promise<Measured[]> {
  if (plans.length === 0 || stopped(context)) return [];
  const now = await port.time();
  const due = Math.floor(now) + AHEAD_SECONDS;
  const canaries = plans.map(({ queue, serializer }) =>
    canaryJob({ queue, func: FUNC, serializer, status: 'scheduled', now }),
  );
  try {
    for (const canary of canaries) await port.scheduleCanary(lock, canary, due);
    return await watch(context, port, lock, { plans, canaries, due, patience });
  } finally {
    await removeAll(port, lock, canaries);
  }
}

interface Watched {
  readonly plans: readonly Plan[];
  readonly canaries: readonly Canary[];
  readonly due: number;
  readonly patience: number;
}

/** Looks ten times a second until every canary has ended, time is over, or a signal came. */
async function watch(
  context: Context,
  port: RedisPort,
  lock: HeldLock,
  { plans, canaries, due, patience }: Watched,
): Promise<Measured[]> {
  const ids = canaries.map(({ id }) => id);
  const notStartedAt = new Map<string, number>(ids.map((id) => [id, due]));
  const seenStartedAt = new Map<string, number>();
  for (;;) {
    const { now, states } = await port.lookAtCanaries(lock, ids);
    states.forEach(({ status }, i) => {
      const id = ids[i] ?? '';
      if (status === 'scheduled' || status === 'queued') notStartedAt.set(id, Math.max(now, due));
      else if (!seenStartedAt.has(id)) seenStartedAt.set(id, now);
    });
    const open = states.filter(({ status }) => UNDER_WAY.has(status ?? '')).length;
    if (open === 0 || now >= due + patience || stopped(context)) {
      return plans.map(({ queue, serializer, sampled }, i) => ({
        ...{ queue, serializer, sampled, due, patience },
        ...readState(states[i]),
        notStartedAt: notStartedAt.get(ids[i] ?? '') ?? due,
        seenStartedAt: seenStartedAt.get(ids[i] ?? '') ?? null,
      }));
    }
    const seconds = Math.max(0, Math.ceil(due - now));
    const wait = seconds > 0 ? `due in ${seconds} s` : `due ${Math.floor(now - due)} s ago`;
    context.terminal.progress(`Canaries: ${ids.length - open} of ${ids.length} have run (${wait})`);
    await sleep(POLL_MS);
  }
}

const UNDER_WAY: ReadonlySet<string> = new Set(['scheduled', 'queued', 'started']);

function readState(state: CanaryState | undefined): Pick<CanarySeen, 'outcome' | 'enqueuedAt' | 'startedAt'> {
  const { status = null, enqueuedAt = null, startedAt = null } = state ?? {};
  const time = (text: string | null) => (text === null ? null : parseUtc(Buffer.from(text)));
  const outcome =
    status === 'scheduled' || status === 'queued' || status === 'started'
      ? (`timeout-${status}` as const)
      : outcomeOf(status);
  return { outcome, enqueuedAt: time(enqueuedAt), startedAt: time(startedAt) };
}

/** Together, so that the pauses are not one after another. */
async function removeAll(port: RedisPort, lock: HeldLock, canaries: readonly CanaryName[]): Promise<void> {
  let open = canaries;
  for (let tries = 0; tries < REMOVE_TRIES && open.length > 0; tries++) {
    if (tries > 0) await sleep(WITHDRAW_MS);
    const left: CanaryName[] = [];
    for (const one of open) if ((await port.removeCanary(lock, one)) !== 'removed') left.push(one);
    open = left;
  }
}

/** Where active series run, by a worker that lives: can it import the module? */
async function pingAll(
  context: Context,
  port: RedisPort,
  lock: HeldLock,
  served: readonly string[],
  patience: number,
): Promise<Check[]> {
  const proofs = new Map<string, { serializer: Serializer; mode: Series['mode']; jobId: string }>();
  for (const { series } of await lookAtSeries(port)) {
    const { state, queue, serializer, jobId } = series;
    if (state !== 'active' || !served.includes(queue)) continue;
    // A module that knows ticks knows runs, too.
    const mode = proofs.get(queue)?.mode === 'tick' ? 'tick' : series.mode;
    if (serializer === 'pickle' || serializer === 'json') proofs.set(queue, { serializer, mode, jobId });
  }
  const checks: Check[] = [];
  for (const [queue, { serializer, mode, jobId }] of proofs) {
    if (stopped(context)) break;
    const module = await moduleOf(port, jobId);
    const outcome = await pingQueue(context, port, lock, { queue, serializer, mode, module, patience });
    checks.push(importCheck(queue, outcome, patience));
  }
  return checks;
}

/** Dotted name of the package in an armed job; its plain name where that cannot be read. */
async function moduleOf(port: RedisPort, jobId: string): Promise<string> {
  const [job] = await port.readJobs([{ id: Buffer.from(jobId), score: '0' }], { data: true });
  const read = decodeJobData(job?.fields.get('data') ?? new Uint8Array());
  const name = read.ok ? /^([\w.]*\brq_recurring)\.\w+$/.exec(read.data.func)?.[1] : undefined;
  return name ?? 'rq_recurring';
}
