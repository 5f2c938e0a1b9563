/**
 * How a cron string is read. `crontab`: the PyPI package of that name, day of month AND day of week, a sixth
 * field is the year, with seven fields the first is seconds. `croniter`: day of month OR day of week, a sixth
 * field is seconds (SEMANTICS §6).
 */
export type CronDialect = 'crontab' | 'croniter';

/** Where rq-scheduler takes the wall clock from for a cron entry (SEMANTICS §6). */
export type ZoneRule = 'utc' | 'host';

/** The dialect of an rq-scheduler version such as `0.13.1`; an unknown version counts as a current one. */
export function dialectOf(rqSchedulerVersion: string | null): CronDialect {
  return minorOf(rqSchedulerVersion) >= 12 ? 'crontab' : 'croniter';
}

/**
 * 0.9 and 0.10 always read cron strings in UTC (the flag of 0.10 has no effect), 0.11 unless
 * `use_local_timezone` is set, later versions always in the zone of the host, whatever the flag says
 * (rq_scheduler/utils.py at each tag). An unknown version counts as a current one.
 */
export function zoneRuleOf(rqSchedulerVersion: string | null, useLocalTimezone: boolean): ZoneRule {
  const minor = minorOf(rqSchedulerVersion);
  if (minor >= 12) return 'host';
  return minor === 11 && useLocalTimezone ? 'host' : 'utc';
}

/** The `13` of `0.13.1`; infinite for 1.x and for what is no version. */
function minorOf(version: string | null): number {
  const match = version === null ? null : /^\s*v?(\d+)\.(\d+)/.exec(version);
  return match && Number(match[1]) === 0 ? Number(match[2]) : Number.POSITIVE_INFINITY;
}
