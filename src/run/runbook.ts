import type { Context } from './context.js';
import { EXIT, type ExitCode } from './outcome.js';

export async function runbook(_context: Context): Promise<ExitCode> {
  return EXIT.ok;
}
