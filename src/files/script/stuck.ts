/** A start of rq-scheduler that stays, and why. */
export interface Stuck {
  /** Offset of the command that starts it. */
  readonly at: number;
  readonly reason: StuckReason;
  /** Other work that goes with it (R12); empty for other reasons. */
  readonly alsoRuns: readonly string[];
}

export type StuckReason =
  | 'also-runs' // the same commands do other work (R12)
  | 'branch' // a branch that cannot be taken out alone
  | 'default' // what the script does without a known argument
  | 'document' // a here-document is in the way
  | 'uncalled' // a function that nothing in the script calls
  | 'pid' // what stays uses its process id, or a variable set with it
  | 'nested' // within quotes or a command line of its own
  | 'recipe' // of a Makefile
  | 'unreadable' // the script is not understood
  | 'whole'; // the script does nothing else
