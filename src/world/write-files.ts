import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { FileChange } from '../plan/types.js';

/** The file is not as it was when its change was planned. */
export class FileChangedError extends Error {
  constructor(readonly path: string) {
    super(`${path} has changed since the plan was made`);
  }
}

/** The path of a plan leads out of the project, by `..` or through a symbolic link. */
export class PathOutsideError extends Error {
  constructor(readonly path: string) {
    super(`${path} is outside the project`);
  }
}

/** sha256 (hex) of a project file's bytes; null where there is no file. */
export function fileHash(project: string, path: string): string | null {
  const bytes = readIfThere(inside(project, path));
  return bytes === null ? null : hashOf(bytes);
}

/** Permission bits of a project file; null where there is no file. */
export function fileMode(project: string, path: string): number | null {
  return statSync(inside(project, path), { throwIfNoEntry: false })?.mode ?? null;
}

/**
 * The bytes that a planned edit or creation leads to. Throws FileChangedError where the file is not
 * the one planned for, or the result is not the one foreseen.
 */
export function planFileBytes(project: string, change: FileChange): Uint8Array {
  const now = readIfThere(inside(project, change.path));
  if ((now === null ? null : hashOf(now)) !== change.before) throw new FileChangedError(change.path);
  const bytes = spliced(now ?? Buffer.alloc(0), change);
  if (hashOf(bytes) !== change.after) throw new FileChangedError(change.path);
  return bytes;
}

function spliced(bytes: Buffer, { edits }: FileChange): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { start, end, text } of edits) {
    parts.push(bytes.subarray(at, start), Buffer.from(text, 'latin1'));
    at = end;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

/**
 * Writes a project file by renaming a complete, synced one into place: a reader sees the old bytes
 * or the new, at any instant. `mode` null gives a created file the default permissions. The complete one has
 * a fixed name, so that what a crash leaves of it can be removed (`removeLeftover`).
 */
export function writeFileAtomically(
  project: string,
  path: string,
  bytes: Uint8Array,
  mode: number | null,
): void {
  const target = inside(project, path);
  mkdirSync(dirname(target), { recursive: true });
  const staged = stagingPath(target);
  rmSync(staged, { force: true });
  const file = openSync(staged, 'wx', mode === null ? 0o666 : mode & 0o7777);
  try {
    writeFileSync(file, bytes);
    if (mode !== null) fchmodSync(file, mode & 0o7777);
    keepOwner(file, target);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(staged, target);
}

/** Beside its target: a rename is atomic only within one file system. No kind of file has this name. */
function stagingPath(target: string): string {
  return join(dirname(target), `.migrate-scheduler.${basename(target)}.tmp`);
}

/** Removes what a write that was killed has left beside a project file. */
export function removeLeftover(project: string, path: string): void {
  rmSync(stagingPath(inside(project, path)), { force: true });
}

/** A file that root rewrites stays its owner's. */
function keepOwner(file: number, target: string): void {
  const now = statSync(target, { throwIfNoEntry: false });
  const fresh = fstatSync(file);
  if (now && (now.uid !== fresh.uid || now.gid !== fresh.gid)) fchownSync(file, now.uid, now.gid);
}

/** Copies a project file to `backup` (absolute), synced to disk and readable by its owner only. */
export function saveBackup(project: string, path: string, backup: string): void {
  mkdirSync(dirname(backup), { recursive: true, mode: 0o700 });
  copyFileSync(inside(project, path), backup);
  chmodSync(backup, 0o600);
  const file = openSync(backup, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Puts a backup's bytes and the file's former permissions back in place, atomically. */
export function restoreBackup(project: string, path: string, backup: string, mode: number | null): void {
  writeFileAtomically(project, path, readFileSync(backup), mode);
}

/** Deletes a project file whose sha256 is `expected`. Throws FileChangedError for any other. */
export function removeFile(project: string, path: string, expected: string | null): void {
  const target = inside(project, path);
  const bytes = readIfThere(target);
  if (bytes === null) return;
  if (hashOf(bytes) !== expected) throw new FileChangedError(path);
  rmSync(target);
}

/** Removes the folder of a file that is gone, where nothing else is in it. */
export function removeEmptyFolder(project: string, path: string): void {
  const folder = dirname(inside(project, path));
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Absolute path of a project file, which must lie in the project in fact, not only by name. */
function inside(project: string, path: string): string {
  const root = realpathSync(project);
  const target = resolve(root, path);
  let existing = target;
  while (existing !== dirname(existing) && !statSync(existing, { throwIfNoEntry: false }))
    existing = dirname(existing);
  for (const candidate of [target, realpathSync(existing)]) {
    const way = relative(root, candidate);
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) throw new PathOutsideError(path);
  }
  return target;
}
