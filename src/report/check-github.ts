import type { Finding } from '../plan/types.js';
import type { Check } from '../verify/observations.js';
import { type CheckReport, checkName, closingLine } from './check-report.js';
import { checkLines } from './check-text.js';
import { sentence, wordCheck, wordFinding } from './messages/index.js';
import type { Paint } from './paint.js';

/** Annotations of one kind that GitHub shows for a step; what comes after them it drops silently. */
const LIMIT = 10;

/**
 * The log of a step of GitHub Actions: all checks in a folded group, then annotations as workflow commands. Where
 * there are more than GitHub shows, the last one sums up the rest.
 */
export function checkGithub(report: CheckReport, paint: Paint): string {
  const { checks, failOn } = report;
  const warnings = checks.filter(({ status }) => status === 'warn');
  const failures = checks.filter(({ status }) => status === 'fail');
  const errors = failOn === 'warn' ? [...failures, ...warnings] : failures;
  const lines = [
    `::group::${escapeData(`migrate-scheduler verify: ${closingLine(report)}`)}`,
    ...checkLines(report, paint).map(plainLine),
    '::endgroup::',
    ...annotations('error', errors, report.root),
    ...annotations('warning', failOn === 'warn' ? [] : warnings, report.root),
  ];
  return `${lines.join('\n')}\n`;
}

function annotations(kind: 'error' | 'warning', checks: readonly Check[], root: string): string[] {
  const shown = checks.length > LIMIT ? checks.slice(0, LIMIT - 1) : checks;
  const rest = checks.slice(shown.length);
  const lines = shown.map((check) => command(kind, check, root));
  if (rest.length > 0) {
    const codes = [...new Set(rest.map(({ code }) => code))].join(', ');
    const title = escapeProperty('migrate-scheduler verify');
    lines.push(
      `::${kind} title=${title}::${escapeData(`${rest.length} more: ${codes}; the log lists them all`)}`,
    );
  }
  return lines;
}

function command(kind: 'error' | 'warning', check: Check, root: string): string {
  const { path, line, ...about } = check;
  const inRoot = root === '' || path === undefined ? path : `${root}/${path}`;
  const properties = [
    ...(inRoot === undefined ? [] : [`file=${escapeProperty(inRoot)}`]),
    ...(path === undefined || line === undefined ? [] : [`line=${line}`]),
    `title=${escapeProperty(`migrate-scheduler ${checkName(about)}`)}`,
  ];
  const { text, next } = wordCheck(check);
  return `::${kind} ${properties.join(',')}::${escapeData(next ? `${text}\nNext: ${next}` : text)}`;
}

/** The annotation of what kept `verify` from looking at all. */
export function githubError(finding: Finding): string {
  return `::error title=migrate-scheduler ${escapeProperty(finding.code)}::${escapeData(sentence(wordFinding(finding)))}\n`;
}

/** A runner reads `::name::` at the start of a line as a command, and the old `##[name]` anywhere in it. */
function plainLine(line: string): string {
  const text = line.replace(/[\r\n]+/g, ' ').replaceAll('##[', '# #[');
  return text.trimStart().startsWith('::') ? `- ${text}` : text;
}

/** The message of a workflow command (@actions/core, command.ts). */
export function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The value of a property of a workflow command. */
export function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
