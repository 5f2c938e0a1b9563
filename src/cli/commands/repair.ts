import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { repair } from '../../run/repair.js';

export default function command(context: Context): Promise<ExitCode> {
  return repair(context);
}
