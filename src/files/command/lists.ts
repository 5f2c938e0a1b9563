import type { Arg } from './expand.js';
import { type Program, procfilePrograms, supervisorPrograms } from './programs.js';
import type { Started } from './summary.js';
import type { CommandAnalysis } from './types.js';

/** A file that lists programs, and which of them are started (none named: all). */
export interface ProgramList {
  readonly path: string;
  readonly read: (text: string) => readonly Program[];
  readonly names: readonly string[];
}

/** `honcho start [-f Procfile] [names]` and its relatives; null for other subcommands. */
export function procfileList(args: readonly Arg[]): ProgramList | null {
  const words = args.slice(1).map((arg) => arg.value);
  const option = words.findIndex((word) => word === '-f' || word === '--procfile');
  const start = words.findIndex((word) => word === 'start' || word === 's');
  if (start < 0 && words.some((word, i) => !word.startsWith('-') && i !== option + 1)) return null;
  const path = option < 0 ? 'Procfile' : (words[option + 1] ?? 'Procfile');
  const names = words.filter(
    (word, i) => i > start && !word.startsWith('-') && (option < 0 || i !== option + 1),
  );
  return { path, read: procfilePrograms, names: start < 0 ? [] : names };
}

/** `supervisord [-c file]`. */
export function supervisorList(args: readonly Arg[]): ProgramList {
  const words = args.slice(1).map((arg) => arg.value);
  const option = words.findIndex((word) => word === '-c' || word === '--configuration');
  const path = (option < 0 ? undefined : words[option + 1]) ?? 'supervisord.conf';
  return { path, read: supervisorPrograms, names: [] };
}

/** What one listed program adds to the command that starts the list. */
export function startedBy(analysis: CommandAnalysis, program: Program, path: string): Started[] {
  const { role, queues, workers } = analysis;
  const where = { path, line: program.line };
  const started: Started[] = workers.map(({ withScheduler, obstacle }) => ({
    kind: 'worker',
    queues,
    start: {
      withScheduler,
      after: null,
      obstacle: obstacle === 'python' || obstacle === 'script' ? obstacle : 'program-list',
      where,
    },
  }));
  if (role === 'scheduler' || role === 'both')
    started.push({ kind: 'scheduler', listed: true, where, detached: false });
  if (role === 'worker-pool') started.push({ kind: 'pool', queues });
  if (role === 'other') started.push({ kind: 'other', text: program.command });
  return started;
}
