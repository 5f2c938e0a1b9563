import { setTimeout as sleep } from 'node:timers/promises';
import type { Series } from '../native/series.js';
import type { HeldLock, RunLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import type { CanaryOutcome } from '../verify/canary.js';
import { canaryJob, type Serializer } from './canary-job.js';
import type { Context } from './context.js';
import { seeWorkers } from './observe.js';
import { EXIT, refusal } from './outcome.js';

/** How long a worker may take to pick up and run a job that does nothing, seconds. */
const PATIENCE_SECONDS = 30;
const POLL_MS = 100;

/**
 * What shows that a worker can run series of a mode: a tick of a series that there is not, which does nothing; for
 * those of earlier releases, whose module knew no ticks, `ping`.
 */
function proofOf(mode: Series['mode'], module: string) {
  return mode === 'tick'
    ? { func: `${module}.tick`, args: ['migrate-scheduler-import-check', 0] }
    : { func: `${module}.ping`, args: [] };
}

/**
 * Proves, before recurring jobs are moved, that live workers can run `rq_recurring`: one harmless job per
 * queue, at its front, removed again. Queues without a live worker are returned: whoever serves them later
 * must be deployed with the module. Throws a refusal with exit code 5; nothing has been moved then.
 */
export async function checkImport(
  context: Context,
  port: RedisPort,
  lock: RunLock,
  queues: readonly string[],
  module: string,
): Promise<string[]> {
  const alive = seeWorkers(await port.workers(), await port.time()).filter((worker) => worker.alive);
  const served = queues.filter((queue) => alive.some((worker) => worker.queues.includes(queue)));
  for (const queue of served) {
    const outcome = await pingQueue(context, port, lock, {
      queue,
      serializer: 'pickle',
      mode: 'tick',
      module,
    });
    if (outcome.startsWith('timeout'))
      throw refusal(EXIT.partial, 'import-check-timeout', { queue, waited: PATIENCE_SECONDS });
    if (outcome !== 'finished')
      throw refusal(EXIT.partial, 'module-not-importable', { queue, status: outcome });
  }
  context.terminal.progressEnd();
  return queues.filter((queue) => !served.includes(queue));
}

/**
 * Has a worker of the queue run a harmless job that proves that it can run series of this mode, and removes the job
 * again. Stops waiting, as if time were over, when a signal came.
 */
export async function pingQueue(
  { terminal, stop }: Context,
  port: RedisPort,
  lock: HeldLock,
  {
    queue,
    serializer,
    mode,
    module,
    patience = PATIENCE_SECONDS,
  }: { queue: string; serializer: Serializer; mode: Series['mode']; module: string; patience?: number },
): Promise<CanaryOutcome> {
  terminal.progress(`Checking that the workers of queue ${queue} can run rq_recurring`);
  const now = await port.time();
  const canary = canaryJob({ queue, ...proofOf(mode, module), serializer, status: 'queued', now });
  await port.pushCanary(lock, canary);
  try {
    const until = Date.now() + patience * 1000;
    for (;;) {
      const status = (await port.lookAtCanaries(lock, [canary.id])).states[0]?.status ?? null;
      if (status !== 'queued' && status !== 'started') return outcomeOf(status);
      if (Date.now() >= until || stop.signal !== null) return `timeout-${status}`;
      await sleep(POLL_MS);
    }
  } finally {
    await port.removeCanary(lock, canary);
  }
}

/** RQ's status of a canary that is no longer under way. */
export function outcomeOf(status: string | null): 'finished' | 'failed' | 'gone' {
  if (status === 'finished') return 'finished';
  return status === null ? 'gone' : 'failed';
}
