import { existsSync } from 'node:fs';
import { type JournalFile, restoreStep } from '../journal/entries.js';
import type { Finding } from '../plan/types.js';
import type { RunDir } from '../world/run-dir.js';
import {
  fileHash,
  removeEmptyFolder,
  removeFile,
  removeLeftover,
  restoreBackup,
} from '../world/write-files.js';
import { EXIT, refusal } from './outcome.js';

/** What became of one file in a rollback. */
export interface RestoredFile {
  readonly path: string;
  readonly action: 'restored' | 'removed' | 'unchanged' | 'refused';
  /** `edited-since`, `backup-missing`, or null. */
  readonly reason: string | null;
}

/** What will become of a file, without doing it. */
export function restorePlan(project: string, file: JournalFile, dir: RunDir, force: boolean): RestoredFile {
  const now = fileHash(project, file.path);
  const step = restoreStep(file, now);
  const action = file.before === null ? 'removed' : 'restored';
  if (step === 'done') return { path: file.path, action: 'unchanged', reason: null };
  if (file.before !== null && !existsSync(dir.backupPath(file.path))) {
    return { path: file.path, action: 'refused', reason: 'backup-missing' };
  }
  if (step === 'conflict' && !force) return { path: file.path, action: 'refused', reason: 'edited-since' };
  return { path: file.path, action, reason: null };
}

/** Puts the files of a run back, newest first; each one atomically, and journalled. */
export function restoreFiles(
  project: string,
  files: readonly JournalFile[],
  dir: RunDir,
  force: boolean,
): RestoredFile[] {
  const out: RestoredFile[] = [];
  for (const file of [...files].reverse()) {
    const planned = restorePlan(project, file, dir, force);
    out.push(planned);
    removeLeftover(project, file.path);
    if (planned.action === 'refused') continue;
    try {
      if (planned.action === 'restored')
        restoreBackup(project, file.path, dir.backupPath(file.path), file.mode);
      if (planned.action === 'removed') {
        removeFile(project, file.path, fileHash(project, file.path));
        // The folder came with its files.
        if (file.kind === 'runtime') removeEmptyFolder(project, file.path);
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw refusal(EXIT.partial, 'file-unwritable', { path: file.path, reason }, error);
    }
    dir.append({ type: 'file-restored', path: file.path });
  }
  return out.reverse();
}

/** A refused file as a finding. */
export function refusedFindings(files: readonly RestoredFile[]): Finding[] {
  return files
    .filter((file) => file.action === 'refused')
    .map(({ path, reason }) => ({ code: `file-${reason}`, severity: 'error', path, args: {} }));
}
