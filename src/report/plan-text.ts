import { hasWork, type PlanHead, type QueueCoverage } from '../plan/plan.js';
import type { FileChange, Finding, JobItem } from '../plan/types.js';
import { place, wordFinding } from './messages/index.js';
import { columns, type Paint, paintDiff, severityWord } from './paint.js';
import { recurrenceLines } from './recurrence-text.js';
import { wallClock } from './time.js';

export interface PlanView {
  readonly paint: Paint;
  /** IANA zone of the person looking. */
  readonly zone: string;
  /** Epoch seconds. */
  readonly now: number;
  /** Say the reason of every edit. */
  readonly explain: boolean;
  /** Show everything, however long. */
  readonly all: boolean;
}

const ACTION: Readonly<Record<JobItem['action'], string>> = {
  move: 'move',
  rearm: 'move, recurring',
  repeat: 'move, repeated by RQ',
  retire: 'leave to rq cron',
  keep: 'keep',
  drop: 'drop',
  refuse: 'refuse',
};

/** The job table: one row per entry given, in the order given (by time). */
export function jobTable(items: readonly JobItem[], more: number, view: PlanView): string {
  const { paint } = view;
  const head = ['WHEN (local)', 'UTC', 'QUEUE', 'KIND', 'FUNCTION', 'JOB ID', 'BECOMES'].map((cell) =>
    paint.dim(cell),
  );
  const rows = items.map((item) => [
    wallClock(item.scheduledAt, view.zone),
    wallClock(item.scheduledAt, 'UTC').slice(11),
    item.queue ?? '?',
    item.kind ?? '?',
    item.func ?? '?',
    item.newId === null || item.action !== 'move' ? item.id : `${item.id} -> ${item.newId}`,
    becomes(item, paint),
  ]);
  const lines = columns([head, ...rows], '  ');
  const recurring = recurrenceLines(items, paint);
  if (recurring.length > 0) lines.push('', paint.bold('Recurring'), ...recurring);
  if (more > 0) lines.push(paint.dim(`  … and ${more.toLocaleString('en-US')} more (--all lists every job)`));
  return lines.join('\n');
}

function becomes(item: JobItem, paint: Paint): string {
  const reasons = item.reasons.length > 0 ? ` (${item.reasons.join(', ')})` : '';
  const text = ACTION[item.action] + reasons;
  if (item.action === 'refuse') return paint.red(text);
  return ['move', 'rearm', 'repeat', 'retire'].includes(item.action) ? paint.green(text) : paint.yellow(text);
}

/** One line of counts for the jobs of a plan. */
export function jobCounts(plan: PlanHead): string {
  const { total, byKind, byAction } = plan.jobs;
  const n = (count: number) => count.toLocaleString('en-US');
  const kinds = `${n(byKind.oneshot)} one-shot, ${n(byKind.interval)} interval, ${n(byKind.cron)} cron`;
  const actions = Object.entries(byAction)
    .filter(([, count]) => count > 0)
    .map(([action, count]) => `${n(count)} ${ACTION[action as JobItem['action']]}`);
  return total === 0
    ? 'no job waits in the legacy schedule'
    : `${n(total)} jobs (${kinds}): ${actions.join(', ')}`;
}

/** Lines shown of a file that is created. */
const SHOWN_OF_NEW = 16;
/** Lines before the text of a file: its names and the place. */
const DIFF_HEAD = 3;

/** A diff as it is shown: of a long new file the beginning, the rest is the module's own documentation and code. */
function shortened({ action, kind, path, diff }: FileChange, all: boolean): string {
  const lines = diff.replace(/\n$/, '').split('\n');
  if (all || action !== 'create' || lines.length <= SHOWN_OF_NEW * 2) return lines.join('\n');
  // Of the package for recurring jobs, which is always the same, the module that says what it is.
  const shown = kind === 'runtime' && !path.endsWith('/__init__.py') ? DIFF_HEAD : SHOWN_OF_NEW;
  const more = (lines.length - shown).toLocaleString('en-US');
  return [...lines.slice(0, shown), `… and ${more} more lines of this new file (--all shows it whole)`].join(
    '\n',
  );
}

/** The file part: every diff, with reasons where asked. */
export function fileSection(plan: PlanHead, view: PlanView): string {
  const { paint } = view;
  const parts: string[] = [];
  for (const file of plan.files) {
    parts.push(paintDiff(shortened(file, view.all), paint));
    if (view.explain) {
      const reasons = [...new Set(file.edits.map((edit) => edit.why))];
      parts.push(
        ...reasons.map((why) =>
          paint.dim(`  why: ${wordFinding({ code: why, severity: 'info', args: {} }).text}`),
        ),
      );
    }
  }
  return parts.join('\n');
}

/** Findings, worst first, with their next step. */
export function findingLines(findings: readonly Finding[], paint: Paint): string[] {
  const order = { error: 0, warn: 1, info: 2 } as const;
  const sorted = [...findings].sort((a, b) => order[a.severity] - order[b.severity]);
  return sorted.flatMap((finding) => {
    const { text, next } = wordFinding(finding);
    const line = `  ${severityWord(finding.severity, paint)}  ${place(finding)}${text} ${paint.dim(`[${finding.code}]`)}`;
    return next ? [line, `         ${paint.dim('→')} ${next}`] : [line];
  });
}

/** Who schedules each queue once the plan is carried out. */
function coverageLines({ coverage }: PlanHead, paint: Paint): string[] {
  return coverage.map((row, i) => {
    const n = row.jobs.toLocaleString('en-US');
    const head = i === 0 ? paint.bold('Queues') : '      ';
    return `${head} ${row.queue}: ${n} ${row.jobs === 1 ? 'job' : 'jobs'}, ${scheduledBy(row, paint)}`;
  });
}

function scheduledBy({ covered, workers }: QueueCoverage, paint: Paint): string {
  const named = (some: QueueCoverage['workers']) =>
    some.map(({ id, path, line }) => `${id.slice(id.indexOf('#') + 1)} (${path}:${line})`).join(', ');
  const beating = workers.filter(({ scheduler }) => scheduler === 'on');
  if (covered === 'yes') return `scheduled by ${named(beating)}`;
  if (covered === 'unknown')
    return `scheduled by ${named(beating)} ${paint.yellow('(which queues that serves cannot be read)')}`;
  if (workers.length === 0) return paint.red('no worker in the files works on it');
  return paint.red(`scheduled by nobody: ${named(workers)} without a scheduler`);
}

/** The whole preview but the job table, which is streamed before it. */
export function planSummary(plan: PlanHead, view: PlanView): string {
  const { paint } = view;
  const out: string[] = [];
  if (plan.covers.includes('redis')) out.push(`${paint.bold('Jobs')}   ${jobCounts(plan)}`);
  if (plan.covers.includes('files')) {
    const n = plan.files.length;
    out.push(
      `${paint.bold('Files')}  ${n === 0 ? 'nothing to change' : `${n} to change: ${plan.files.map((f) => f.path).join(', ')}`}`,
    );
    for (const { path, before, after } of plan.containers)
      if (before !== after) out.push(`       ${path}: ${before} → ${after} containers`);
  }
  out.push(...coverageLines(plan, paint));
  if (plan.redis !== null) out.push(`${paint.bold('Redis')}  ${plan.redis}`);
  const { rq, source } = plan.target;
  out.push(
    `${paint.bold('Target')} RQ ${rq ?? 'unknown'}${rq === null ? '' : ` (from ${source === 'option' ? '--rq-version' : source})`}`,
  );
  if (plan.findings.length > 0) out.push('', ...findingLines(plan.findings, paint));
  const blocked = plan.findings.some(({ severity }) => severity === 'error');
  if (!hasWork(plan) && !blocked) out.push('', 'There is nothing to do right now.');
  return out.join('\n');
}
