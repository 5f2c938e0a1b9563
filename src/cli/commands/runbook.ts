import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { runbook } from '../../run/runbook.js';

export default function command(context: Context): Promise<ExitCode> {
  return runbook(context);
}
