import type { Decision } from '../../types.js';
import { CRONITER, SCHEDULER } from '../policy.js';
import type { Entry } from './scan.js';
import { viaName } from './via.js';

/**
 * Names that go with rq-scheduler: itself, and again and again every pin that only pins that go have
 * brought in. rq always stays, for the project needs it; so does croniter where the decision adds it.
 */
export function goingNames(entries: readonly Entry[], decision: Decision): ReadonlySet<string> {
  const going = new Set([SCHEDULER]);
  const kept = new Set(['rq', ...(decision.addCroniter ? [CRONITER] : [])]);
  for (let before = 0; before !== going.size; ) {
    before = going.size;
    for (const entry of entries) {
      const via = entry.via?.items ?? [];
      if (via.length > 0 && !kept.has(entry.name) && via.every((item) => going.has(viaName(item)))) {
        going.add(entry.name);
      }
    }
  }
  return going;
}
