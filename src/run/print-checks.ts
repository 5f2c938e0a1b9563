import { checkGithub } from '../report/check-github.js';
import { checkJson } from '../report/check-json.js';
import { checkJunit } from '../report/check-junit.js';
import type { CheckReport } from '../report/check-report.js';
import { checkSummary } from '../report/check-summary.js';
import { checkLines } from '../report/check-text.js';
import { appendOut, checkOut, writeOut } from '../world/write-out.js';
import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';

/** Refuses a file of `--out` that cannot be written before anybody waits for its content. */
export function expectWritable({ options: { out } }: Context): void {
  if (out !== undefined) write('out-unwritable', out, () => checkOut(out));
}

/**
 * Prints the checks as `--format` asks: on stdout, or with `--out` in that file and as text on stdout. For GitHub, a
 * job summary is added where the runner asks for one. Refuses with exit code 64 what cannot be written.
 */
export async function printChecks(
  { options, terminal }: Context,
  report: CheckReport,
  summaryPath: string | undefined,
): Promise<void> {
  const text = `${checkLines(report, terminal.color).join('\n')}\n`;
  const data = options.format === 'text' ? text : formatted(options.format, report, terminal);
  const { out } = options;
  if (out === undefined) await terminal.data(data);
  else {
    write('out-unwritable', out, () => writeOut(out, data));
    await terminal.data(text);
  }
  if (options.format === 'github' && summaryPath)
    write('github-not-written', summaryPath, () => appendOut(summaryPath, checkSummary(report)));
}

function formatted(
  format: 'json' | 'junit' | 'github',
  report: CheckReport,
  terminal: Context['terminal'],
): string {
  if (format === 'json') return `${checkJson(report)}\n`;
  return format === 'junit' ? checkJunit(report) : checkGithub(report, terminal.color);
}

function write(code: 'out-unwritable' | 'github-not-written', path: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw refusal(EXIT.usage, code, { path, reason: (error as Error).message }, error);
  }
}
