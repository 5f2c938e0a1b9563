import { Chalk } from 'chalk';
import type { Terminal } from './terminal.js';

/** A terminal for a command that works inside another one: its data goes to `keep`, its talk nowhere. */
export function silentTerminal(keep: (text: string) => void): Terminal {
  return {
    color: new Chalk({ level: 0 }),
    interactive: false,
    width: 100,
    data: async (text) => keep(text),
    say: () => {},
    detail: () => {},
    error: () => {},
    progress: () => {},
    progressEnd: () => {},
    confirm: async () => 'no',
  };
}
