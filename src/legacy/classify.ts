import type { JobKind, Recurrence } from '../plan/types.js';
import type { LegacyMeta } from './meta.js';

export interface Classification {
  readonly kind: JobKind;
  /** Null for a one-shot. */
  readonly recurrence: Recurrence | null;
}

/** What kind of entry `meta` makes it: interval wins over cron string (SEMANTICS §1). */
export function classify(meta: LegacyMeta): Classification {
  if (meta.interval === null && meta.cronString === null) return { kind: 'oneshot', recurrence: null };
  return {
    kind: meta.interval === null ? 'cron' : 'interval',
    recurrence: {
      interval: meta.interval,
      cronString: meta.cronString,
      remaining: remainingRuns(meta.repeat),
      useLocalTimezone: meta.useLocalTimezone,
    },
  };
}

/**
 * Runs of an entry still waiting, the next one included; null = endless. `meta.repeat` of such an
 * entry is the remaining count, 0 still runs once (SEMANTICS §8).
 */
function remainingRuns(repeat: number | null): number | null {
  if (repeat === null || repeat < 0) return null;
  return Math.max(1, repeat);
}
