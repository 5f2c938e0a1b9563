import type { Check } from './observations.js';

/** From which status on a check fails the whole: `--fail-on`. */
export type FailOn = 'warn' | 'fail';

/** Does this check fail the whole? */
export function fails({ status }: Check, failOn: FailOn): boolean {
  return status === 'fail' || (status === 'warn' && failOn === 'warn');
}

/** Does no check fail the whole? Skips never do. */
export function passes(checks: readonly Check[], failOn: FailOn): boolean {
  return !checks.some((check) => fails(check, failOn));
}
