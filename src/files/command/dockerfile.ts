import { dockerInstructions, type Instruction } from './dockerfile-lines.js';
import { joinPath } from './find.js';
import type { CommandPiece } from './types.js';

/** What a Dockerfile says about the command of its image. */
export interface ImageCommand {
  readonly entrypoint: readonly CommandPiece[] | null;
  readonly command: readonly CommandPiece[] | null;
  /** The shell form of ENTRYPOINT ignores every command. */
  readonly ignoresCommand: boolean;
  /** Container path (no leading slash) -> project path, from COPY and ADD. */
  readonly copies: ReadonlyMap<string, string>;
}

interface Stage {
  readonly name: string | null;
  readonly from: string;
  entrypoint: Instruction | null;
  command: Instruction | null;
}

/** Reads ENTRYPOINT, CMD and COPY; `context` is the build context's project folder. */
export function readDockerfile(
  path: string,
  text: string,
  context: string,
  target: string | null,
): ImageCommand {
  const stages: Stage[] = [];
  const copies = new Map<string, string>();
  for (const instruction of dockerInstructions(text)) {
    const { keyword, args: rest } = instruction;
    if (keyword === 'FROM') {
      const match = /^(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(rest);
      stages.push({ name: match?.[2] ?? null, from: match?.[1] ?? '', entrypoint: null, command: null });
    }
    const stage = stages.at(-1);
    if (stage === undefined) continue;
    if (keyword === 'CMD') stage.command = instruction;
    if (keyword === 'ENTRYPOINT') {
      stage.entrypoint = instruction;
      stage.command = null;
    }
    if (keyword === 'COPY' || keyword === 'ADD') addCopy(copies, instruction, context);
  }
  const entrypoint = inherited(stages, target, (stage) => stage.entrypoint);
  const command = inherited(stages, target, (stage) => stage.command);
  return {
    entrypoint: entrypoint === null ? null : piecesOf(entrypoint, path),
    command: command === null ? null : piecesOf(command, path),
    ignoresCommand: entrypoint !== null && execForm(entrypoint) === null,
    copies,
  };
}

function inherited(
  stages: readonly Stage[],
  target: string | null,
  pick: (stage: Stage) => Instruction | null,
): Instruction | null {
  let stage = target === null ? stages.at(-1) : stages.find((one) => one.name === target);
  for (let steps = stages.length; stage !== undefined && steps > 0; steps--) {
    const found = pick(stage);
    if (found !== null) return found;
    const from = stage.from;
    stage = stages.find((one) => one.name === from && one !== stage);
  }
  return null;
}

/** One element of a list of arguments, with its place in the file, quotes included. */
export interface Element {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The elements of an exec form (`["a", "b"]`); null for a shell form. */
export function execForm({ args, argsStart }: Instruction): readonly Element[] | null {
  if (!args.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(args);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return null;
    return [...args.matchAll(/"(?:[^"\\]|\\.)*"/g)].map((match, i) => {
      const start = argsStart + match.index;
      return { text: value[i] ?? '', start, end: start + match[0].length };
    });
  } catch {
    return null;
  }
}

function piecesOf(instruction: Instruction, path: string): CommandPiece[] {
  const origin = { path, line: instruction.line };
  const items = execForm(instruction);
  if (items === null) return [{ form: 'shell', text: instruction.args, origin }];
  return items.map(({ text }) => ({ form: 'word', text, origin }));
}

function addCopy(copies: Map<string, string>, instruction: Instruction, context: string): void {
  const { args } = instruction;
  if (/--from=/.test(args)) return;
  const given = execForm(instruction)?.map(({ text }) => text) ?? args.split(/\s+/);
  const words = given.filter((word) => !word.startsWith('--'));
  const to = words.at(-1);
  for (const from of words.slice(0, -1)) {
    const name = from.slice(from.lastIndexOf('/') + 1);
    const inside = to?.endsWith('/') ? `${to}${name}` : to;
    const source = joinPath(context, from);
    const dest = inside === undefined ? null : joinPath(inside);
    if (source !== null && dest !== null && dest !== '' && source !== '') copies.set(dest, source);
  }
}
