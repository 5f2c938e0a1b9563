/** One look at a heartbeat that a process writes by its own clock. */
export interface BeatLook {
  /** What the process wrote, epoch seconds; null for nothing. */
  readonly claimed: number | null;
  /** When it was read, by Redis's clock. */
  readonly at: number;
}

/**
 * By how many seconds a process's clock is surely ahead of Redis's (negative: behind). A heartbeat from the future is
 * ahead; one that was written between two looks lies between them, so that what it claims tells the difference. 0 where
 * the looks agree with a right clock: an old heartbeat may simply be old.
 */
export function beatSkew(first: BeatLook, second: BeatLook): number {
  if (second.claimed === null) return 0;
  if (second.claimed > second.at) return second.claimed - second.at;
  const written = first.claimed !== null && first.claimed !== second.claimed;
  return written && second.claimed < first.at ? second.claimed - first.at : 0;
}

/** The difference of two clocks from one question: `sent` and `received` by ours, `answered` by Redis's. */
export function hostSkew(
  sent: number,
  answered: number,
  received: number,
): { host: number; uncertainty: number } {
  return { host: (sent + received) / 2 - answered, uncertainty: (received - sent) / 2 };
}
