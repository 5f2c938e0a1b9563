import type { JobDecision } from './conclude.js';
import type { CronRegistration } from './cron-registration.js';
import { wouldRunUnderLegacy } from './decide-job.js';
import type { Finding, JobAction, JobKind } from './types.js';

/** Counts over all legacy entries. */
export interface JobCounts {
  readonly total: number;
  readonly byKind: Readonly<Record<JobKind, number>>;
  readonly byAction: Readonly<Record<JobAction, number>>;
}

/** What is remembered of a stream of decisions; bounded however many jobs there are. */
export interface JobTally extends JobCounts {
  /** Queues (origins) of the jobs that get a native home, sorted. */
  readonly queues: readonly string[];
  /** How many of them each queue gets. */
  readonly perQueue: Readonly<Record<string, number>>;
  /** Those of them with recurring jobs that are re-armed, sorted. */
  readonly seriesQueues: readonly string[];
  /** A re-armed cron job is in croniter's dialect, which the recurring module leaves to croniter. */
  readonly needsCroniter: boolean;
  /** Entries for `rq cron`, whether they wait for it or not. */
  readonly registrations: readonly CronRegistration[];
  /** Those of them that wait. */
  readonly waiting: number;
  readonly findings: readonly Finding[];
  /** Entries that stay in the legacy zset although rq-scheduler would still run them. */
  readonly leftRunnable: number;
}

/** Findings about single jobs kept per code; the rest is summed up in one `more-of-the-same`. */
export const FINDINGS_PER_CODE = 100;

/** Collects counts, queues and findings from decisions one by one. */
export class Tally {
  #total = 0;
  #byKind: Record<JobKind, number> = { oneshot: 0, interval: 0, cron: 0 };
  #byAction: Record<JobAction, number> = {
    move: 0,
    rearm: 0,
    repeat: 0,
    retire: 0,
    keep: 0,
    drop: 0,
    refuse: 0,
  };
  #queues = new Map<string, number>();
  #seriesQueues = new Set<string>();
  #perCode = new Map<string, number>();
  #findings: Finding[] = [];
  #leftRunnable = 0;
  #needsCroniter = false;
  #registrations: CronRegistration[] = [];
  #waiting = 0;

  add({ item, findings, registration }: JobDecision): void {
    this.#total++;
    if (item.kind !== null) this.#byKind[item.kind]++;
    this.#byAction[item.action]++;
    const getsHome = item.action === 'move' || item.action === 'rearm' || item.action === 'repeat';
    const leaves = getsHome || item.action === 'drop' || item.action === 'retire';
    if (registration) {
      this.#registrations.push(registration);
      if (item.action === 'keep') this.#waiting++;
    }
    if (getsHome && item.queue !== null)
      this.#queues.set(item.queue, (this.#queues.get(item.queue) ?? 0) + 1);
    if (item.action === 'rearm' && item.queue !== null) this.#seriesQueues.add(item.queue);
    if (!leaves && item.reasons.some(wouldRunUnderLegacy)) this.#leftRunnable++;
    if (item.action === 'rearm' && item.recurrence?.dialect === 'croniter') this.#needsCroniter = true;
    for (const finding of findings) {
      const seen = (this.#perCode.get(finding.code) ?? 0) + 1;
      this.#perCode.set(finding.code, seen);
      if (seen <= FINDINGS_PER_CODE) this.#findings.push(finding);
    }
  }

  result(): JobTally {
    const more = [...this.#perCode]
      .filter(([, seen]) => seen > FINDINGS_PER_CODE)
      .map(
        ([of, seen]): Finding => ({
          code: 'more-of-the-same',
          severity: 'warn',
          args: { of, count: seen - FINDINGS_PER_CODE },
        }),
      );
    return {
      total: this.#total,
      byKind: this.#byKind,
      byAction: this.#byAction,
      queues: [...this.#queues.keys()].sort(),
      perQueue: Object.fromEntries(this.#queues),
      seriesQueues: [...this.#seriesQueues].sort(),
      registrations: this.#registrations,
      waiting: this.#waiting,
      findings: [...this.#findings, ...more],
      leftRunnable: this.#leftRunnable,
      needsCroniter: this.#needsCroniter,
    };
  }
}
