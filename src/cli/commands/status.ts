import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { status } from '../../run/status.js';

export default function command(context: Context): Promise<ExitCode> {
  return status(context);
}
