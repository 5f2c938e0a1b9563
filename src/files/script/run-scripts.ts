import type { Instruction } from '../command/dockerfile-lines.js';

/** Shell text of a RUN instruction: its arguments, or a here-document that is its script. */
export interface RunScript {
  readonly base: number;
  readonly text: string;
  readonly instruction: { readonly start: number; readonly end: number };
}

/** The shell texts of the RUN instructions; the exec form has none. */
export function runScripts(instructions: readonly Instruction[]): readonly RunScript[] {
  return instructions
    .filter(({ keyword, args }) => keyword === 'RUN' && !args.startsWith('['))
    .flatMap(({ start, end, args, argsStart, documents }): RunScript[] => {
      const instruction = { start, end };
      if (/^(?:--\S+\s+)*<</.test(args)) {
        return documents.map((document) => ({ base: document.start, text: document.text, instruction }));
      }
      return [{ base: argsStart, text: shellText(args), instruction }];
    });
}

/** The arguments of a RUN as its shell gets them: `--mount=…` and the like, blanked, are not the shell's. */
export function shellText(args: string): string {
  const options = /^(?:--\S+\s+)*/.exec(args)?.[0].length ?? 0;
  return ' '.repeat(options) + args.slice(options);
}
