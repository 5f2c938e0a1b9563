import type { FileAction } from '../plan/types.js';

/**
 * One line of `.migrate-scheduler/runs/<runId>/journal.ndjson`. An intent is on disk before its
 * effect, its `-done` after it; between the two, the file itself tells which it is (sha256).
 */
export type JournalEntry =
  | { readonly type: 'begin'; readonly at: number; readonly covers: readonly ('files' | 'redis')[] }
  | {
      readonly type: 'file-intent';
      readonly path: string;
      readonly kind: string;
      readonly action: FileAction;
      /** sha256 (hex) before and after; null where the file does not exist. */
      readonly before: string | null;
      readonly after: string | null;
      /** POSIX permission bits of the file before; null for a created one. */
      readonly mode: number | null;
    }
  | { readonly type: 'file-done'; readonly path: string }
  | { readonly type: 'jobs-begin'; readonly at: number; readonly redis: string }
  | { readonly type: 'jobs-batch'; readonly at: number; readonly counts: Readonly<Record<string, number>> }
  | { readonly type: 'jobs-done'; readonly at: number }
  | { readonly type: 'end'; readonly at: number }
  | { readonly type: 'rollback-begin'; readonly at: number }
  | { readonly type: 'file-restored'; readonly path: string }
  | { readonly type: 'jobs-restored'; readonly at: number }
  | { readonly type: 'rollback-end'; readonly at: number };

/** A file that a run changed or was about to change. */
export interface JournalFile {
  readonly path: string;
  readonly kind: string;
  readonly action: FileAction;
  readonly before: string | null;
  readonly after: string | null;
  readonly mode: number | null;
  readonly restored: boolean;
}

/** What a run's journal says, folded. */
export interface RunState {
  readonly covers: readonly ('files' | 'redis')[];
  /** Epoch seconds of the start; null for an empty journal. */
  readonly startedAt: number | null;
  readonly phase: 'applying' | 'applied' | 'rolling-back' | 'rolled-back';
  readonly files: readonly JournalFile[];
  /** Jobs were touched, or may have been. */
  readonly jobsBegun: boolean;
  readonly jobsDone: boolean;
  /** Redis the jobs were moved in, without its password. */
  readonly redis: string | null;
}

/** Parses NDJSON; a torn last line (power cut during the write) is what did not happen yet. */
export function parseJournal(text: string): JournalEntry[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const entries: JournalEntry[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      entries.push(JSON.parse(line) as JournalEntry);
    } catch (error) {
      if (index === lines.length - 1) break;
      throw error;
    }
  }
  return entries;
}

/** Folds the entries into what they say together. */
export function foldJournal(entries: readonly JournalEntry[]): RunState {
  let state: RunState = {
    covers: [],
    startedAt: null,
    phase: 'applying',
    files: [],
    jobsBegun: false,
    jobsDone: false,
    redis: null,
  };
  for (const entry of entries) state = step(state, entry);
  return state;
}

function step(state: RunState, entry: JournalEntry): RunState {
  switch (entry.type) {
    case 'begin':
      return { ...state, covers: entry.covers, startedAt: state.startedAt ?? entry.at };
    case 'file-intent': {
      const { type: _type, ...file } = entry;
      const others = state.files.filter((known) => known.path !== file.path);
      return { ...state, files: [...others, { ...file, restored: false }] };
    }
    case 'jobs-begin':
      return { ...state, jobsBegun: true, redis: entry.redis };
    case 'jobs-done':
      return { ...state, jobsDone: true };
    case 'end':
      return { ...state, phase: 'applied' };
    case 'rollback-begin':
      return { ...state, phase: 'rolling-back' };
    case 'file-restored':
      return {
        ...state,
        files: state.files.map((file) => (file.path === entry.path ? { ...file, restored: true } : file)),
      };
    case 'rollback-end':
      return { ...state, phase: 'rolled-back' };
    case 'file-done':
    case 'jobs-batch':
    case 'jobs-restored':
      return state;
  }
}

/** What is to be done with one file, from its journalled hashes and the hash it has now. */
export type FileStep = 'do' | 'done' | 'conflict';

/** Apply: only a file that is as it was planned may be written; one already written is done. */
export function applyStep(file: Pick<JournalFile, 'before' | 'after'>, now: string | null): FileStep {
  if (now === file.after) return 'done';
  return now === file.before ? 'do' : 'conflict';
}

/** Rollback: the same, backwards. */
export function restoreStep(file: Pick<JournalFile, 'before' | 'after'>, now: string | null): FileStep {
  return applyStep({ before: file.after, after: file.before }, now);
}
