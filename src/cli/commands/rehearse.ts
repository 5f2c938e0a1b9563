import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { rehearse } from '../../run/rehearse.js';

export default function command(context: Context): Promise<ExitCode> {
  return rehearse(context);
}
