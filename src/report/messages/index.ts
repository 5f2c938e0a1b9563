import type { Finding } from '../../plan/types.js';
import type { Check } from '../../verify/observations.js';
import { CHECKS } from './checks.js';
import { CODE } from './code.js';
import { FILES } from './files.js';
import { JOBS } from './jobs.js';
import { PLAN } from './plan.js';
import { RECURRING } from './recurring.js';
import { REDIS } from './redis.js';
import { REFUSALS } from './refusals.js';
import { RUNTIME } from './runtime.js';
import { SERIES } from './series.js';
import type { Word, Wording } from './words.js';

/** The wordings by subject, in the order of docs/findings.md. */
export const SUBJECTS: readonly (readonly [string, Readonly<Record<string, Word>>])[] = [
  ['Jobs', JOBS],
  ['Recurring jobs left to RQ', RECURRING],
  ['Recurring series', SERIES],
  ['The plan', PLAN],
  ['Files', FILES],
  ['The package for recurring jobs', RUNTIME],
  ['Python code', CODE],
  ['Redis', REDIS],
  ['Refusals and stops', REFUSALS],
];

const WORDS: Readonly<Record<string, Word>> = Object.assign({}, ...SUBJECTS.map(([, words]) => words));

/** Every code that has a wording. */
export function wordedCodes(): ReadonlySet<string> {
  return new Set([...Object.keys(WORDS), ...Object.keys(CHECKS)]);
}

/** The wording of a finding: one line that says what is wrong, and the next step where there is one. */
export function wordFinding(finding: Finding): Wording {
  return WORDS[finding.code]?.(finding.args) ?? { text: `${finding.code} ${JSON.stringify(finding.args)}` };
}

/** The wording of a check of `verify`. */
export function wordCheck(check: Check): Wording {
  return CHECKS[check.code]?.(check.args, check.status, check.where) ?? { text: check.code };
}

/** `path:line: ` or `path:line:column: ` of a finding or check about a file, empty for others. */
export function place(about: Finding | Check): string {
  const { path, line } = about;
  if (path === undefined) return '';
  const column = 'column' in about ? about.column : undefined;
  return `${[path, line, column].filter((part) => part !== undefined).join(':')}: `;
}

/** The finding as it stands in JSON documents, wording included. */
export function findingJson(finding: Finding): Finding & { message: string } {
  return { ...finding, message: sentence(wordFinding(finding)) };
}

/** The finding on one line of a log: where, what, the next step, and its code. */
export function findingLine(finding: Finding): string {
  return `${place(finding)}${sentence(wordFinding(finding))} [${finding.code}]`;
}

/** Text and next step on one line; checks are worded without a full stop. */
export function sentence({ text, next }: Wording): string {
  if (!next) return text;
  return /[.:!?]$/.test(text) ? `${text} ${next}` : `${text}; ${next}`;
}
