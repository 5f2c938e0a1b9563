import type { ProcessRole, SchedulerSwitch, Where } from '../types.js';
import type { Place } from './expand.js';
import type { SearchPlaces } from './find.js';
import type { Ground } from './ground.js';
import type { ImportPath } from './import-path.js';

/** One item of a command: a shell string, or one element of a list of arguments. */
export interface CommandPiece {
  readonly form: 'shell' | 'word';
  /** Byte text of the value (quotes of the surrounding format taken off). */
  readonly text: string;
  /** For pieces that stand in another file, e.g. a Dockerfile; null for the command itself. */
  readonly origin: Where | null;
}

/** A command and the surroundings that decide what it does. */
export interface Command {
  /** An entrypoint's pieces come first. */
  readonly pieces: readonly CommandPiece[];
  /** Environment variables known to be set. */
  readonly vars: ReadonlyMap<string, string>;
  readonly places: SearchPlaces;
  /** Where it runs; left out where nothing is known of that. */
  readonly ground?: Ground;
}

/** Why `--with-scheduler` cannot be put into the command given. */
export type FlagObstacle =
  | 'elsewhere' // the worker is started by another file: see `where`
  | 'python' // a Python script starts it
  | 'program-list' // a Procfile or supervisor configuration starts it
  | 'script' // a shell script, Dockerfile or Makefile starts it, and is edited itself
  | 'no-option' // this command has no such option (Flask-RQ2)
  | 'computed'; // the words come from variables or nested quoting

/** One worker that a command starts. */
export interface WorkerStart {
  readonly withScheduler: SchedulerSwitch;
  /** Where the option goes, directly after this argument; null with an `obstacle`. */
  readonly after: Place | null;
  readonly obstacle: FlagObstacle | null;
  /** Where the worker is started, when that is another file. */
  readonly where: Where | null;
}

/** What a command turns out to run. */
export interface CommandAnalysis {
  readonly role: ProcessRole;
  readonly queues: readonly string[] | null;
  readonly withScheduler: SchedulerSwitch;
  /** Other work, as written: R12. */
  readonly alsoRuns: readonly string[];
  /** All that it runs besides schedulers and workers, whatever the role; preparations left out. */
  readonly works: readonly string[];
  /** Files followed, nearest first. */
  readonly via: readonly Where[];
  readonly workers: readonly WorkerStart[];
  /** A scheduler among the parts is started by a Procfile or a supervisor configuration. */
  readonly schedulerInProgramList: boolean;
  /** Where, in other files, the workers and schedulers are started, and the command itself is written. */
  readonly starts: readonly Where[];
  /** What each Python that it starts can import: that of its workers, else of whatever it starts. */
  readonly imports: readonly ImportPath[];
  /** It starts nothing: it waits, prepares or tests. */
  readonly idle: boolean;
}

/** True where the worker is started by a file of another kind, which that kind edits or reports. */
export function editedElsewhere({ obstacle }: WorkerStart): boolean {
  return obstacle === 'python' || obstacle === 'program-list' || obstacle === 'script';
}
