import type { PlanHead } from '../plan/plan.js';
import { nextSteps } from './next-steps.js';
import type { Paint } from './paint.js';

const NAMES = {
  rearmed: 'recurring moved',
  repeated: 'left to RQ to repeat',
  retired: 'left to rq cron',
  dropped: 'dropped',
  kept: 'kept',
  refused: 'refused',
} as const;

export interface RunReport {
  readonly runId: string;
  readonly jobs: Readonly<Record<keyof typeof NAMES | 'moved' | 'renamed', number>>;
  readonly plan: PlanHead;
}

/** `3 jobs moved, 1 kept`: the counts that are not zero. */
function jobLine(jobs: RunReport['jobs']): string {
  const moved = jobs.moved + jobs.renamed;
  const parts = [`${moved.toLocaleString('en-US')} ${moved === 1 ? 'job' : 'jobs'} moved`];
  if (jobs.renamed > 0) parts.push(`${jobs.renamed} of them under a new id`);
  for (const [name, words] of Object.entries(NAMES)) {
    const count = jobs[name as keyof typeof NAMES];
    if (count > 0) parts.push(`${count.toLocaleString('en-US')} ${words}`);
  }
  return parts.join(', ');
}

/** What a run did, how to undo it, and what comes next. */
export function runSummary({ runId, jobs, plan }: RunReport, paint: Paint): string {
  const lines = [paint.green('Done.')];
  if (plan.covers.includes('redis')) lines.push(`  Jobs   ${jobLine(jobs)}`);
  if (plan.covers.includes('files')) {
    lines.push(
      `  Files  ${plan.files.length === 0 ? 'none to change' : plan.files.map((file) => file.path).join(', ')}`,
    );
    for (const { path, before, after } of plan.containers) {
      if (before !== after) lines.push(`         ${path}: ${before} → ${after} containers`);
    }
  }
  lines.push(`  Undo   migrate-scheduler rollback ${runId}`, '', paint.bold('Next'));
  nextSteps(plan).forEach((step, i) => {
    lines.push(`  ${i + 1}. ${step}`);
  });
  return lines.join('\n');
}
