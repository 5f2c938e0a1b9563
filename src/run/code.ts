import type { Project } from '../files/project.js';
import { type CodeReport, codeJson, openUses } from '../report/code-report.js';
import { codeText } from '../report/code-text.js';
import { place, wordFinding } from '../report/messages/index.js';
import { paintDiff } from '../report/paint.js';
import { sarifLog } from '../report/sarif.js';
import { packageVersion } from '../world/assets.js';
import { codeFixes, makeFixes } from './code-fixes.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode, Refusal } from './outcome.js';
import { readCode, readFolder } from './project.js';

/**
 * Shows every use of rq-scheduler in the project's Python and, with `--fix`, makes the fixes. Never looks at Redis.
 * Exit code 1 where a use is left (a note is none).
 */
export async function code(context: Context): Promise<ExitCode> {
  const { options } = context;
  const level = options.unsafeFixes ? 'unsafe' : 'safe';
  const tool = { name: 'migrate-scheduler', version: packageVersion() };
  let project = await readFolder(context.project, options);
  let analysis = readCode(project, options);
  const fixes = codeFixes(project, analysis, level, options);
  let runId: string | null = null;
  if (options.fix) {
    const blocked = fixes.findings.find(({ severity }) => severity === 'error');
    if (blocked) throw new Refusal(EXIT.blocked, blocked);
    if (fixes.changes.length > 0) {
      runId = makeFixes(context, project, fixes);
      project = await readFolder(context.project, options);
      analysis = readCode(project, options);
    }
  }
  const report: CodeReport = { analysis, level, changes: fixes.changes, runId, tool };
  await print(context, report, project);
  for (const finding of fixes.findings) context.terminal.say(`${place(finding)}${wordFinding(finding).text}`);
  return openUses(analysis.uses).length > 0 ? EXIT.checksFailed : EXIT.ok;
}

async function print({ options, terminal }: Context, report: CodeReport, project: Project): Promise<void> {
  if (options.format === 'json') return terminal.data(`${JSON.stringify(codeJson(report))}\n`);
  if (options.format === 'sarif') {
    const log = sarifLog(report, (path) => project.view.get(path)?.text);
    return terminal.data(`${JSON.stringify(log)}\n`);
  }
  if (options.diff) {
    const diffs = report.changes.map(({ diff }) => diff).join('');
    return terminal.data(paintDiff(diffs, terminal.color));
  }
  return terminal.data(codeText(report, terminal.color));
}
