import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { JournalEntry } from '../journal/entries.js';

/** Folder of the tool's state inside the project. */
export const STATE_DIR = '.migrate-scheduler';

/** The files of one run: journal, saved plan head, backups. */
export interface RunDir {
  readonly runId: string;
  /** Absolute path. */
  readonly path: string;
  /** Appends one journal line and has it on disk before it returns. */
  append(entry: JournalEntry): void;
  journalText(): string;
  savePlan(json: string): void;
  planText(): string | null;
  /** Absolute path of the backup of a project-relative file. */
  backupPath(path: string): string;
}

/** A run id that sorts by time: `20261123T224500Z-1231a2b` (milliseconds, then chance). */
export function newRunId(now: Date = new Date()): string {
  const [stamp, millis] = now.toISOString().replace(/[-:Z]/g, '').split('.');
  return `${stamp}Z-${millis}${randomBytes(2).toString('hex')}`;
}

/** Run ids of a project, oldest first. */
export function listRuns(project: string): string[] {
  const runs = join(project, STATE_DIR, 'runs');
  if (!existsSync(runs)) return [];
  return readdirSync(runs, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(runs, entry.name, 'journal.ndjson')))
    .map((entry) => entry.name)
    .sort();
}

/** A line cut short by a crash never happened; new lines must not be glued to it. */
function dropTornLine(journal: string): void {
  if (!existsSync(journal)) return;
  const text = readFileSync(journal);
  truncateSync(journal, text.lastIndexOf(10) + 1);
}

/**
 * Opens a run's folder, making it when `create` is set. Backups hold what the project's files
 * hold, passwords included: the folder is for its owner only, and git ignores it.
 */
export function openRunDir(project: string, runId: string, create: boolean): RunDir {
  const state = join(project, STATE_DIR);
  const path = join(state, 'runs', runId);
  const journal = join(path, 'journal.ndjson');
  if (create) {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const ignore = join(state, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    dropTornLine(journal);
  }
  return {
    runId,
    path,
    append: (entry) => {
      const fd = openSync(journal, 'a', 0o600);
      try {
        writeSync(fd, `${JSON.stringify(entry)}\n`);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    },
    journalText: () => (existsSync(journal) ? readFileSync(journal, 'utf8') : ''),
    savePlan: (json) => {
      // Whole or not at all: a run that is killed here must not be gone on with half a plan.
      const staged = join(path, 'plan.json.new');
      writeFileSync(staged, json, { mode: 0o600, flush: true });
      renameSync(staged, join(path, 'plan.json'));
    },
    planText: () => {
      const file = join(path, 'plan.json');
      return existsSync(file) ? readFileSync(file, 'utf8') : null;
    },
    backupPath: (file) => join(path, 'backup', file),
  };
}
