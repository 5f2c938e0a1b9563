import type { Check, CheckStatus } from '../verify/observations.js';
import { wordCheck } from './messages/index.js';
import type { Paint } from './paint.js';

const MARK: Readonly<Record<CheckStatus, string>> = { pass: '✓', warn: '!', fail: '✗', skip: '-' };

function mark(status: CheckStatus, paint: Paint): string {
  if (status === 'pass') return paint.green(MARK.pass);
  if (status === 'fail') return paint.red(MARK.fail);
  return status === 'warn' ? paint.yellow(MARK.warn) : paint.dim(MARK.skip);
}

/** `path:line: ` of a check about a file, empty for others. */
function placeOf({ path, line }: Check): string {
  if (path === undefined) return '';
  return line === undefined ? `${path}: ` : `${path}:${line}: `;
}

/** One line per check, the next step below each that does not pass, and a closing line. */
export function checkLines(checks: readonly Check[], paint: Paint): string[] {
  const lines = checks.flatMap((check) => {
    const { text, next } = wordCheck(check);
    const line = `${mark(check.status, paint)} ${placeOf(check)}${text} ${paint.dim(`[${check.code}]`)}`;
    return next ? [line, `  ${paint.dim('→')} ${next}`] : [line];
  });
  const failed = checks.filter((check) => check.status === 'fail').length;
  const closing =
    failed === 0
      ? paint.green(`All ${checks.filter((check) => check.status === 'pass').length} checks pass.`)
      : paint.red(`${failed} of ${checks.length} checks fail.`);
  return [...lines, '', closing];
}
