import { passes } from '../verify/verdict.js';
import type { CheckReport } from './check-report.js';
import { sentence, wordCheck } from './messages/index.js';

export const VERIFY_SCHEMA = 'migrate-scheduler/verify@1';

/** The document of `verify --format json` (docs/json.md). */
export function checkJson({ checks, failOn, startedAt, seconds }: CheckReport): string {
  return JSON.stringify({
    schema: VERIFY_SCHEMA,
    ok: passes(checks, failOn),
    failOn,
    startedAt,
    seconds,
    checks: checks.map((check) => ({ ...check, message: sentence(wordCheck(check)) })),
  });
}
