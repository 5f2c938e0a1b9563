import type { Edit, Finding } from '../plan/types.js';
import type { ImportPath } from './command/import-path.js';
import type { CodeAnalysis } from './python/uses.js';

/** A file as read: its path and its bytes as byte text (`bytes.ts`), a BOM included. */
export interface SourceFile {
  /** Project-relative POSIX path. */
  readonly path: string;
  readonly text: string;
  /** No kind asks for it and no command leads to it: it is there to be searched only. */
  readonly searched?: boolean;
}

/** What a file kind may look at while it follows a command into other files. Pure. */
export interface ProjectView {
  /** The file at a project-relative POSIX path, or undefined. */
  get(path: string): SourceFile | undefined;
  /** All paths known, sorted. */
  readonly paths: readonly string[];
}

/** A place in a file. */
export interface Where {
  readonly path: string;
  /** 1-based. */
  readonly line: number;
}

/** What a command turns out to run, by following it; never by the name of the service. */
export type ProcessRole =
  | 'scheduler' // rqscheduler, or a script that runs an rq_scheduler Scheduler
  | 'worker' // rq worker and its relatives that take --with-scheduler
  | 'worker-pool' // always schedules (rq >= 1.16), has no such option
  | 'both' // one command line starts a scheduler and a worker
  | 'other';

/** How a worker comes by its scheduler. */
export type SchedulerSwitch =
  | 'on' // the flag or with_scheduler=True stands there
  | 'off' // absent, and an edit can add it
  | 'off-explicit' // with_scheduler=False written out
  | 'unknown'; // a script whose start could not be read

/** Facts: what the files say. Every fact says where. */
export type Fact =
  | {
      readonly type: 'process';
      /** Unique in the project, e.g. `docker-compose.yml#worker`. */
      readonly id: string;
      /** Service, Procfile entry or program name, for messages. */
      readonly name: string;
      readonly role: ProcessRole;
      /** Worker's queues; null when unknown or not a worker. */
      readonly queues: readonly string[] | null;
      readonly withScheduler: SchedulerSwitch;
      /** The command does other work too (seeds schedules, runs migrations): R12. */
      readonly alsoRuns: readonly string[];
      /** How many copies it starts, 1 unless the file says otherwise. */
      readonly replicas: number;
      /** Files followed to decide, nearest first. */
      readonly via: readonly Where[];
      /** Lines of other files at which its workers and schedulers are started, or its command is written. */
      readonly starts?: readonly Where[];
      /** The Dockerfile of its image, where the project has it. */
      readonly image?: string;
      /** `image` of its service, as written. */
      readonly imageName?: string;
      /**
       * The IANA zone to which its file, with the files of variables that it names, sets TZ for it; null where these
       * are all known and set none. Left out where neither is certain.
       */
      readonly zone?: string | null;
      /** What each Python process that its command starts can import. */
      readonly imports?: readonly ImportPath[];
      readonly where: Where;
    }
  /** A start of rq-scheduler that no edit takes out of its file. */
  | {
      readonly type: 'scheduler-start';
      /** The command, or the file that does nothing else, for messages. */
      readonly name: string;
      readonly reason: string;
      /** Of a file that does nothing else: what else names it, as `path:line`; null where that cannot be told. */
      readonly namedBy: readonly string[] | null;
      /** Other work that goes with it (R12). */
      readonly alsoRuns: readonly string[];
      readonly where: Where;
    }
  | {
      readonly type: 'dependency';
      /** PEP 503 normalised, e.g. `rq-scheduler`. */
      readonly name: string;
      /** Version specifier as written, '' for none. */
      readonly specifier: string;
      readonly where: Where;
    }
  /** A version that a lock file fixes; which packages stand in the project's own lists it does not tell. */
  | { readonly type: 'locked'; readonly name: string; readonly version: string; readonly where: Where }
  | { readonly type: 'env-set'; readonly name: string; readonly where: Where }
  | { readonly type: 'env-read'; readonly name: string; readonly where: Where }
  | { readonly type: 'import'; readonly module: string; readonly optional: boolean; readonly where: Where }
  | { readonly type: 'containers'; readonly path: string; readonly services: readonly string[] };

/** What was decided for the whole project from all facts; the file kinds carry it out. */
export interface Decision {
  /** The scheduler service/program goes, and the `rq-scheduler` dependency unless `keepDependency`. */
  readonly removeScheduler: boolean;
  /** `rq-scheduler` stays a dependency: another package needs it, or a scheduler that does other work stays. */
  readonly keepDependency: boolean;
  /** In the place of a scheduler that goes, `rq cron` runs this file (as the command names it); null for nothing. */
  readonly replaceScheduler: string | null;
  /** Ids of worker processes that must get `--with-scheduler`. */
  readonly enableScheduler: ReadonlySet<string>;
  /** Python scripts that start such a worker and must pass `with_scheduler=True`. */
  readonly enableInScripts: ReadonlySet<string>;
  /** Scripts and Dockerfiles that do nothing but start rq-scheduler, for nobody that stays. */
  readonly deleteFiles?: ReadonlySet<string>;
  /** Environment variables that go, each with its reason code. */
  readonly removeEnv: ReadonlyMap<string, string>;
  /** Zones that services get as a variable, by the ids of their processes (`decide-zone`). */
  readonly registrationZones?: ReadonlyMap<string, string>;
  /** Raise rq's lower bound to this version where it is lower; null = leave. */
  readonly minimumRq: string | null;
  /** Add croniter beside rq (the recurring module needs it and rq does not bring it). */
  readonly addCroniter: boolean;
  /**
   * Require rq-recurring: in the place of rq-scheduler (beside it where it stays), or beside rq where no file lists
   * rq-scheduler; null for nothing.
   */
  readonly addRuntime?: 'rq-scheduler' | 'rq' | null;
  /** Fixes of Python code, up to this level; left out where code is not looked at. */
  readonly code?: { readonly analysis: CodeAnalysis; readonly level: 'safe' | 'unsafe' };
}

/** Edits a file kind wants for one file, or the file's removal as a whole. */
export interface FileResult {
  readonly edits: readonly Edit[];
  readonly deleteFile?: boolean;
  readonly findings: readonly Finding[];
}

/**
 * One kind of file. `Doc` is what `parse` makes of it; nothing else looks inside.
 * All methods are pure and synchronous.
 */
export interface FileKind<Doc = unknown> {
  /** e.g. `compose`; stands in plans. */
  readonly id: string;
  /** Is this path (project-relative, POSIX) of this kind? */
  match(path: string): boolean;
  /** Paths that files of this kind name as being of it as well, whatever they are called. */
  claims?(project: ProjectView): ReadonlySet<string>;
  /** Throws FileParseError for a file that is not what its name says, NotOfKindError where another kind may take it. */
  parse(file: SourceFile): Doc;
  facts(doc: Doc, project: ProjectView): readonly Fact[];
  edits(doc: Doc, decision: Decision, project: ProjectView): FileResult;
  /**
   * Compares the parsed file with the parsed result of its edits. Returns an error text when
   * something other than what was meant has changed, else null.
   */
  confirm(before: Doc, after: Doc, decision: Decision, project: ProjectView): string | null;
}

/** A file that cannot be understood; carries the 1-based line where known. */
export class FileParseError extends Error {
  constructor(
    readonly path: string,
    readonly line: number | null,
    readonly reason: string,
  ) {
    super(line === null ? `${path}: ${reason}` : `${path}:${line}: ${reason}`);
  }
}

/** A file whose content is not of the kind that its path allowed for: another kind may take it. */
export class NotOfKindError extends FileParseError {
  constructor(path: string) {
    super(path, null, 'is of another kind');
  }
}
