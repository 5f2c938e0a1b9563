import { lineOf } from '../bytes.js';
import type { ProjectView, Where } from '../types.js';
import type { Arg, Place, ScriptText } from './expand.js';
import type { RqStart } from './rq.js';
import type { Command, CommandPiece, WorkerStart } from './types.js';

/** A command piece as text to be read. */
export function sourceOf(piece: CommandPiece, index: number): ScriptText {
  return { text: piece.text, path: null, piece: index, offset: 0, file: null };
}

/** A list item as the argument that it is. */
export function wordArg(piece: CommandPiece, source: ScriptText): Arg {
  return {
    value: piece.text,
    known: !/\$\{?\w/.test(piece.text),
    place: { path: null, piece: source.piece, end: piece.text.length, item: true, raw: piece.text },
    script: source,
  };
}

/** The file and line of a place outside the command given; null for one inside it. */
export function placeWhere(place: Place, command: Command, project: ProjectView): Where | null {
  if (place.path === null) return command.pieces[place.piece]?.origin ?? null;
  return { path: place.path, line: lineOf(project.get(place.path)?.text ?? '', place.end) };
}

/**
 * Where the flag goes, or why it cannot; `where` is the other file that starts the worker, `edited` whether
 * that file's own kind edits it.
 */
export function workerStart(
  start: RqStart & { kind: 'worker' },
  where: Where | null,
  edited: boolean,
): WorkerStart {
  if (start.on) return { withScheduler: 'on', after: null, obstacle: null, where };
  if (start.after === null) return { withScheduler: 'unknown', after: null, obstacle: 'no-option', where };
  const after = start.after.place;
  if (after === null) return { withScheduler: 'off', after: null, obstacle: 'computed', where };
  return {
    withScheduler: 'off',
    after,
    obstacle: where === null ? null : edited ? 'script' : 'elsewhere',
    where,
  };
}
