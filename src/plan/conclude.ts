import type { CronRegistration } from './cron-registration.js';
import type { Finding, JobAction, JobItem, Severity } from './types.js';

/** The decision for one entry: what is shown, what is to be said. */
export interface JobDecision {
  readonly item: JobItem;
  readonly findings: readonly Finding[];
  /** For an entry that is left to `rq cron`. */
  readonly registration?: CronRegistration;
}

/** An entry before it is decided what becomes of it. */
export type Item = Omit<JobItem, 'action' | 'reasons'>;

/** The decision with one finding per reason; `more` are values that their wording needs. */
export function conclude(
  item: Item,
  action: JobAction,
  reasons: readonly string[],
  severity: Severity,
  more: Finding['args'] = {},
): JobDecision {
  const { id, newId, queue, func } = item;
  const args = { id, newId, queue, func, ...more };
  const findings = reasons.map((code): Finding => ({ code, severity, jobId: id, args }));
  return { item: { ...item, action, reasons }, findings };
}
