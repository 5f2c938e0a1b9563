import * as v from 'valibot';
import type { CronRegistration } from './cron-registration.js';

/** Seconds after which RQ takes an `rq cron` process for dead (cron_scheduler_registry.py, SEMANTICS §5). */
const SILENCE = 120;

/** The `rq cron` processes that are alive, as Redis shows them. */
export interface RqCronSeen {
  /** Keys (`cronJobKey`) of the jobs that they have. */
  readonly jobs: ReadonlySet<string>;
  /** How many have a job of this tool's file or, where jobs are not shown, run a file of that name. */
  readonly processes: number;
  /** Those that show no jobs (RQ < 2.7) and started after the file was last written. */
  readonly current: number;
  /** Does the file have this job already? A process cannot have what is only going to be written. */
  readonly written: (registration: CronRegistration) => boolean;
}

/** The file that the processes run, as it is in the project. */
export interface CronFile {
  readonly name: string;
  /** When it was written, epoch seconds; null where there is none. */
  readonly writtenAt: number | null;
  readonly has: (registration: CronRegistration) => boolean;
}

/** Either of the two is null. */
export interface CronSchedule {
  readonly interval: number | null;
  readonly cron: string | null;
}

/** A process as registered: `rq:cron_schedulers` has the heartbeat (epoch seconds), `rq:cron_scheduler:<name>` the rest. */
export interface CronProcess {
  readonly heartbeat: number;
  /** Fields of its hash; empty where that has expired. */
  readonly fields: ReadonlyMap<string, string>;
}

/** By what a job of `rq cron` is the one that was written: id, queue and schedule. */
export function cronJobKey(id: string, queue: string, { interval, cron }: CronSchedule): string {
  return JSON.stringify([id, queue, interval, cron]);
}

const jobsSchema = v.array(
  v.object({
    queue_name: v.string(),
    interval: v.nullish(v.number(), null),
    cron: v.nullish(v.string(), null),
    meta: v.nullish(v.string(), null),
  }),
);
const metaSchema = v.object({ rq_scheduler_id: v.string() });

/** What the processes show (RQ >= 2.7: field `cron_jobs`, JSON whose `meta` is JSON again). */
export function seeRqCron(processes: readonly CronProcess[], now: number, own: CronFile): RqCronSeen {
  const jobs = new Set<string>();
  let [count, current] = [0, 0];
  for (const { heartbeat, fields } of processes) {
    if (now - heartbeat > SILENCE) continue;
    const keys = keysOf(fields.get('cron_jobs'));
    const file = fields.get('config_file') ?? '';
    const isFile = file.replace(/\.py$/, '').split(/[./]/).at(-1) === own.name.replace(/\.py$/, '');
    const silent = !fields.has('cron_jobs') && isFile;
    if (keys.length > 0 || silent) count++;
    const started = Date.parse(fields.get('created_at') ?? '') / 1000;
    if (silent && own.writtenAt !== null && started > own.writtenAt) current++;
    for (const key of keys) jobs.add(key);
  }
  return { jobs, processes: count, current, written: own.has };
}

function keysOf(cronJobs: string | undefined): string[] {
  const parsed = v.safeParse(jobsSchema, json(cronJobs));
  if (!parsed.success) return [];
  return parsed.output.flatMap(({ queue_name, interval, cron, meta }) => {
    const own = v.safeParse(metaSchema, json(meta));
    return own.success ? [cronJobKey(own.output.rq_scheduler_id, queue_name, { interval, cron })] : [];
  });
}

function json(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
