import type { Project } from '../files/project.js';
import { programsOf, stacksOf } from '../files/stacks.js';
import { type Runbook, runbooks, runbookText } from '../report/runbook.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './outcome.js';
import { inspectProject } from './project.js';

export const RUNBOOK_SCHEMA = 'migrate-scheduler/runbook@1';

/** The orders for a project whose files start rq-scheduler; none for any other. */
export function ordersOf({ facts }: Project): readonly Runbook[] {
  const starts = facts.some((fact) => fact.type === 'process' && fact.role === 'scheduler');
  return starts ? runbooks(stacksOf(facts)[0] ?? null, programsOf(facts)) : [];
}

/** Prints the order of the move in production, with this project's own files and services. Reads files only. */
export async function runbook(context: Context): Promise<ExitCode> {
  const { options, terminal, project } = context;
  const { facts } = await inspectProject(project, options);
  const [stack = null, ...rest] = stacksOf(facts);
  const books = runbooks(stack, programsOf(facts));
  const further = rest.map(({ path }) => path);
  const document = () =>
    JSON.stringify({ schema: RUNBOOK_SCHEMA, compose: stack, further, situations: books });
  const text = () => runbookText(books, further, terminal.color);
  await terminal.data(`${options.format === 'json' ? document() : text()}\n`);
  return EXIT.ok;
}
