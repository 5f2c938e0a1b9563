import type { Check, CheckStatus } from './observations.js';

/** Names shown in one check. */
export const EXAMPLES = 10;

/** A check about a queue or key, or about the whole database. */
export function check(
  code: string,
  status: CheckStatus,
  where: string | null,
  args: Check['args'] = {},
): Check {
  return { code, status, where, args };
}
