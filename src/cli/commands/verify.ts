import type { Context } from '../../run/context.js';
import type { ExitCode } from '../../run/outcome.js';
import { verify } from '../../run/verify.js';

export default function command(context: Context): Promise<ExitCode> {
  return verify(context);
}
