import type { Check, CheckStatus } from '../verify/observations.js';
import { passes } from '../verify/verdict.js';
import { type CheckReport, closingLine, precisionLine } from './check-report.js';
import { place, wordCheck } from './messages/index.js';
import type { Paint } from './paint.js';

const MARK: Readonly<Record<CheckStatus, string>> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };

function mark(status: CheckStatus, paint: Paint): string {
  if (status === 'pass') return paint.green(MARK.pass);
  if (status === 'fail') return paint.red(MARK.fail);
  return status === 'warn' ? paint.yellow(MARK.warn) : paint.dim(MARK.skip);
}

/** One line per check, the next step below each that does not pass, and a closing line. */
export function checkLines(report: Pick<CheckReport, 'checks' | 'failOn'>, paint: Paint): string[] {
  const closing = closingLine(report);
  const painted = passes(report.checks, report.failOn) ? paint.green(closing) : paint.red(closing);
  const precision = precisionLine(report.checks);
  const lines = report.checks.flatMap((check) => checkLine(check, paint));
  return [...lines, '', ...(precision === null ? [] : [precision]), painted];
}

function checkLine(check: Check, paint: Paint): string[] {
  const { text, next } = wordCheck(check);
  const line = `${mark(check.status, paint)} ${place(check)}${text} ${paint.dim(`[${check.code}]`)}`;
  return next ? [line, `  ${paint.dim('→')} ${next}`] : [line];
}
