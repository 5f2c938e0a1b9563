import type { JobItem, Recurrence } from '../plan/types.js';
import { columns, type Paint } from './paint.js';
import { wallClock } from './time.js';

const KNOWN_BY: Readonly<Record<NonNullable<Recurrence['zoneKnownBy']>, string>> = {
  'legacy-version': 'this rq-scheduler always read it so',
  score: 'it runs alike in every zone that its next run fits, but for clock changes',
  candidate: 'so the project runs it, and its next run fits',
  option: 'from --tz',
};

/** `every 300 s`, `cron "0 9 * * 1" in Asia/Tokyo (from --tz)`, with the runs that are left. */
export function recurrenceText(recurrence: Recurrence): string {
  const { interval, cronString, remaining, zone, zoneKnownBy } = recurrence;
  const known = zoneKnownBy ? ` (${KNOWN_BY[zoneKnownBy]})` : '';
  const rule =
    interval === null ? `cron "${cronString}"${zone ? ` in ${zone}${known}` : ''}` : `every ${interval} s`;
  return remaining === null ? rule : `${rule}, ${remaining} ${remaining === 1 ? 'run' : 'runs'} left`;
}

/**
 * One entry per recurring job: its rule, and for a cron job its next fire times before and after, in the
 * series' own zone; one row where they are the same.
 */
export function recurrenceLines(items: readonly JobItem[], paint: Paint): string[] {
  return items.flatMap((item) => {
    const { recurrence } = item;
    if (!recurrence) return [];
    const head = `  ${item.id}  ${recurrenceText(recurrence)}`;
    const { timesBefore, timesAfter, zone } = recurrence;
    if (!timesBefore || !timesAfter || zone === undefined) return [head];
    const row = (times: readonly number[]) => times.map((time) => wallClock(time, zone).slice(5, 16));
    const same = timesBefore.join() === timesAfter.join();
    const rows = same
      ? [['before and after', ...row(timesAfter)]]
      : [['before', ...row(timesBefore)], ['after', ...row(timesAfter)].map((cell) => paint.yellow(cell))];
    return [head, ...columns(rows, '    ').map((line) => (same ? paint.dim(line) : line))];
  });
}
