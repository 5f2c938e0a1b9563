import type { Finding } from '../plan/types.js';

/** The documented exit codes (docs/exit-codes.md). */
export const EXIT = {
  ok: 0,
  checksFailed: 1,
  changesPending: 2,
  blocked: 3,
  locked: 4,
  partial: 5,
  noRedis: 6,
  usage: 64,
  internal: 70,
  sigint: 130,
  sigterm: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The tool declines or cannot go on: what is wrong (worded from `finding`) and the exit code. */
export class Refusal extends Error {
  constructor(
    readonly exitCode: ExitCode,
    readonly finding: Finding,
    options?: { cause?: unknown },
  ) {
    super(finding.code, options);
  }
}

/** A refusal from a code and the values its wording needs. */
export function refusal(
  exitCode: ExitCode,
  code: string,
  args: Finding['args'] = {},
  cause?: unknown,
): Refusal {
  return new Refusal(
    exitCode,
    { code, severity: 'error', args },
    cause === undefined ? undefined : { cause },
  );
}
