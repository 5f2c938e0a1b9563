import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256, unifiedDiff } from '../files/diff.js';
import { applyEdits } from '../files/edit.js';
import { FileParseError } from '../files/types.js';
import type { Edit, FileChange } from '../plan/types.js';
import { wordFinding } from '../report/messages/index.js';
import { paintDiff } from '../report/paint.js';
import type { Context } from './context.js';
import { FILE_KINDS } from './file-kinds.js';
import { EXIT, refusal } from './outcome.js';

/**
 * Asks about every edit of every file (`--interactive`) and returns the changes that are left: the same
 * files, fewer edits, their results parsed again. Throws a refusal where nobody can be asked.
 */
export async function chooseEdits(context: Context, changes: readonly FileChange[]): Promise<FileChange[]> {
  if (!context.terminal.interactive) throw refusal(EXIT.usage, 'interactive-needs-terminal');
  const chosen: FileChange[] = [];
  const runtime = changes.filter(({ kind }) => kind === 'runtime');
  if (runtime.length > 0 && (await chooseRuntime(context, runtime))) chosen.push(...runtime);
  for (const change of changes.filter((one) => !runtime.includes(one))) {
    const left =
      change.action === 'edit' ? await chooseInFile(context, change) : await chooseFile(context, change);
    if (left) chosen.push(left);
  }
  return chosen;
}

/** The package for recurring jobs is there as a whole or not at all. */
async function chooseRuntime(context: Context, changes: readonly FileChange[]): Promise<boolean> {
  const folders = new Set(changes.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  return wants(context, `Install ${[...folders].filter(Boolean).join(', ')} (${changes.length} files)?`);
}

async function chooseFile(context: Context, change: FileChange): Promise<FileChange | null> {
  const verb = change.action === 'create' ? 'Create' : 'Delete';
  return (await wants(context, `${verb} ${change.path}?`)) ? change : null;
}

async function chooseInFile(context: Context, change: FileChange): Promise<FileChange | null> {
  const { path } = change;
  const text = readFileSync(join(context.project, path), 'latin1');
  const edits: Edit[] = [];
  for (const edit of change.edits) {
    const { terminal } = context;
    terminal.say(paintDiff(unifiedDiff(path, text, applyEdits(text, [edit])).trimEnd(), terminal.color));
    const why = wordFinding({ code: edit.why, severity: 'info', args: {} }).text;
    if (await wants(context, `${why}: make this edit?`)) edits.push(edit);
  }
  return edits.length === 0 ? null : withEdits(change, text, edits);
}

async function wants({ terminal }: Context, question: string): Promise<boolean> {
  const answer = await terminal.confirm(question);
  if (answer === 'interrupted') throw refusal(EXIT.sigint, 'declined');
  return answer === 'yes';
}

function withEdits(change: FileChange, text: string, edits: readonly Edit[]): FileChange {
  const after = applyEdits(text, edits);
  try {
    FILE_KINDS.find(({ id }) => id === change.kind)?.parse({ path: change.path, text: after });
  } catch (error) {
    if (!(error instanceof FileParseError)) throw error;
    throw refusal(EXIT.blocked, 'choice-unparsable', { path: change.path, reason: error.reason }, error);
  }
  return { ...change, edits, after: sha256(after), diff: unifiedDiff(change.path, text, after) };
}
