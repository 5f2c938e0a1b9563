import type { Edit } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { shellTokens } from '../command/words.js';
import { wholeLines } from '../script/ranges.js';
import type { Fact } from '../types.js';
import type { DockerDoc } from './stages.js';

/** A variable that ENV or ARG sets. Offsets are bytes of the file. */
export interface Variable {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

interface Setting {
  readonly start: number;
  readonly end: number;
  readonly variables: readonly Variable[];
}

/** The ENV and ARG instructions, each with its variables. */
function settings({ instructions }: DockerDoc): readonly Setting[] {
  return instructions
    .filter(({ keyword }) => keyword === 'ENV' || keyword === 'ARG')
    .map(({ start, end, args, argsStart, keyword }) => {
      const words = shellTokens(args).flatMap((token) => (token.type === 'word' ? [token.word] : []));
      const first = args.slice(words[0]?.start ?? 0, words[0]?.end ?? 0);
      // `ENV NAME the rest of the line`.
      const old = keyword === 'ENV' && !first.includes('=');
      const variables = (old ? words.slice(0, 1) : words).flatMap((word): Variable[] => {
        const name = /^([A-Za-z_]\w*)(=|$)/.exec(args.slice(word.start, word.end))?.[1];
        const stop = old ? args.length : word.end;
        return name === undefined ? [] : [{ name, start: argsStart + word.start, end: argsStart + stop }];
      });
      return { start, end, variables };
    });
}

/** `env-set` facts, and `env-read` ones for settings of the scheduler that other instructions use. */
export function variableFacts(doc: DockerDoc): readonly Fact[] {
  const { path, text } = doc.file;
  const set = settings(doc).flatMap(({ variables }) => variables);
  const reads = doc.instructions.flatMap(({ args, argsStart }) =>
    [...args.matchAll(/(?<!\\)\$\{?(\w*(?:SCHEDULER|PUSH_CHECK)\w*)/gi)].flatMap(
      ({ 1: name = '', index }): Fact[] => {
        const at = argsStart + index;
        const itself = set.some((one) => one.name === name && one.start <= at && at < one.end);
        return itself ? [] : [{ type: 'env-read', name, where: { path, line: lineOf(text, at) } }];
      },
    ),
  );
  return [
    ...set.map(
      ({ name, start }): Fact => ({ type: 'env-set', name, where: { path, line: lineOf(text, start) } }),
    ),
    ...reads,
  ];
}

/** Takes variables out of ENV and ARG, or the whole instruction; those that stay behind a comment are `stuck`. */
export function variableEdits(
  doc: DockerDoc,
  names: ReadonlyMap<string, string>,
): { readonly edits: readonly Edit[]; readonly stuck: readonly Variable[] } {
  const { text } = doc.file;
  const edits: Edit[] = [];
  const stuck: Variable[] = [];
  for (const { start, end, variables } of settings(doc)) {
    const gone = variables.filter(({ name }) => names.has(name));
    if (gone.length === 0) continue;
    if (gone.length === variables.length) {
      const lines = wholeLines(text, start, end);
      if (lines === null) stuck.push(...gone);
      else edits.push({ ...lines, text: '', why: 'remove-env' });
      continue;
    }
    for (const variable of gone) {
      const range = pairRange(variables, variables.indexOf(variable), names);
      if (/\n[ \t]*#/.test(text.slice(range.start, range.end))) stuck.push(variable);
      else edits.push({ ...range, text: '', why: 'remove-env' });
    }
  }
  return { edits, stuck };
}

/** With the blanks before it; at the head of the instruction, with those up to the next that stays. */
function pairRange(
  variables: readonly Variable[],
  index: number,
  names: ReadonlyMap<string, string>,
): { start: number; end: number } {
  const own = variables[index];
  const previous = variables[index - 1];
  const headed = variables.slice(0, index).every(({ name }) => names.has(name));
  const next = variables[index + 1];
  if (headed && next !== undefined) return { start: own?.start ?? 0, end: next.start };
  return { start: previous?.end ?? own?.start ?? 0, end: own?.end ?? 0 };
}
