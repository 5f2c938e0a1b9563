/** Redis keys of rq-scheduler, identical from 0.9 to 0.14 (SEMANTICS §1, §7). */

/** ZSET of job ids, score = epoch seconds UTC. */
export const SCHEDULED_JOBS_KEY = 'rq:scheduler:scheduled_jobs';

/** STRING held with SET NX EX during a pass (rq-scheduler >= 0.8.0). */
export const SCHEDULER_LOCK_KEY = 'rq:scheduler_lock';

/** HASH of the only scheduler, up to rq-scheduler 0.9.1. */
export const SCHEDULER_KEY = 'rq:scheduler';

/** Prefix of the HASH of one scheduler, from rq-scheduler 0.10. */
export const SCHEDULER_INSTANCE_PREFIX = 'rq:scheduler_instance:';

/** Prefix of the job HASH, shared with RQ; the id follows raw. */
export const JOB_KEY_PREFIX = 'rq:job:';

/** Key of a job hash. Bytes, as ids need not be UTF-8. */
export function jobKey(id: Uint8Array): Uint8Array {
  return new Uint8Array(Buffer.concat([Buffer.from(JOB_KEY_PREFIX), id]));
}
