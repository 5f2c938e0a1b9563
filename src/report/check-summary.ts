import type { Check, CheckStatus } from '../verify/observations.js';
import { passes } from '../verify/verdict.js';
import { type CheckReport, closingLine, precisionLine } from './check-report.js';
import { place, wordCheck } from './messages/index.js';

/** Rows of the table; GitHub takes a summary of 1 MiB. */
const ROWS = 200;
const MARK: Readonly<Record<CheckStatus, string>> = { pass: '✅', warn: '⚠️', fail: '❌', skip: '➖' };
const ORDER: readonly CheckStatus[] = ['fail', 'warn', 'pass', 'skip'];

/** The job summary of GitHub Actions: Markdown, what fails first, and the precision where it was measured. */
export function checkSummary(report: CheckReport): string {
  const { checks, failOn } = report;
  const sorted = ORDER.flatMap((status) => checks.filter((check) => check.status === status));
  const more = sorted.length - ROWS;
  const lines = [
    `## ${passes(checks, failOn) ? MARK.pass : MARK.fail} migrate-scheduler verify`,
    '',
    escapeMarkdown(closingLine(report) + (report.redis === null ? '' : ` Redis: ${report.redis}`)),
    '',
    '| | check | queue | what |',
    '|---|---|---|---|',
    ...sorted.slice(0, ROWS).map(row),
    ...(more > 0 ? ['', `${more} more checks are in the log.`] : []),
    ...precision(checks),
  ];
  return `${lines.join('\n')}\n`;
}

function row(check: Check): string {
  const { text, next } = wordCheck(check);
  const what = escapeMarkdown(place(check) + text) + (next ? `<br>→ ${escapeMarkdown(next)}` : '');
  return `| ${MARK[check.status]} | \`${check.code}\` | ${escapeMarkdown(check.where ?? '')} | ${what} |`;
}

function precision(checks: readonly Check[]): string[] {
  const rows = checks.flatMap(({ code, where, args: { enqueued, started } }) =>
    code === 'canary-ran' && typeof enqueued === 'number'
      ? [`| ${escapeMarkdown(where ?? '')} | ${enqueued.toFixed(2)} s | ${secondsOf(started)} |`]
      : [],
  );
  if (rows.length === 0) return [];
  const line = escapeMarkdown(precisionLine(checks) ?? '');
  return [
    '',
    '### Precision',
    '',
    line,
    '',
    '| queue | enqueued after | started after |',
    '|---|---|---|',
    ...rows,
  ];
}

const secondsOf = (value: unknown): string => (typeof value === 'number' ? `${value.toFixed(2)} s` : 'never');

/** Text that neither ends a table cell nor becomes markup. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\|`*_[\]#~@]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/&(?!#\d+;)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
