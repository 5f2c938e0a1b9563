import type { Context } from '../../run/context.js';
import { demo } from '../../run/demo.js';
import type { ExitCode } from '../../run/outcome.js';

export default function command(context: Context): Promise<ExitCode> {
  return demo(context);
}
