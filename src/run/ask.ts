import type { Context } from './context.js';
import { EXIT, refusal } from './outcome.js';

/** Asks before anything is changed, unless --yes; anything but a yes ends the command with nothing done. */
export async function askFirst({ options, terminal }: Context, question: string): Promise<void> {
  if (options.yes) return;
  if (!terminal.interactive) throw refusal(EXIT.usage, 'needs-yes');
  const answer = await terminal.confirm(question);
  if (answer !== 'yes') throw refusal(answer === 'interrupted' ? EXIT.sigint : EXIT.ok, 'declined');
}
