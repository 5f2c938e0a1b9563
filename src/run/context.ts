import type { RecurringStrategy } from '../plan/decide-recurring.js';
import type { FailOn } from '../verify/verdict.js';
import type { Terminal } from '../world/terminal.js';

/** What commander hands over; names are the camel-cased flags of the option table. */
export interface RunOptions {
  readonly project: string;
  readonly redisUrl?: string;
  /** junit and github: `verify` only; sarif: `code` only. */
  readonly format: 'text' | 'json' | 'junit' | 'github' | 'sarif';
  readonly yes?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
  readonly only?: 'files' | 'redis';
  readonly plan?: string;
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly allow?: readonly string[];
  readonly keepScheduler?: boolean;
  readonly renameIds?: boolean;
  readonly rqVersion?: string;
  readonly all?: boolean;
  readonly explain?: boolean;
  readonly wait?: number;
  readonly interval?: number;
  readonly failOn?: FailOn;
  readonly canary?: boolean;
  readonly grace?: number;
  readonly force?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly interactive?: boolean;
  readonly recurring?: RecurringStrategy;
  readonly recurringFor?: readonly { readonly pattern: string; readonly strategy: RecurringStrategy }[];
  readonly tz?: string;
  readonly rqSchedulerVersion?: string;
  readonly runtimePath?: string;
  readonly runtimeModule?: string;
  readonly recurringInstall?: 'package' | 'vendor';
  readonly skipImportCheck?: boolean;
  readonly follow?: boolean;
  /** Seconds. */
  readonly for?: number;
  /** Seconds. */
  readonly untilQuiet?: number;
  /** Entries. */
  readonly limit?: number;
  readonly fix?: boolean;
  readonly unsafeFixes?: boolean;
  readonly nativeApi?: boolean;
  readonly raiseRq?: boolean;
  readonly diff?: boolean;
}

/** One invocation: its options, its terminal, and the wish to stop after the current step. */
export interface Context {
  readonly options: RunOptions;
  /** Absolute path of the project. */
  readonly project: string;
  readonly terminal: Terminal;
  readonly stop: StopRequest;
}

/** Ctrl-C or SIGTERM: the current step is finished, then work ends in a resumable state. */
export interface StopRequest {
  /** The signal that asked, or null. */
  readonly signal: 'SIGINT' | 'SIGTERM' | null;
  /** Called once, when the first signal arrives. */
  onStop(listener: () => void): void;
}
