import type { Check, CheckStatus } from '../verify/observations.js';
import { type FailOn, fails } from '../verify/verdict.js';

/** What `verify` found, as every format shows it. */
export interface CheckReport {
  readonly checks: readonly Check[];
  readonly failOn: FailOn;
  /** The Redis that was looked at, its password left out; null where only files were. */
  readonly redis: string | null;
  /** Where the project lies, as seen from the folder that GitHub's annotations count from; '' for that folder. */
  readonly root: string;
  /** When it began (epoch seconds) and how long it took (seconds). */
  readonly startedAt: number;
  readonly seconds: number;
}

/** One line for the whole: what fails, or that all pass, and what is not quite right. */
export function closingLine({ checks, failOn }: Pick<CheckReport, 'checks' | 'failOn'>): string {
  const failed = checks.filter((check) => fails(check, failOn)).length;
  if (failed > 0) return `${failed} of ${checks.length} checks ${failed === 1 ? 'fails' : 'fail'}.`;
  const passed = count(checks, 'pass');
  const warned = count(checks, 'warn');
  const more = warned === 0 ? '' : `; ${warned} ${warned === 1 ? 'is a warning' : 'are warnings'}`;
  return `${warned === 0 ? 'All ' : ''}${passed} ${passed === 1 ? 'check passes' : 'checks pass'}${more}.`;
}

/** The worst lateness that canaries showed, beside what it was before (GUIDE G7); null where none started. */
export function precisionLine(checks: readonly Check[]): string | null {
  const late = checks.flatMap(({ code, args: { started } }) =>
    code === 'canary-ran' && typeof started === 'number' ? [started] : [],
  );
  if (late.length === 0) return null;
  const worst = Math.max(...late).toFixed(2);
  return `Test jobs started at most ${worst} s after they were due; rq-scheduler looks once a minute unless its -i says otherwise.`;
}

export function count(checks: readonly Check[], status: CheckStatus): number {
  return checks.filter((check) => check.status === status).length;
}

/** Which check it is, the same from one call to the next: `scheduler-beats: default`. A line number would not be. */
export function checkName({ code, where, jobId, path }: Check): string {
  const about = [where, jobId, path].filter((one) => one !== null && one !== undefined);
  return about.length === 0 ? code : `${code}: ${about.join(' ')}`;
}
