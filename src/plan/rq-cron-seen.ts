import * as v from 'valibot';

/** Seconds after which RQ takes an `rq cron` process for dead (cron_scheduler_registry.py, SEMANTICS §5). */
const SILENCE = 120;

/** The `rq cron` processes that are alive, as Redis shows them. */
export interface RqCronSeen {
  /** Keys (`cronJobKey`) of the jobs that they have. */
  readonly jobs: ReadonlySet<string>;
  /** How many have a job of this tool's file or, where jobs are not shown, a file of that name. */
  readonly processes: number;
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
export function seeRqCron(processes: readonly CronProcess[], now: number, configFile: string): RqCronSeen {
  const jobs = new Set<string>();
  let count = 0;
  for (const { heartbeat, fields } of processes) {
    if (now - heartbeat > SILENCE) continue;
    const own = keysOf(fields.get('cron_jobs'));
    const file = fields.get('config_file') ?? '';
    const isFile = file.replace(/\.py$/, '').split(/[./]/).at(-1) === configFile.replace(/\.py$/, '');
    if (own.length > 0 || (!fields.has('cron_jobs') && isFile)) count++;
    for (const key of own) jobs.add(key);
  }
  return { jobs, processes: count };
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
