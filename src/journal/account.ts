/** A journal record together with where its job is now, as scripts/account_journal.lua says it. */
export interface AccountedJob {
  readonly op: string;
  readonly id: Uint8Array;
  readonly newId: Uint8Array | null;
  readonly queue: string;
  /** When it was due, as Redis prints it. */
  readonly score: string;
  readonly seriesId: string;
  readonly state: string;
  readonly detail: string;
}

/** What may be lost: to be looked at again, since a job that changes hands is nowhere for a moment. */
export interface Suspect {
  readonly job: AccountedJob;
  /** Its id now. */
  readonly id: Uint8Array;
  readonly reason: LossReason;
}

/**
 * `gone`: its hash is gone although its time has not come; `stray`: no registry and no queue holds it; `not-queued`:
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
  cancelled: 'seriesEnded',
  forgotten: 'seriesEnded',
};
const OF_SERIES: ReadonlySet<string> = new Set(['rearm', 'repair']);
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
    const series = OF_SERIES.has(job.op);
    const own = latin1(job.newId ?? job.id);
    const key = series ? `series ${job.seriesId}` : own;
    if (this.#seen.has(key)) return null;
    this.#seen.add(key);
    // What an earlier run knows under the id that a repair gave up.
    if (OF_ENTRIES.has(job.op)) this.#seen.add(latin1(job.id));
    this.#total++;
    if (series) return this.#countSeries(job);
    return this.#judge(job);
  }

  /** Counts a suspect by its second look; its own state decides where it has not changed. */
  settle(suspect: Suspect, state: string): void {
    const again = this.#reason(suspect.job, state, true);
    if (again === null) this.#count(this.#nameOf(suspect.job, state));
    else this.#lose(suspect.id, again);
  }

  #judge(job: AccountedJob): Suspect | null {
    const reason = this.#reason(job, job.state, false);
    if (reason === null) {
      this.#count(this.#nameOf(job, job.state));
      return null;
    }
    return { job, id: job.newId ?? job.id, reason };
  }

  /** Why this state means a loss; lists are searched already where the look was an exact one. */
  #reason(job: AccountedJob, state: string, exact: boolean): LossReason | null {
    if (state === 'stray') return job.detail === 'queued' ? 'not-queued' : 'stray';
    if (state === 'wrong-type') return 'wrong-type';
    if (state === 'gone') return Number(job.score) <= this.now ? null : 'gone';
    const listed = exact || job.detail !== 'queued' || this.isQueued(job.queue, latin1(job.newId ?? job.id));
    return state === 'queued' && !listed ? 'not-queued' : null;
  }

  #nameOf(job: AccountedJob, state: string): string {
    if (state === 'gone') return 'finishedOrExpired';
    if (job.op === 'repeat' && state === 'finished') return 'seriesEnded';
    return SETTLED[state] ?? 'other';
  }

  #countSeries(job: AccountedJob): null {
    if (job.state === 'lost') this.#lose(Buffer.from(job.seriesId), job.detail);
    else this.#count(job.state === 'finished' ? 'seriesEnded' : (SETTLED[job.state] ?? 'other'));
    return null;
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  #lose(id: Uint8Array, reason: string): void {
    this.#count('lost');
    if (this.lost.length < 10) this.lost.push({ id, reason });
  }
}
