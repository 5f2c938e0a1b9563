import type { Finding } from '../plan/types.js';
import type { Paint } from './paint.js';
import { columns } from './paint.js';
import { findingLines } from './plan-text.js';

interface FileLine {
  readonly path: string;
  readonly action: 'restored' | 'removed' | 'unchanged' | 'refused';
  readonly reason: string | null;
}

type MovedCount = 'moved' | 'renamed' | 'rearmed' | 'repeated' | 'retired' | 'dropped';
type JobCounts = Readonly<Record<'restored' | 'alreadyRun' | 'missing', number>>;

const WILL: Readonly<Record<FileLine['action'], string>> = {
  restored: 'will be restored',
  removed: 'will be removed (the run created it)',
  unchanged: 'is as it was before',
  refused: 'will be left alone',
};

/** What a rollback is about to do. */
export function rollbackPreview(
  plan: {
    readonly runId: string;
    readonly files: readonly FileLine[];
    readonly record: {
      readonly counts: Readonly<Record<MovedCount | 'repaired' | 'mended', number>>;
    } | null;
  },
  paint: Paint,
): string {
  const { runId, files, record } = plan;
  const lines = [paint.bold(`Rolling back run ${runId}`)];
  if (record) {
    const { moved, renamed, rearmed, repeated, retired, dropped, repaired, mended } = record.counts;
    const total = (moved + renamed + rearmed + repeated + retired + dropped).toLocaleString('en-US');
    lines.push(
      repaired + mended > 0
        ? `  The repair armed ${repaired.toLocaleString('en-US')} series and mended ${mended.toLocaleString('en-US')} entries; what still waits becomes as it was before`
        : `  Jobs   the run moved ${total}; those that still wait go back to rq-scheduler's schedule`,
    );
  }
  const rows = files.map((file) => [
    file.path,
    `${WILL[file.action]}${file.reason ? ` (${file.reason})` : ''}`,
  ]);
  return [...lines, ...columns(rows, '  ')].join('\n');
}

/** What the rollback of a `repair` did. */
function repairUndone({ restored, alreadyRun, missing }: JobCounts, paint: Paint): string {
  const n = (count: number) => count.toLocaleString('en-US');
  return [
    paint.green('Rolled back.'),
    `  ${n(restored)} as before the repair again, ${n(alreadyRun)} ran meanwhile, ${n(missing)} cancelled meanwhile`,
    ...(restored > 0
      ? ['', "Next: migrate-scheduler verify names what may stop or escape RQ's scheduler again."]
      : []),
  ].join('\n');
}

/** What a rollback did. */
export function rollbackSummary(
  result: {
    readonly jobs: JobCounts;
    readonly files: readonly FileLine[];
    readonly findings: readonly Finding[];
  },
  ofRepair: boolean,
  paint: Paint,
): string {
  if (ofRepair) return repairUndone(result.jobs, paint);
  const { restored, alreadyRun, missing } = result.jobs;
  const n = (count: number) => count.toLocaleString('en-US');
  const counted = (action: FileLine['action']) =>
    result.files.filter((file) => file.action === action).length;
  const lines = [
    counted('refused') > 0
      ? paint.yellow('Rolled back, except for some files.')
      : paint.green('Rolled back.'),
    `  Jobs   ${n(restored)} back in rq-scheduler's schedule, ${n(alreadyRun)} ran meanwhile, ${n(missing)} cancelled or deleted meanwhile`,
    `  Files  ${counted('restored')} restored, ${counted('removed')} removed, ${counted('refused')} left alone`,
    ...findingLines(result.findings, paint),
    '',
    'Next: build and start the old services again (docker compose build, docker compose up -d); rq-scheduler runs the jobs.',
  ];
  return lines.join('\n');
}
