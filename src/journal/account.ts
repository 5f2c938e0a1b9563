/** A journal record together with where its job is now, as scripts/account_journal.lua says it. */
export interface AccountedJob {
  readonly op: string;
  readonly id: Uint8Array;
  /** Id under which the job was scheduled, null where that is `id`. */
  readonly newId: Uint8Array | null;
  readonly queue: string;
  /** When it was due before, as Redis prints it. */
  readonly score: string;
  readonly seriesId: string;
  readonly state: string;
  /** Status of the job, or the reason of a lost series. */
  readonly detail: string;
}

/** What may be lost: to be looked at again, since a job that changes hands is nowhere for a moment. */
export interface Suspect {
  readonly job: AccountedJob;
  /** Its id now; of a series, the series' own. */
  readonly id: Uint8Array;
  /** As a job is lost, or as its series is (redis/scripts/series.lua). */
  readonly reason: string;
  /** It is a series, whose waiting job has been taken off its queue or is lost. */
  readonly series: boolean;
}

/**
 * `gone`: its hash is gone although its time has not come, or while it waits in its registry still; `stray`: no registry and no queue holds it; `not-queued`:
 * its status is queued, but it is on no queue; `wrong-type`: its key holds something else.
 */
export type LossReason = 'gone' | 'stray' | 'not-queued' | 'wrong-type';

const latin1 = (id: Uint8Array): string => Buffer.from(id).toString('latin1');

/** States that need no second look, and under which name they are counted. */
const SETTLED: Readonly<Record<string, string>> = {
  scheduled: 'scheduled',
  queued: 'queued',
  started: 'running',
  deferred: 'deferred',
  finished: 'finished',
  failed: 'failed',
  canceled: 'canceled',
  stopped: 'stopped',
  legacy: 'rolledBack',
  dropped: 'dropped',
  retired: 'retired',
  removed: 'removed',
  quarantined: 'quarantined',
  armed: 'series',
  paused: 'series',
  cancelled: 'seriesEnded',
  forgotten: 'seriesEnded',
};
const OF_SERIES: ReadonlySet<string> = new Set(['rearm', 'absorb', 'repair']);
/** Ops of `repair` on single entries. */
const OF_ENTRIES: ReadonlySet<string> = new Set(['mend', 'remove', 'quarantine']);

/**
 * Counts what became of every job that runs moved. Runs are to be given newest first: what a later run did with a job
 * is what holds. `finishedOrExpired` are those whose hash is gone after their time had come: RQ keeps results 500 s by
 * default, so nobody can tell any more.
 */
export class Account {
  readonly counts: Record<string, number> = { lost: 0 };
  readonly lost: { readonly id: Uint8Array; readonly reason: string }[] = [];
  #total = 0;
  readonly #seen = new Set<string>();

  constructor(
    /** Redis's clock, epoch seconds. */
    readonly now: number,
    /** Is this id in its queue's list? */
    readonly isQueued: (queue: string, id: string) => boolean,
  ) {}

  get total(): number {
    return this.#total;
  }

  /** Counts the record, or returns why it has to be looked at again. */
  add(job: AccountedJob): Suspect | null {
    if (job.state === 'removed') {
      // Its job was gone before: whether that is a loss, the run says that moved it.
      this.#count('removed');
      return null;
    }
    const series = OF_SERIES.has(job.op);
    const own = latin1(job.newId ?? job.id);
    const key = series ? `series ${job.seriesId}` : own;
    if (this.#seen.has(key)) return null;
    this.#seen.add(key);
    // What an earlier run knows under the id that a repair gave up.
    if (OF_ENTRIES.has(job.op)) this.#seen.add(latin1(job.id));
    this.#total++;
    if (series && job.state === 'lost')
      return { job, id: Buffer.from(job.seriesId), reason: job.detail, series };
    const reason = series ? null : this.#reason(job, job.state, false);
    if (reason !== null) return { job, id: job.newId ?? job.id, reason, series };
    this.#count(this.#nameOf(job, job.state));
    return null;
  }

  /** Counts a suspect whose state at another look, its list searched, explains it; returns one that is nowhere still. */
  settle(suspect: Suspect, state: string): Suspect | null {
    const reason = suspect.series
      ? state === 'lost'
        ? suspect.reason
        : null
      : this.#reason(suspect.job, state, true);
    if (reason !== null) return { ...suspect, reason };
    this.#count(this.#nameOf(suspect.job, state));
    return null;
  }

  /** Counts what was nowhere at the last look. */
  lose({ id, reason }: Suspect): void {
    this.#count('lost');
    if (this.lost.length < 10) this.lost.push({ id, reason });
  }

  /** Why this state means a loss; lists are searched already where the look was an exact one. */
  #reason(job: AccountedJob, state: string, exact: boolean): LossReason | null {
    if (state === 'stray') return job.detail === 'queued' ? 'not-queued' : 'stray';
    if (state === 'wrong-type') return 'wrong-type';
    if (state === 'ghost') return 'gone';
    if (state === 'gone') return Number(job.score) <= this.now ? null : 'gone';
    const listed = exact || job.detail !== 'queued' || this.isQueued(job.queue, latin1(job.newId ?? job.id));
    return state === 'queued' && !listed ? 'not-queued' : null;
  }

  #nameOf(job: AccountedJob, state: string): string {
    if (state === 'ghost') return 'gone';
    if (state === 'gone') return 'finishedOrExpired';
    if (state === 'finished' && (job.op === 'repeat' || OF_SERIES.has(job.op))) return 'seriesEnded';
    return SETTLED[state] ?? 'other';
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}
