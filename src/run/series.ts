import { parseSeries, type Series } from '../native/series.js';
import type { RedisPort } from '../redis/port.js';
import type { SeriesLoss } from '../redis/series.js';
import type { SeriesSeen } from '../verify/observations.js';

/** A series and what is lost of it. */
export interface LookedAt {
  readonly series: Series;
  /** null where its occurrence is armed, and for one that is not active. */
  readonly loss: SeriesLoss | null;
  /** Status of the armed occurrence's job, null where it has none. */
  readonly jobStatus: string | null;
}

/** All series, or those with these ids; ids whose hash has expired are left out. */
export async function lookAtSeries(port: RedisPort, ids?: readonly string[]): Promise<LookedAt[]> {
  const found = await port.readSeries(ids ?? (await port.seriesIds()), { data: false });
  return found.flatMap(({ id, fields, loss, jobStatus }) =>
    fields.size === 0 ? [] : [{ series: parseSeries(id, fields), loss, jobStatus }],
  );
}

/**
 * Those of `first` that are lost still. To be called a second or more later: a worker that has just taken a job off
 * its queue leaves a moment in which it is nowhere.
 */
export async function stillLost(port: RedisPort, first: readonly LookedAt[]): Promise<LookedAt[]> {
  const suspects = new Map(
    first.filter(({ loss }) => loss !== null).map(({ series: { id, jobId } }) => [id, jobId]),
  );
  if (suspects.size === 0) return [];
  const again = await lookAtSeries(port, [...suspects.keys()]);
  // With another occurrence it has gone on meanwhile.
  return again.filter(({ series, loss }) => loss !== null && suspects.get(series.id) === series.jobId);
}

/** What `verify` judges of two looks. */
export function seriesSeen(first: readonly LookedAt[], lost: readonly LookedAt[]): SeriesSeen {
  return {
    active: first.filter(({ series }) => series.state === 'active').length,
    broken: lost.map(({ series, loss }) => ({ id: series.id, loss: loss ?? '' })),
  };
}
