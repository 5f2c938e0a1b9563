import type { PlanHead } from '../plan/plan.js';
import { fileSection, type PlanView } from '../report/plan-text.js';
import type { Context } from './context.js';

/** How this person looks at a plan: colours, time zone, the present moment. */
export function planView({ options, terminal }: Context): PlanView {
  return {
    paint: terminal.color,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    now: Date.now() / 1000,
    explain: Boolean(options.explain),
    all: Boolean(options.all),
  };
}

/** Diffs and summary of a plan, as both dry-run and run print them below the job table. */
export function previewText(
  plan: PlanHead,
  view: PlanView,
  summary: (plan: PlanHead, view: PlanView) => string,
): string {
  const files = fileSection(plan, view);
  return `${files === '' ? '' : `${files}\n\n`}${summary(plan, view)}\n`;
}
