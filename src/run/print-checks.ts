import { checkGithub } from '../report/check-github.js';
import { checkJson } from '../report/check-json.js';
import { checkJunit } from '../report/check-junit.js';
import type { CheckReport } from '../report/check-report.js';
import { checkSummary } from '../report/check-summary.js';
import { checkLines } from '../report/check-text.js';
import { sentence, wordFinding } from '../report/messages/index.js';
import { appendOut, checkOut, writeOut } from '../world/write-out.js';
import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';

/** Refuses a file of `--out` that cannot be written before anybody waits for its content. */
export function expectWritable({ options: { out } }: Context): void {
  if (out !== undefined) writing(out, () => checkOut(out));
}

/**
 * Prints the checks as `--format` asks: on stdout, or with `--out` in that file and as text on stdout. For GitHub, a
 * job summary is added where the runner asks for one. Refuses with exit code 64 where the file cannot be written.
 */
export async function printChecks(
  { options, terminal }: Context,
  report: CheckReport,
  summaryPath: string | undefined,
): Promise<void> {
  const text = `${checkLines(report, terminal.color).join('\n')}\n`;
  const { format } = options;
  const plain = format === 'text' || format === 'sarif';
  const data = plain ? text : formatted(format, report, terminal);
  const { out } = options;
  if (out === undefined) await terminal.data(data);
  else {
    writing(out, () => writeOut(out, data));
    await terminal.data(text);
  }
  if (options.format === 'github' && summaryPath) summarize(terminal, report, summaryPath);
}

/** What was found counts; a summary that cannot be written is only said. */
function summarize(terminal: Context['terminal'], report: CheckReport, path: string): void {
  try {
    appendOut(path, checkSummary(report));
  } catch (error) {
    const args = { path, reason: (error as Error).message };
    terminal.error(sentence(wordFinding({ code: 'summary-unwritable', severity: 'warn', args })));
  }
}

function formatted(
  format: 'json' | 'junit' | 'github',
  report: CheckReport,
  terminal: Context['terminal'],
): string {
  if (format === 'json') return `${checkJson(report)}\n`;
  return format === 'junit' ? checkJunit(report) : checkGithub(report, terminal.color);
}

function writing(path: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw refusal(EXIT.usage, 'out-unwritable', { path, reason: (error as Error).message }, error);
  }
}
