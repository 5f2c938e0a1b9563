import type { CodeUse } from '../files/python/uses.js';
import { type CodeReport, countUses, openUses, wordUse } from './code-report.js';
import { many } from './messages/words.js';
import { columns, type Paint, severityWord } from './paint.js';

/** Everything that `code` prints for people: the uses by file, their number by code, and the order of work. */
export function codeText(report: CodeReport, paint: Paint): string {
  const { uses, scanned } = report.analysis;
  const looked = many(scanned, 'Python file');
  if (uses.length === 0)
    return `${[...madeLines(report), `No use of rq-scheduler in ${looked}.`].join('\n')}\n`;
  const files = new Set(uses.map(({ path }) => path));
  const total = `${many(uses.length, 'use')} of rq-scheduler in ${many(files.size, 'file')}, ${looked} looked at`;
  const parts = [
    ...madeLines(report),
    ...useLines(uses, paint),
    paint.bold(total),
    ...countLines(uses, paint),
    '',
    ...workLines(report, paint),
  ];
  return `${parts.join('\n')}\n`;
}

function madeLines({ runId, changes }: CodeReport): string[] {
  if (runId === null) return [];
  const edits = changes.reduce((sum, change) => sum + change.edits.length, 0);
  const what = `${many(edits, 'edit')} in ${many(changes.length, 'file')}: ${changes.map(({ path }) => path).join(', ')}`;
  return [`Fixed by run ${runId}: ${what}.`, `Undo with rollback ${runId}.`, ''];
}

/** One block a use, a blank line between files; the first word of a block is a link in most terminals and editors. */
function useLines(uses: readonly CodeUse[], paint: Paint): string[] {
  const lines: string[] = [];
  for (const use of uses) {
    const { text, next } = wordUse(use);
    const place = paint.bold(`${use.path}:${use.line}:${use.column}`);
    lines.push(
      `${place}  ${severityWord(use.severity, paint)}  ${use.code}  ${text} ${fixMark(use, paint)}`.trimEnd(),
    );
    lines.push(...callLines(use, paint));
    if (next) lines.push(`    ${paint.dim('→')} ${next}`);
    lines.push('');
  }
  return lines;
}

/** The call and what takes its place; a call that stays as it is, of an object that changes, once. */
function callLines({ call, replacement }: CodeUse, paint: Paint): string[] {
  const kept = replacement === null || oneLine(replacement) === call;
  if (kept) return [`      ${paint.dim(call)}`];
  const after =
    replacement === '' ? [] : dedented(replacement).map((line) => `    ${paint.green(`+ ${line}`)}`);
  return [`    ${paint.red(`- ${call}`)}`, ...after];
}

/** As `call` is shown: white space runs together. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * The first line of a replacement stands behind other code; the others lose what they are all indented by, but for
 * one level where the first opens a block.
 */
function dedented(text: string): string[] {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const indents = rest.filter((line) => line.trim() !== '').map((line) => /^\s*/.exec(line)?.[0].length ?? 0);
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  const level = first.trimEnd().endsWith(':') ? '    ' : '';
  return [first, ...rest.map((line) => level + line.slice(common))];
}

function fixMark({ fix, severity }: CodeUse, paint: Paint): string {
  if (severity === 'info') return '';
  if (fix === 'safe') return paint.green('[safe]');
  return fix === 'unsafe' ? paint.yellow('[unsafe]') : paint.red('[by hand]');
}

function countLines(uses: readonly CodeUse[], paint: Paint): string[] {
  const head = ['CODE', 'FOUND', 'SAFE', 'UNSAFE', 'BY HAND'].map((cell) => paint.dim(cell));
  const number = (n: number) => (n === 0 ? '' : String(n));
  const rows = countUses(uses).map(({ code, found, safe, unsafe, none }) => [
    code,
    String(found),
    number(safe),
    number(unsafe),
    number(none),
  ]);
  return columns([head, ...rows], '  ');
}

/** What to do, one step after the other, until no use is left. */
function workLines({ analysis }: CodeReport, paint: Paint): string[] {
  const of = (fix: CodeUse['fix']) => analysis.uses.filter((use) => use.fix === fix);
  const byHand = openUses(analysis.left('unsafe'));
  const [safe, unsafe] = [of('safe'), of('unsafe')];
  const steps: string[][] = [];
  if (safe.length > 0)
    steps.push([`Let the safe fixes be made (${many(safe.length, 'use')}): migrate-scheduler code --fix`]);
  if (unsafe.length > 0)
    steps.push([
      `Review the unsafe ones (${many(unsafe.length, 'use')}): migrate-scheduler code --diff --unsafe-fixes`,
      'and let them be made: migrate-scheduler code --fix --unsafe-fixes',
    ]);
  if (byHand.length > 0)
    steps.push([
      `Change by hand (${many(byHand.length, 'use')}), in this order:`,
      ...byHand.map((use) => `  ${use.path}:${use.line}:${use.column}  ${use.code}`),
    ]);
  steps.push(['Then take service, dependency and jobs away from rq-scheduler: migrate-scheduler run']);
  return [
    paint.bold('Order of work'),
    ...steps.flatMap((lines, i) => lines.map((line, j) => `  ${j === 0 ? `${i + 1}.` : '  '} ${line}`)),
  ];
}
