import { resolve } from 'node:path';
import type { Context, RunOptions, StopRequest } from '../run/context.js';
import { openTerminal, type Terminal, wantsColor } from '../world/terminal.js';

/** What commander hands over: the options of every command and those of the terminal. */
export interface GlobalOptions extends RunOptions {
  readonly color: boolean;
}

/** A context that is to be closed when the command has ended. */
export interface Session extends Context {
  close(): void;
}

function watchSignals(terminal: Terminal): StopRequest & { close(): void } {
  let signal: StopRequest['signal'] = null;
  const listeners: (() => void)[] = [];
  const handler = (name: NodeJS.Signals) => {
    if (signal !== null) process.exit(name === 'SIGINT' ? 130 : 143);
    signal = name as 'SIGINT' | 'SIGTERM';
    terminal.progressEnd();
    terminal.say('Stopping after the current step (once more to end at once) …');
    for (const listener of listeners) listener();
  };
  process.on('SIGINT', handler);
  process.on('SIGTERM', handler);
  return {
    get signal() {
      return signal;
    },
    onStop: (listener) => {
      listeners.push(listener);
    },
    close: () => {
      process.off('SIGINT', handler);
      process.off('SIGTERM', handler);
    },
  };
}

export function openSession(options: GlobalOptions): Session {
  const terminal = openTerminal({
    color: wantsColor(options.color, process.env, Boolean(process.stdout.isTTY)),
    verbosity: options.quiet ? 0 : options.verbose ? 2 : 1,
  });
  const stop = watchSignals(terminal);
  return {
    options,
    project: resolve(options.project),
    terminal,
    stop,
    close: () => {
      terminal.progressEnd();
      stop.close();
    },
  };
}
