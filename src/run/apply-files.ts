import { applyStep } from '../journal/entries.js';
import type { FileChange } from '../plan/types.js';
import type { RunDir } from '../world/run-dir.js';
import {
  fileHash,
  fileMode,
  planFileBytes,
  removeFile,
  removeLeftover,
  saveBackup,
  writeFileAtomically,
} from '../world/write-files.js';
import type { StopRequest } from './context.js';
import { EXIT, refusal } from './outcome.js';

/**
 * Carries out the file changes of a plan, one after the other: intent journalled, backup taken,
 * file replaced atomically, journalled as done. Called again after a crash it goes on where it
 * stopped; a file that is neither as planned nor already changed stops it.
 */
export function applyFiles(
  project: string,
  changes: readonly FileChange[],
  dir: RunDir,
  stop: StopRequest,
): FileChange[] {
  const steps = changes.map((change) => ({
    change,
    step: applyStep(change, fileHash(project, change.path)),
  }));
  const conflict = steps.find(({ step }) => step === 'conflict');
  if (conflict) throw refusal(EXIT.partial, 'file-changed', { path: conflict.change.path });
  const done: FileChange[] = [];
  for (const { path } of changes) removeLeftover(project, path);
  for (const { change, step } of steps) {
    if (stop.signal !== null) throw stopped(stop, dir.runId);
    if (step === 'do') applyOne(project, change, dir);
    done.push(change);
  }
  return done;
}

function applyOne(project: string, change: FileChange, dir: RunDir): void {
  const { path, kind, action, before, after } = change;
  try {
    const mode = fileMode(project, path);
    if (before !== null) saveBackup(project, path, dir.backupPath(path));
    dir.append({ type: 'file-intent', path, kind, action, before, after, mode });
    if (action === 'delete') removeFile(project, path, before);
    else writeFileAtomically(project, path, planFileBytes(project, change), mode);
    dir.append({ type: 'file-done', path });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refusal(EXIT.partial, 'file-unwritable', { path, reason }, error);
  }
}

/** The refusal with which a wish to stop ends the work after a whole step. */
export function stopped(stop: StopRequest, runId: string) {
  const code = stop.signal === 'SIGTERM' ? EXIT.sigterm : EXIT.sigint;
  return refusal(code, 'interrupted', { signal: stop.signal, runId });
}
