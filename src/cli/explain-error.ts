import { place, sentence, wordFinding } from '../report/messages/index.js';
import { EXIT, type ExitCode, Refusal } from '../run/outcome.js';

/** What to say about an error that reached the top, and how the process ends. */
export function explainError(error: unknown): { text: string; exitCode: ExitCode } {
  if (error instanceof Refusal) {
    const { finding, exitCode } = error;
    return { text: `${place(finding)}${sentence(wordFinding(finding))}`, exitCode };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    text: `Unexpected: ${message}. Add --debug for the stack trace; what was done so far is journalled.`,
    exitCode: EXIT.internal,
  };
}
