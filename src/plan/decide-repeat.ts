import { decodeJobData } from '../legacy/job-data.js';
import { userMeta } from '../legacy/meta-edit.js';
import type { JobSnapshot } from '../legacy/types.js';
import { seriesIdFor } from '../native/job-id.js';
import type { FieldValue } from '../native/occurrence.js';
import { repeatFields } from '../native/repeat.js';
import { atLeast } from '../native/version.js';
import type { Finding, JobItem, Recurrence } from './types.js';

/** The RQ that brought Repeat, and the one whose workers schedule it without the error of an hour (SEMANTICS §4). */
const BROUGHT_REPEAT = '2.3';
const KNOWS_SUMMER_TIME = '3.0';

/** A finite interval entry that becomes one native job, or the code of why it does not. */
export type RepeatDecision =
  | { readonly ok: true; readonly newId: string }
  | { readonly ok: false; readonly code: 'repeat-needs-rq-2-3' | 'repeat-not-finite' };

/** Decides for one entry; `rq` null is an unknown version, which may be too old. */
export function decideRepeat(id: Uint8Array, recurrence: Recurrence, rq: string | null): RepeatDecision {
  if (rq === null || !atLeast(rq, BROUGHT_REPEAT)) return { ok: false, code: 'repeat-needs-rq-2-3' };
  if (recurrence.interval === null || recurrence.remaining === null) {
    return { ok: false, code: 'repeat-not-finite' };
  }
  return { ok: true, newId: `${seriesIdFor(id)}-repeat` };
}

/** What is said once of a plan with such jobs: how they differ from rq-scheduler's. */
export function repeatFindings(count: number, rq: string | null): Finding[] {
  if (count === 0) return [];
  const args = { count };
  const stops: Finding = { code: 'repeat-stops-at-failure', severity: 'warn', args };
  if (rq !== null && atLeast(rq, KNOWS_SUMMER_TIME)) return [stops];
  return [stops, { code: 'repeat-dst', severity: 'warn', args }];
}

/** What is written for one of them. */
export interface RepeatStep {
  readonly queue: string;
  readonly newId: string;
  /** The legacy score as it is. */
  readonly slot: string;
  readonly jobFields: readonly (readonly [string, FieldValue])[];
  /** Runs that it is to make. */
  readonly runs: number;
}

/** Builds the native job of an item decided as `repeat`; null when it is no such one. */
export function repeatStep(job: JobSnapshot, item: JobItem): RepeatStep | null {
  const { recurrence, queue, newId } = item;
  const data = job.fields.get('data');
  if (item.action !== 'repeat' || !recurrence || queue === null || newId === null) return null;
  if (recurrence.interval === null || recurrence.remaining === null) return null;
  if (data === undefined || !decodeJobData(data).ok) return null;
  const meta = job.fields.get('meta');
  const own = meta === undefined ? null : userMeta(meta);
  const jobFields = repeatFields(job.fields, recurrence.interval, recurrence.remaining, own);
  return { queue, newId, slot: job.score, jobFields, runs: recurrence.remaining };
}
