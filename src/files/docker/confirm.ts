import type { Edit } from '../../plan/types.js';
import { execForm } from '../command/dockerfile.js';
import type { Instruction } from '../command/dockerfile-lines.js';
import { applyEdits } from '../edit.js';
import { confirmScript } from '../script/confirm.js';
import { parseTree } from '../script/tree.js';
import type { DockerDoc } from './stages.js';

/**
 * Compares the instructions after the edits with those before, each changed by just its own edits; a description of
 * the first that is not as meant, or null. Instructions that an edit covers are gone.
 */
export function confirmDockerfile(
  before: DockerDoc,
  after: DockerDoc,
  edits: readonly Edit[],
): string | null {
  const covered = ({ start, end }: Instruction) =>
    edits.some((edit) => edit.start <= start && end <= edit.end);
  const expected = before.instructions.filter((one) => !covered(one));
  if (expected.length !== after.instructions.length) return 'number of instructions';
  for (const [i, instruction] of expected.entries()) {
    const found = after.instructions[i];
    const inside = edits.filter((edit) => edit.start >= instruction.start && edit.end <= instruction.end);
    const wrong = found === undefined || differs(before, instruction, after, found, inside);
    if (wrong) return `${instruction.keyword} of line ${instruction.line}`;
  }
  return null;
}

function differs(
  before: DockerDoc,
  instruction: Instruction,
  after: DockerDoc,
  found: Instruction,
  edits: readonly Edit[],
): boolean {
  if (found.keyword !== instruction.keyword) return true;
  const { start, end } = instruction;
  const own = edits.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
  const text = applyEdits(before.file.text.slice(start, end), own);
  if (text !== after.file.text.slice(found.start, found.end)) return true;
  if (edits.length === 0) return false;
  if (execForm(instruction) !== null) return execForm(found) === null;
  return instruction.keyword === 'RUN' && instruction.documents.length === 0
    ? confirmRun(instruction, found, edits) !== null
    : instruction.keyword !== 'ENV' && instruction.keyword !== 'ARG' && parseTree(found.args) === null;
}

function confirmRun(instruction: Instruction, found: Instruction, edits: readonly Edit[]): string | null {
  const { args, argsStart } = instruction;
  const moved = edits.map((edit) => ({ ...edit, start: edit.start - argsStart, end: edit.end - argsStart }));
  return confirmScript(
    { text: args, tree: parseTree(args) },
    { text: found.args, tree: parseTree(found.args) },
    moved,
  );
}
