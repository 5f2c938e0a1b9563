import { SCHEDULER_INSTANCE_PREFIX, SCHEDULER_KEY } from './keys.js';

/** One rq-scheduler process as it announces itself (SEMANTICS §7). */
export interface LegacyInstance {
  /** The hex name (rq-scheduler >= 0.10), '' for the single key of older versions. */
  readonly name: string;
  /** The key exists and says no death. A process that was locked out may be alive without a key (<= 0.9.1). */
  readonly alive: boolean;
  /** Epoch seconds; null where absent or unreadable. */
  readonly birth: number | null;
  readonly death: number | null;
}

/** True for keys that announce a scheduler process; `rq:scheduler:scheduled_jobs` is none. */
export function isInstanceKey(key: string): boolean {
  return key === SCHEDULER_KEY || key.startsWith(SCHEDULER_INSTANCE_PREFIX);
}

/**
 * Reads the hash of one instance. Redis answers an absent key with no fields: not alive.
 */
export function parseInstance(key: string, fields: ReadonlyMap<string, Uint8Array>): LegacyInstance {
  return {
    name: key.startsWith(SCHEDULER_INSTANCE_PREFIX) ? key.slice(SCHEDULER_INSTANCE_PREFIX.length) : '',
    alive: fields.size > 0 && !fields.has('death'),
    birth: epoch(fields.get('birth')),
    death: epoch(fields.get('death')),
  };
}

function epoch(raw: Uint8Array | undefined): number | null {
  if (raw === undefined || raw.length === 0) return null;
  const value = Number(Buffer.from(raw).toString('latin1'));
  return Number.isFinite(value) ? value : null;
}
