import type { Check } from '../verify/observations.js';
import { fails } from '../verify/verdict.js';
import { type CheckReport, checkName } from './check-report.js';
import { place, wordCheck } from './messages/index.js';

const SUITE = 'migrate-scheduler verify';

/**
 * JUnit's XML: one suite, one test case a check. It keeps to what both the schema of Ant's junitreport and the one of
 * Jenkins allow: no attribute on `testsuites`, all text in the suite's `system-out`, properties first.
 */
export function checkJunit(report: CheckReport): string {
  const { checks, failOn, redis, startedAt, seconds } = report;
  const names = uniqueNames(checks);
  const failures = checks.filter((check) => fails(check, failOn)).length;
  const skipped = checks.filter((check) => check.status === 'skip').length;
  const suite = attributes({
    ...{ id: 0, package: 'migrate-scheduler', name: SUITE, hostname: 'localhost' },
    timestamp: new Date(startedAt * 1000).toISOString().slice(0, 19),
    ...{ time: seconds.toFixed(3), tests: checks.length, failures, errors: 0, skipped },
  });
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite${suite}>`,
    '    <properties>',
    ...(redis === null ? [] : [`      <property${attributes({ name: 'redis', value: redis })}/>`]),
    `      <property${attributes({ name: 'fail-on', value: failOn })}/>`,
    '    </properties>',
    ...checks.map((check, i) => testCase(check, names[i] ?? check.code, report)),
    `    <system-out>${escapeXml(checks.map(outLine).join('\n'))}</system-out>`,
    '    <system-err></system-err>',
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function testCase(check: Check, name: string, { failOn }: CheckReport): string {
  // A canary's own time is the precision that was measured.
  const started = typeof check.args.started === 'number' ? Math.max(0, check.args.started) : 0;
  const head = `    <testcase${attributes({ classname: 'migrate-scheduler.verify', name, time: started.toFixed(3) })}`;
  const message = place(check) + wordCheck(check).text;
  if (check.status === 'skip') return `${head}>\n      <skipped${attributes({ message })}/>\n    </testcase>`;
  if (!fails(check, failOn)) return `${head}/>`;
  const failure = attributes({ message, type: check.code });
  return `${head}>\n      <failure${failure}>${escapeXml(outLine(check))}</failure>\n    </testcase>`;
}

function outLine(check: Check): string {
  const { text, next } = wordCheck(check);
  return `${check.status} ${check.code}: ${place(check)}${text}${next ? `\n  next: ${next}` : ''}`;
}

/** A consumer takes two cases of one name for the same test. */
function uniqueNames(checks: readonly Check[]): string[] {
  const seen = new Map<string, number>();
  return checks.map((check) => {
    const name = checkName(check);
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name} (${times})`;
  });
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

const ENTITY: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML 1.0, which has no way to write most control characters and no half of a surrogate pair. */
export function escapeXml(text: string): string {
  return (
    text
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are the characters meant
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
      .replace(/[&<>"]/g, (char) => ENTITY[char] ?? char)
  );
}
