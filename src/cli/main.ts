import { Command, CommanderError } from 'commander';
import type { Context } from '../run/context.js';
import { EXIT, type ExitCode, Refusal } from '../run/outcome.js';
import { packageVersion } from '../world/assets.js';
import { openTerminal, type Terminal, wantsColor } from '../world/terminal.js';
import { addOptions, type CommandName } from './options.js';
import { type GlobalOptions, openSession } from './session.js';

interface CommandRow {
  readonly name: CommandName;
  readonly about: string;
  readonly argument?: readonly [string, string];
  /** Loaded on demand: start-up time is a command's first impression. */
  load(): Promise<{ default(context: Context, argument: string | undefined): Promise<ExitCode> }>;
}

const COMMANDS: readonly CommandRow[] = [
  {
    name: 'dry-run',
    about: 'show what run would do: every job, every file edit; writes nothing',
    load: () => import('./commands/dry-run.js'),
  },
  {
    name: 'run',
    about: 'migrate: the files, then the jobs in Redis; safe to repeat, resumes where it stopped',
    load: () => import('./commands/run.js'),
  },
  {
    name: 'code',
    about: 'every use of rq-scheduler in Python code, and its fix; never connects to Redis',
    load: () => import('./commands/code.js'),
  },
  {
    name: 'verify',
    about: 'check that nothing is left behind and that schedulers beat; writes nothing without --canary',
    load: () => import('./commands/verify.js'),
  },
  {
    name: 'rollback',
    about: 'undo a run: files byte for byte, waiting jobs back into the legacy scheduler',
    argument: ['[run]', 'run id (default: the latest)'],
    load: () => import('./commands/rollback.js'),
  },
  {
    name: 'status',
    about: 'what is scheduled where, and which schedulers and workers live',
    load: () => import('./commands/status.js'),
  },
  {
    name: 'repair',
    about: "arm lost recurring series again; mend entries that would stop or escape RQ's scheduler",
    load: () => import('./commands/repair.js'),
  },
  {
    name: 'rehearse',
    about: 'plan, run and roll back on a private copy of the jobs; says how long the real run takes',
    load: () => import('./commands/rehearse.js'),
  },
  {
    name: 'runbook',
    about: 'the order of the move in production, with the commands for this project',
    load: () => import('./commands/runbook.js'),
  },
  {
    name: 'demo',
    about: 'the whole move on a sample project, with a private Redis and real RQ',
    load: () => import('./commands/demo.js'),
  },
];

function buildProgram(onRun: (row: CommandRow, options: GlobalOptions, argument?: string) => Promise<void>) {
  const program = new Command('migrate-scheduler')
    .description('Moves a project from rq-scheduler to the scheduler built into RQ.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(--help lists the commands and options)')
    .helpCommand(false);
  for (const row of COMMANDS) {
    const command = addOptions(program.command(row.name).description(row.about), row.name);
    if (row.argument) command.argument(...row.argument);
    command.allowExcessArguments(false).exitOverride();
    command.action(async (...args: unknown[]) => {
      const argument = row.argument ? (args[0] as string | undefined) : undefined;
      await onRun(row, command.opts<GlobalOptions>(), argument);
    });
  }
  return program;
}

/**
 * Runs the tool for these arguments (without node and script) and returns the exit code.
 * The only place that catches everything and decides how the process ends.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  let debug = argv.includes('--debug');
  let terminal: Terminal = openTerminal({
    color: wantsColor(!argv.includes('--no-color'), process.env, Boolean(process.stderr.isTTY)),
    verbosity: 1,
  });
  try {
    const program = buildProgram(async (row, options, argument) => {
      const session = openSession(options);
      terminal = session.terminal;
      debug = Boolean(options.debug);
      try {
        const { default: command } = await row.load();
        code = await command(session, argument);
      } finally {
        session.close();
      }
    });
    if (argv.length === 0) {
      program.outputHelp();
      return EXIT.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    terminal.progressEnd();
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    const { explainError } = await import('./explain-error.js');
    const { text, exitCode } = explainError(error);
    const declined = error instanceof Refusal && error.finding.code === 'declined';
    terminal.error(declined ? text : `${terminal.color.red('error')} ${text}`);
    if (debug && error instanceof Error) {
      const root = error instanceof Refusal && error.cause instanceof Error ? error.cause : error;
      terminal.error(root.stack ?? String(root));
    }
    return exitCode;
  }
}
