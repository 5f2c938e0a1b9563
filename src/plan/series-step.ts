import { dialectOf } from '../legacy/cron/dialect.js';
import { decodeJobData } from '../legacy/job-data.js';
import { userMeta } from '../legacy/meta-edit.js';
import { pickleCall } from '../legacy/pickle/index.js';
import type { JobSnapshot } from '../legacy/types.js';
import { seriesIdFor } from '../native/job-id.js';
import { type FieldValue, firstOccurrence } from '../native/occurrence.js';
import type { JobItem } from './types.js';

/** Everything that is written for a recurring job: the series and its first occurrence. */
export interface SeriesStep {
  readonly queue: string;
  readonly newId: string;
  /** Score of the first occurrence: the legacy score, epoch seconds. */
  readonly slot: string;
  readonly seriesId: string;
  readonly jobFields: readonly (readonly [string, FieldValue])[];
  readonly seriesFields: readonly (readonly [string, FieldValue])[];
}

/**
 * Builds the series of an item decided as `rearm` (docs/recurring.md). `now` is epoch seconds, `module` the
 * dotted name of the package that runs it. Null when the
 * item is no such one.
 */
export function seriesStep(
  job: JobSnapshot,
  item: JobItem,
  schedulerVersion: string | null,
  now: number,
  module?: string,
): SeriesStep | null {
  const { recurrence, queue, newId } = item;
  const raw = job.fields.get('data');
  const decoded = raw === undefined ? null : decodeJobData(raw);
  if (item.action !== 'rearm' || !recurrence || queue === null || newId === null || !decoded?.ok) return null;
  const seriesId = seriesIdFor(job.id);
  const slot = Math.ceil(item.scheduledAt);
  const built = firstOccurrence(
    {
      series: seriesId,
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
      ...(module === undefined ? {} : { module }),
    },
    job.fields,
    now,
    pickleCall,
  );
  return {
    queue,
    newId: built.jobId,
    slot: String(slot),
    seriesId,
    jobFields: withUserMeta(pairs(built.jobFields)),
    seriesFields: pairs(built.seriesFields),
  };
}

/** The runs of a series do not carry rq-scheduler's own keys in their meta; the series' hash keeps it whole. */
function withUserMeta(fields: SeriesStep['jobFields']): SeriesStep['jobFields'] {
  return fields.flatMap(([name, value]): SeriesStep['jobFields'][number][] => {
    if (name !== 'meta' || typeof value === 'string') return [[name, value]];
    const own = userMeta(value);
    return own.length > 0 ? [[name, own]] : [];
  });
}

function pairs(flat: readonly FieldValue[]): (readonly [string, FieldValue])[] {
  const out: (readonly [string, FieldValue])[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) out.push([String(flat[i]), flat[i + 1] ?? '']);
  return out;
}
