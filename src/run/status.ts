import { parseScheduler } from '../native/worker.js';
import type { StatusDocument } from '../report/status-text.js';
import { statusText } from '../report/status-text.js';
import type { Context } from './context.js';
import { seeWorkers } from './observe.js';
import { withRedis } from './open-redis.js';
import { EXIT, type ExitCode } from './outcome.js';
import { lookAtSeries } from './series.js';

const GRACE = 5;

/** Prints what is scheduled where, and who is there to run it; writes nothing. */
export async function status(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const document = await withRedis(context, async ({ port }): Promise<StatusDocument> => {
    const now = await port.time();
    const keys = await port.schedulerKeys();
    const legacy = await port.legacyState(keys);
    const queues = await port.nativeQueues(keys, now - GRACE);
    const next = (await port.pageLegacy(null, 1)).entries[0];
    return {
      schema: 'migrate-scheduler/status@1',
      now,
      legacy: {
        scheduled: await port.legacyCount(),
        next: next ? Number(next.score) : null,
        lock: legacy.lock,
        schedulers: legacy.instances.map(({ key, birth, death }) => ({
          key,
          alive: death === null,
          birth: birth === null ? null : Number(birth),
          death: death === null ? null : Number(death),
        })),
      },
      native: {
        queues: queues.map((queue) => ({
          name: queue.name,
          scheduled: queue.scheduled,
          next: queue.first === null ? null : Number(queue.first),
          overdue: queue.overdue,
          queued: queue.waiting,
          scheduler: queue.lock,
        })),
      },
      workers: seeWorkers(await port.workers(), now),
      schedulers: (await port.schedulers(keys)).flatMap((beat) => {
        const fields = new Map([...beat.fields].map(([name, value]) => [name, Buffer.from(value)]));
        const info = parseScheduler(beat.key, fields);
        return info ? [{ name: info.name, queues: info.queues, lastHeartbeat: info.lastHeartbeat }] : [];
      }),
      series: (await lookAtSeries(port)).map(({ series, loss }) => ({
        id: series.id,
        kind: series.kind,
        interval: series.interval,
        cron: series.cron,
        tz: series.tz,
        queue: series.queue,
        func: series.func,
        remaining: series.remaining,
        slot: series.slot,
        jobId: series.jobId || null,
        job: series.job || null,
        state: series.state,
        armed: series.state === 'active' && loss === null,
      })),
    };
  });
  const text = () =>
    statusText(document, { paint: terminal.color, zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  await terminal.data(`${options.format === 'json' ? JSON.stringify(document) : text()}\n`);
  return EXIT.ok;
}
