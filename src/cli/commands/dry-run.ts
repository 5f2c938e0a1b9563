import type { Context } from '../../run/context.js';
import { dryRun } from '../../run/dry-run.js';
import type { ExitCode } from '../../run/outcome.js';

export default function command(context: Context): Promise<ExitCode> {
  return dryRun(context);
}
