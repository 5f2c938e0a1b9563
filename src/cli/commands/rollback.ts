import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { rollback } from '../../run/rollback.js';

export default function command(context: Context, runId: string | undefined): Promise<ExitCode> {
  return rollback(context, runId);
}
