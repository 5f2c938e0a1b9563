import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { run } from '../../run/run.js';

export default function command(context: Context): Promise<ExitCode> {
  return run(context);
}
