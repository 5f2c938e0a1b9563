import type { PythonStart } from '../pysource/starts.js';
import type { ProjectView, Where } from '../types.js';
import type { Arg, Place } from './expand.js';
import { type Ground, type ImportRoot, NOWHERE } from './ground.js';
import type { ImportPath } from './import-path.js';
import { placeWhere, workerStart } from './pieces.js';
import type { RqStart } from './rq.js';
import { isCommandFile } from './script-files.js';
import type { Started } from './summary.js';
import type { Command, WorkerStart } from './types.js';

/** What a command was found to start so far, and which files were followed. */
export class StartRecord {
  readonly started: Started[] = [];
  /** Files followed, nearest first. */
  readonly via: Where[] = [];
  /** In the background of a script of the project. */
  protected detached = false;
  /** What each Python process that is started can import. */
  readonly imports: ImportPath[] = [];
  /** Where the command that is looked at runs. */
  protected ground: Ground;
  /** The Python that the command that is looked at starts; null for none. */
  protected interpreter: { readonly roots: readonly ImportRoot[]; readonly script: string | null } | null =
    null;

  constructor(
    protected readonly command: Command,
    protected readonly project: ProjectView,
  ) {
    this.ground = command.ground ?? NOWHERE;
  }

  /** What a command line of RQ's or rq-scheduler's starts; null for one that starts neither. */
  protected add(start: RqStart | null, args: readonly Arg[]): void {
    if (start === null) {
      this.other(args);
    } else if (start.kind === 'scheduler') {
      const where = this.place(args[0]?.place ?? null);
      const detached = this.detached && where !== null;
      this.started.push({ kind: 'scheduler', listed: false, where, detached });
    } else if (start.kind === 'pool') {
      this.started.push(start);
      this.imported(true);
    } else {
      this.started.push({ kind: 'worker', queues: start.queues, start: this.start(start) });
      this.imported(true);
    }
  }

  /** A start in a Python script. */
  protected addPython({ role, queues, withScheduler, line }: PythonStart, path: string): void {
    const where = { path, line };
    const start = { withScheduler, after: null, obstacle: 'python' as const, where };
    if (role === 'scheduler') {
      this.addScheduler(where);
      return;
    }
    this.started.push({ kind: 'worker', queues, start });
    this.imported(true);
  }

  protected addScheduler(where: Where): void {
    this.started.push({ kind: 'scheduler', listed: false, where, detached: this.detached });
    this.imported(false);
  }

  /** Notes what the Python at hand can import; nothing of a worker of which nothing is known. */
  protected imported(works: boolean): void {
    if (works || this.interpreter !== null)
      this.imports.push({ ...(this.interpreter ?? { roots: [], script: null }), works });
  }

  protected other(args: readonly Arg[]): void {
    this.imported(false);
    this.started.push({ kind: 'other', text: args.map((arg) => arg.value).join(' ') });
  }

  private start(start: RqStart & { kind: 'worker' }): WorkerStart {
    const where = this.place(start.after?.place ?? null);
    const edited = where !== null && isCommandFile(this.project.get(where.path));
    return workerStart(start, where, edited);
  }

  private place(place: Place | null): Where | null {
    return place === null ? (this.via.at(-1) ?? null) : placeWhere(place, this.command, this.project);
  }
}
