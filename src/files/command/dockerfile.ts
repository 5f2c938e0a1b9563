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

interface Instruction {
  readonly keyword: string;
  readonly rest: string;
  readonly line: number;
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
  for (const instruction of instructions(text)) {
    const { keyword, rest } = instruction;
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
    if (keyword === 'COPY' || keyword === 'ADD') addCopy(copies, rest, context);
  }
  const entrypoint = inherited(stages, target, (stage) => stage.entrypoint);
  const command = inherited(stages, target, (stage) => stage.command);
  return {
    entrypoint: entrypoint === null ? null : piecesOf(entrypoint, path),
    command: command === null ? null : piecesOf(command, path),
    ignoresCommand: entrypoint !== null && execForm(entrypoint.rest) === null,
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

/** Instructions with continuation lines joined and comment lines dropped. */
function instructions(text: string): Instruction[] {
  const out: Instruction[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const match = /^\s*([A-Za-z]+)\s+(.*)$/.exec(lines[i] ?? '');
    if (match?.[1] === undefined) continue;
    const line = i + 1;
    let rest = match[2] ?? '';
    while (/\\\s*$/.test(rest) && i + 1 < lines.length) {
      i++;
      const next = lines[i] ?? '';
      rest = /^\s*#/.test(next) ? rest : rest.replace(/\\\s*$/, ' ') + next;
    }
    out.push({ keyword: match[1].toUpperCase(), rest: rest.trim(), line });
  }
  return out;
}

function execForm(rest: string): string[] | null {
  if (!rest.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(rest);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

function piecesOf(instruction: Instruction, path: string): CommandPiece[] {
  const origin = { path, line: instruction.line };
  const items = execForm(instruction.rest);
  if (items === null) return [{ form: 'shell', text: instruction.rest, origin }];
  return items.map((text) => ({ form: 'word', text, origin }));
}

function addCopy(copies: Map<string, string>, rest: string, context: string): void {
  if (/--from=/.test(rest)) return;
  const words = (execForm(rest) ?? rest.split(/\s+/)).filter((word) => !word.startsWith('--'));
  const to = words.at(-1);
  for (const from of words.slice(0, -1)) {
    const name = from.slice(from.lastIndexOf('/') + 1);
    const inside = to?.endsWith('/') ? `${to}${name}` : to;
    const source = joinPath(context, from);
    const dest = inside === undefined ? null : joinPath(inside);
    if (source !== null && dest !== null && dest !== '' && source !== '') copies.set(dest, source);
  }
}
