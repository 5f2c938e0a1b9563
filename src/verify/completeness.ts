import { check, EXAMPLES } from './check.js';
import type { Check, JournalSeen, Observations } from './observations.js';

/** Is everything that was moved accounted for, and does nobody write to the old place any more? */
export function completenessChecks({ journal, legacy: { added } }: Observations): Check[] {
  const checks: Check[] = [];
  if (journal !== null) {
    if (journal.unfinished !== null)
      checks.push(check('run-unfinished', 'warn', null, { runId: journal.unfinished }));
    checks.push(accounted(journal));
  }
  if (added !== null) {
    const { count, first, latest, functions } = added;
    const shown = functions.slice(0, EXAMPLES);
    checks.push(
      check('no-new-legacy-entries', count === 0 ? 'pass' : 'fail', null, {
        count,
        first,
        latest,
        functions: shown,
      }),
    );
  }
  return checks;
}

function accounted({ runs, total, counts, examples }: JournalSeen): Check {
  const lost = counts.lost ?? 0;
  return check('jobs-accounted', lost === 0 ? 'pass' : 'fail', null, {
    ...counts,
    lost,
    total,
    runs,
    examples: examples.slice(0, EXAMPLES),
  });
}
