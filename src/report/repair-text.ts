import type { Finding } from '../plan/types.js';
import { reasonsOf } from './messages/checks-entries.js';
import { columns, type Paint } from './paint.js';
import { findingLines } from './plan-text.js';
import { distance, wallClock } from './time.js';

/** A series whose armed occurrence is lost, and when it would go on. */
export interface BrokenSeries {
  readonly id: string;
  readonly reason: 'job-gone' | 'not-on-queue' | 'job-ended';
  /** Status of the lost job, null where it has none. */
  readonly status: string | null;
  readonly func: string;
  /** Epoch seconds; null where no time is left. */
  readonly slot: number | null;
}

interface View {
  readonly paint: Paint;
  readonly zone: string;
  /** Epoch seconds. */
  readonly now: number;
}

/** Rows of the preview. */
const SHOWN = 50;

function why({ reason, status }: BrokenSeries): string {
  if (reason === 'job-gone') return 'its waiting job no longer exists';
  if (reason === 'not-on-queue') return 'its job is on no queue';
  return `its job (${status ?? 'without status'}) armed no other`;
}

/** An entry of RQ's schedule that is to be mended or taken away. */
export interface UnfitEntry {
  readonly id: string;
  readonly queue: string;
  readonly newId: string | null;
  readonly action: 'mend' | 'remove' | 'quarantine';
  readonly reasons: readonly string[];
  /** It is made due at once. */
  readonly dueNow: boolean;
  /** Changes of fields in words. */
  readonly fields: readonly string[];
}

/** What `repair` is about to do, and what it cannot do. */
export function repairPreview(
  broken: readonly BrokenSeries[],
  unfit: readonly UnfitEntry[],
  findings: readonly Finding[],
  view: View,
): string {
  const { paint } = view;
  if (broken.length + unfit.length + findings.length === 0) {
    return paint.green(
      'Every recurring series has its next run armed, and RQ can take every entry; there is nothing to repair.',
    );
  }
  const lines = [...seriesLines(broken, view), ...entryLines(unfit, view)];
  return [...lines, ...findingLines(findings, paint)].join('\n');
}

function seriesLines(broken: readonly BrokenSeries[], { paint, zone, now }: View): string[] {
  if (broken.length === 0) return [];
  const rows = broken
    .slice(0, SHOWN)
    .map((one) => [
      one.id,
      one.func,
      why(one),
      one.slot === null
        ? 'none: it will be finished'
        : `${wallClock(one.slot, zone)} (${distance(one.slot - now)})`,
    ]);
  const title = `${broken.length.toLocaleString('en-US')} recurring series lost the next run`;
  return table(title, ['SERIES', 'FUNCTION', 'LOST', 'NEXT'], rows, broken.length, paint);
}

function entryLines(unfit: readonly UnfitEntry[], { paint }: View): string[] {
  if (unfit.length === 0) return [];
  const rows = unfit.slice(0, SHOWN).map((one) => [one.queue, one.id, reasonsOf(one.reasons), remedy(one)]);
  const title = `${unfit.length.toLocaleString('en-US')} scheduled ${unfit.length === 1 ? 'entry' : 'entries'} that RQ cannot take as they are`;
  return table(title, ['QUEUE', 'JOB', 'WHY', 'REMEDY'], rows, unfit.length, paint);
}

function remedy({ action, newId, dueNow, fields }: UnfitEntry): string {
  if (action === 'remove') return 'entry removed';
  if (action === 'quarantine') return 'set aside, its data kept';
  const now = dueNow ? ['made due at once'] : [];
  return [...(newId === null ? [] : [`renamed ${newId}`]), ...now, ...fields].join(', ');
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly string[][],
  total: number,
  paint: Paint,
): string[] {
  const lines = [paint.bold(title), ...columns([head.map((cell) => paint.dim(cell)), ...rows], '  ')];
  const more = total - rows.length;
  if (more > 0) lines.push(paint.dim(`  … and ${more.toLocaleString('en-US')} more`));
  return lines;
}

/** What `repair` did. */
export function repairSummary(
  result: {
    readonly runId: string | null;
    readonly armed: number;
    readonly mended: number;
    readonly findings: readonly Finding[];
  },
  paint: Paint,
): string {
  const { armed, mended } = result;
  const lines = [
    ...(armed > 0 ? [paint.green(`Armed ${armed.toLocaleString('en-US')} recurring series again.`)] : []),
    ...(mended > 0
      ? [paint.green(`Repaired ${mended.toLocaleString('en-US')} ${mended === 1 ? 'entry' : 'entries'}.`)]
      : []),
    ...(armed + mended === 0 ? ['Nothing was repaired.'] : []),
    ...findingLines(result.findings, paint),
  ];
  if (result.runId !== null)
    lines.push(`  Check  migrate-scheduler verify`, `  Undo   migrate-scheduler rollback ${result.runId}`);
  return lines.join('\n');
}
