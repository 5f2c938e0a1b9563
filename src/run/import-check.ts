import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { pickleCall } from '../legacy/pickle/index.js';
import { formatUtc } from '../native/parse.js';
import type { Canary } from '../redis/canary.js';
import type { RunLock } from '../redis/lock.js';
import type { RedisPort } from '../redis/port.js';
import type { Context } from './context.js';
import { seeWorkers } from './observe.js';
import { EXIT, refusal } from './outcome.js';

/** How long a worker may take to pick up and run a job that does nothing, seconds. */
const PATIENCE_SECONDS = 30;
const POLL_MS = 100;

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
): Promise<string[]> {
  const alive = seeWorkers(await port.workers(), await port.time()).filter((worker) => worker.alive);
  const served = queues.filter((queue) => alive.some((worker) => worker.queues.includes(queue)));
  for (const queue of served) {
    context.terminal.progress(`Checking that the workers of queue ${queue} can run rq_recurring`);
    await checkQueue(context, port, lock, canaryFor(queue, await port.time()));
  }
  context.terminal.progressEnd();
  return queues.filter((queue) => !served.includes(queue));
}

function canaryFor(queue: string, now: number): Canary {
  const id = `migrate-scheduler-canary-${randomBytes(6).toString('hex')}`;
  const at = formatUtc(now);
  return {
    id,
    queue,
    fields: [
      ['status', 'queued'],
      ['created_at', at],
      ['enqueued_at', at],
      ['data', new Uint8Array(deflateSync(pickleCall('rq_recurring.ping', [])))],
      ['origin', queue],
      ['description', 'migrate-scheduler: can this worker run rq_recurring?'],
      ['timeout', '30'],
      ['result_ttl', '60'],
      ['failure_ttl', '60'],
      ['started_at', ''],
      ['ended_at', ''],
    ],
  };
}

async function checkQueue(context: Context, port: RedisPort, lock: RunLock, canary: Canary): Promise<void> {
  await port.pushCanary(lock, canary);
  try {
    const until = Date.now() + PATIENCE_SECONDS * 1000;
    let status = await port.canaryStatus(canary.id);
    while (
      (status === 'queued' || status === 'started') &&
      Date.now() < until &&
      context.stop.signal === null
    ) {
      await sleep(POLL_MS);
      status = await port.canaryStatus(canary.id);
    }
    if (status === 'finished') return;
    const { queue } = canary;
    if (status === 'queued' || status === 'started') {
      throw refusal(EXIT.partial, 'import-check-timeout', { queue, waited: PATIENCE_SECONDS });
    }
    throw refusal(EXIT.partial, 'module-not-importable', { queue, status: status ?? 'gone' });
  } finally {
    await port.removeCanary(lock, canary);
  }
}
