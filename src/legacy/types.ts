/**
 * One member of `rq:scheduler:scheduled_jobs` with its job hash, as read from Redis.
 * Bytes stay bytes: ids, `data` and `meta` need not be text.
 */
export interface JobSnapshot {
  /** The zset member, raw. */
  readonly id: Uint8Array;
  /** The zset score exactly as Redis printed it: epoch seconds, UTC. */
  readonly score: string;
  /** TYPE of `rq:job:<id>`: `hash`, `none`, or another Redis type. */
  readonly type: string;
  /** Hash fields by name. Fields that were not asked for are absent as missing ones are. */
  readonly fields: ReadonlyMap<string, Uint8Array>;
  /** PTTL of the hash, milliseconds; -1 no expiry, -2 no key. */
  readonly pttl: number;
}
