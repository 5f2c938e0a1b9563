import type { Edit } from '../../plan/types.js';
import { execForm } from '../command/dockerfile.js';
import type { Instruction } from '../command/dockerfile-lines.js';
import { applyEdits } from '../edit.js';
import { confirmScript } from '../script/confirm.js';
import { parseTree } from '../script/parse-tree.js';
import { shellText } from '../script/run-scripts.js';
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
    const inside = edits.flatMap((edit) => clipped(edit, instruction));
    const wrong = found === undefined || differs(before, instruction, after, found, inside);
    if (wrong) return `${instruction.keyword} of line ${instruction.line}`;
  }
  return null;
}

/** The edit as far as it lies within an instruction; it may take the line ending behind it along. */
function clipped(edit: Edit, { start, end }: Instruction): readonly Edit[] {
  return edit.start >= start && edit.start <= end ? [{ ...edit, end: Math.min(edit.end, end) }] : [];
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
  // Comments that stood before a last line that goes are behind the instruction then.
  const written = text.replace(/(\r?\n[ \t]*(#[^\n]*)?)+$/, '');
  if (written !== after.file.text.slice(found.start, found.end)) return true;
  if (edits.length === 0) return false;
  if (execForm(instruction) !== null) return execForm(found) === null;
  return instruction.keyword === 'RUN' && instruction.documents.length === 0
    ? confirmRun(instruction, found, edits) !== null
    : instruction.keyword !== 'ENV' && instruction.keyword !== 'ARG' && parseTree(found.args) === null;
}

function confirmRun(instruction: Instruction, found: Instruction, edits: readonly Edit[]): string | null {
  const { args, argsStart } = instruction;
  const stop = argsStart + args.length;
  const inside = edits.map((edit) => ({ ...edit, end: Math.min(edit.end, stop) }));
  const moved = inside.map((edit) => ({ ...edit, start: edit.start - argsStart, end: edit.end - argsStart }));
  const [before, after] = [shellText(args), shellText(found.args)];
  return confirmScript(
    { text: before, tree: parseTree(before) },
    { text: after, tree: parseTree(after) },
    moved,
  );
}
