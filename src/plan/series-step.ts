import { dialectOf } from '../legacy/cron/dialect.js';
import { decodeJobData, describeCall, type JobData } from '../legacy/job-data.js';
import { pickleCall } from '../legacy/pickle/index.js';
import type { JobSnapshot } from '../legacy/types.js';
import { jobIdFor, seriesIdFor } from '../native/job-id.js';
import { type FieldValue, firstOccurrence, RUNTIME_MODULE } from '../native/occurrence.js';
import type { JobItem } from './types.js';

/** Characters of a call that stands for a description (RQ's own `get_call_string` has no bound). */
const DESCRIPTION_CHARS = 500;

/** Everything that is written for a recurring job: the series and its first tick. */
export interface SeriesStep {
  readonly queue: string;
  readonly newId: string;
  /** Score of the first tick: the legacy score, epoch seconds. */
  readonly slot: string;
  readonly seriesId: string;
  /** Id of the real job: the legacy one, or where RQ cannot hold that the one that it gets. */
  readonly realId: Uint8Array;
  readonly jobFields: readonly (readonly [string, FieldValue])[];
  readonly seriesFields: readonly (readonly [string, FieldValue])[];
}

/** What the form of a series depends on besides the job. */
export interface SeriesForm {
  /** RQ version that will run it; null = unknown. */
  readonly rq: string | null;
  readonly schedulerVersion: string | null;
  /** Dotted name under which workers import the runtime; absent: `rq_recurring`. */
  readonly module?: string | undefined;
}

/**
 * Builds the series of an item decided as `rearm` (docs/recurring.md). `now` is epoch seconds. Null when the item is
 * no such one.
 */
export function seriesStep(
  job: JobSnapshot,
  item: JobItem,
  { rq, schedulerVersion, module = RUNTIME_MODULE }: SeriesForm,
  now: number,
): SeriesStep | null {
  const { recurrence, queue, newId } = item;
  const raw = job.fields.get('data');
  const decoded = raw === undefined ? null : decodeJobData(raw);
  if (item.action !== 'rearm' || !recurrence || queue === null || newId === null || !decoded?.ok) return null;
  const seriesId = seriesIdFor(job.id);
  const realId = jobIdFor(job.id, rq);
  const slot = Math.ceil(item.scheduledAt);
  const built = firstOccurrence(
    {
      series: seriesId,
      job: realId,
      queue,
      kind: recurrence.interval === null ? 'cron' : 'interval',
      interval: recurrence.interval,
      cron: recurrence.cronString,
      tz: recurrence.zone ?? 'UTC',
      dialect: dialectOf(schedulerVersion),
      anchor: slot,
      remaining: recurrence.remaining,
      slot,
      serializer: decoded.data.serializer,
      func: decoded.data.func,
      legacyId: job.id,
    },
    job.fields,
    { description: descriptionOf(job, decoded.data), module },
    now,
    pickleCall,
  );
  return {
    queue,
    newId: built.jobId,
    slot: String(slot),
    seriesId,
    realId,
    jobFields: pairs(built.jobFields),
    seriesFields: pairs(built.seriesFields),
  };
}

function descriptionOf(job: JobSnapshot, data: JobData): FieldValue {
  const own = job.fields.get('description');
  return own && own.length > 0 ? own : describeCall(data, DESCRIPTION_CHARS);
}

function pairs(flat: readonly FieldValue[]): (readonly [string, FieldValue])[] {
  const out: (readonly [string, FieldValue])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) out.push([String(flat[i]), flat[i + 1] ?? '']);
  return out;
}
