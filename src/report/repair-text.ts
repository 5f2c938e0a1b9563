import type { Finding } from '../plan/types.js';
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
  return `its job is ${status ?? 'without status'} and armed no other`;
}

/** What `repair` is about to do, and what it cannot do. */
export function repairPreview(
  broken: readonly BrokenSeries[],
  findings: readonly Finding[],
  { paint, zone, now }: View,
): string {
  const total = broken.length + findings.length;
  if (total === 0)
    return paint.green('Every recurring series has its next run armed; there is nothing to repair.');
  const head = ['SERIES', 'FUNCTION', 'LOST', 'NEXT'].map((cell) => paint.dim(cell));
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
  const lines = [paint.bold(`${total.toLocaleString('en-US')} recurring series lost the next run`)];
  if (rows.length > 0) lines.push(...columns([head, ...rows], '  '));
  const more = broken.length - SHOWN;
  if (more > 0) lines.push(paint.dim(`  … and ${more.toLocaleString('en-US')} more`));
  return [...lines, ...findingLines(findings, paint)].join('\n');
}

/** What `repair` did. */
export function repairSummary(
  result: { readonly runId: string | null; readonly armed: number; readonly findings: readonly Finding[] },
  paint: Paint,
): string {
  const lines = [
    result.armed > 0
      ? paint.green(`Armed ${result.armed.toLocaleString('en-US')} again.`)
      : 'Nothing was armed.',
    ...findingLines(result.findings, paint),
  ];
  if (result.runId !== null) lines.push(`  Undo   migrate-scheduler rollback ${result.runId}`);
  return lines.join('\n');
}
