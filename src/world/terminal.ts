import { createInterface } from 'node:readline/promises';
import { Chalk, type ChalkInstance } from 'chalk';
import { redact } from './redaction.js';

/** How talkative the tool is on stderr: 0 errors only, 1 normal, 2 verbose. */
export type Verbosity = 0 | 1 | 2;

/**
 * The only writer of the standard streams: data on stdout, talk on stderr, and every string
 * through redaction, so that no password can appear.
 */
export interface Terminal {
  readonly color: ChalkInstance;
  /** Both stdin and stderr are a terminal, so a question can be asked and answered. */
  readonly interactive: boolean;
  /** Columns of stdout, 100 where it is not a terminal. */
  readonly width: number;
  /** Data: goes to stdout, unchanged but for redaction. Resolves when the stream took it. */
  data(text: string): Promise<void>;
  /** Talk for a person: stderr, one line. Silent with --quiet. */
  say(text: string): void;
  /** Detail: only with --verbose. */
  detail(text: string): void;
  /** An error line: always. */
  error(text: string): void;
  /** A short-lived progress line; does nothing where stderr is not a terminal or with --quiet. */
  progress(text: string): void;
  progressEnd(): void;
  /** Asks a yes/no question; the end of the input is a no, Ctrl-C is told apart. */
  confirm(question: string): Promise<'yes' | 'no' | 'interrupted'>;
}

export interface TerminalOptions {
  readonly color: boolean;
  readonly verbosity: Verbosity;
}

/** Colour unless --no-color, NO_COLOR or a stream that is no terminal says otherwise. */
export function wantsColor(flag: boolean, env: NodeJS.ProcessEnv, isTty: boolean): boolean {
  if (!flag || (env.NO_COLOR ?? '') !== '') return false;
  if ((env.FORCE_COLOR ?? '') !== '' && env.FORCE_COLOR !== '0') return true;
  return isTty && env.TERM !== 'dumb';
}

export function openTerminal(options: TerminalOptions): Terminal {
  const { stdin, stdout, stderr } = process;
  const color = new Chalk({ level: options.color ? 1 : 0 });
  const err = (text: string) => {
    stderr.write(`${redact(text)}\n`);
  };
  let spinner: { text: string; stop(): unknown } | null = null;
  let loading = false;
  let wanted: string | null = null;
  const clear = () => {
    wanted = null;
    spinner?.stop();
    spinner = null;
  };
  const write = (text: string) => {
    const again = wanted;
    clear();
    err(text);
    if (again !== null) show(again);
  };
  const show = (text: string) => {
    wanted = redact(text);
    if (spinner) {
      spinner.text = wanted;
      return;
    }
    if (loading) return;
    loading = true;
    // ora costs start-up time, and most calls never show progress.
    void import('ora').then(({ default: ora }) => {
      loading = false;
      if (wanted !== null)
        spinner = ora({ text: wanted, stream: stderr, discardStdin: false, hideCursor: false }).start();
    });
  };
  return {
    color,
    interactive: Boolean(stdin.isTTY && stderr.isTTY),
    width: stdout.columns ?? 100,
    data: (text) =>
      new Promise((resolve, reject) => {
        stdout.write(redact(text), (error) => (error ? reject(error) : resolve()));
      }),
    say: (text) => {
      if (options.verbosity >= 1) write(text);
    },
    detail: (text) => {
      if (options.verbosity >= 2) write(text);
    },
    error: write,
    progress: (text) => {
      if (stderr.isTTY && options.verbosity >= 1) show(text);
    },
    progressEnd: clear,
    confirm: async (question) => {
      clear();
      const rl = createInterface({ input: stdin, output: stderr });
      try {
        const closed = new Promise<null>((resolve) => rl.once('close', () => resolve(null)));
        const interrupted = new Promise<undefined>((resolve) => rl.once('SIGINT', () => resolve(undefined)));
        const answer = await Promise.race([rl.question(`${redact(question)} [y/N] `), closed, interrupted]);
        if (answer === undefined) {
          stderr.write('\n');
          return 'interrupted';
        }
        return /^y(es)?$/i.test((answer ?? '').trim()) ? 'yes' : 'no';
      } finally {
        rl.close();
      }
    },
  };
}
