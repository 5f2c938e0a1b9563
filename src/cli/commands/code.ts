import { code } from '../../run/code.js';
import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';

export default function command(context: Context): Promise<ExitCode> {
  return code(context);
}
