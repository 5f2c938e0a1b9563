import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { foldJournal, parseJournal, type RunState } from '../journal/entries.js';
import type { FileChange } from '../plan/types.js';
import type { RedisPort } from '../redis/port.js';
import { listRuns, newRunId, openRunDir, type RunDir, STATE_DIR } from '../world/run-dir.js';
import { EXIT, refusal } from './outcome.js';

/** What a run works on. */
export type Covers = readonly ('files' | 'redis')[];

/** A run known in the project's folder. */
export interface LocalRun {
  readonly dir: RunDir;
  readonly state: RunState;
}

/** A run of the project, read from its folder. */
export function readLocalRun(project: string, runId: string): LocalRun {
  const dir = openRunDir(project, runId, false);
  return { dir, state: foldJournal(parseJournal(dir.journalText())) };
}

/** The latest run of the project that was begun and neither finished nor rolled back; null for none. */
export function unfinishedRun(project: string): LocalRun | null {
  const runs = listRuns(project).map((runId) => readLocalRun(project, runId));
  return runs.findLast(({ state }) => state.phase === 'applying') ?? null;
}

/** The run that `run` is to carry out: a new one, or one that stopped part-way. */
export interface RunChoice {
  readonly runId: string;
  /** The unfinished run in the project's folder, if it is that one. */
  readonly local: LocalRun | null;
  readonly resumes: boolean;
}

/**
 * Chooses between going on and beginning anew. Redis may know of an unfinished run that this folder does
 * not (it was begun elsewhere): its jobs are finished under its own id. Two different unfinished runs,
 * or one of another extent (`--only`), are refused.
 */
export async function chooseRun(project: string, covers: Covers, port: RedisPort | null): Promise<RunChoice> {
  const local = unfinishedRun(project);
  const remote = port ? await port.currentRun() : null;
  if (local && remote !== null && remote !== local.dir.runId) {
    throw refusal(EXIT.blocked, 'two-unfinished-runs', { local: local.dir.runId, remote });
  }
  if (local && local.state.covers.join() !== covers.join()) {
    throw refusal(EXIT.blocked, 'unfinished-run', {
      runId: local.dir.runId,
      covers: [...local.state.covers],
    });
  }
  const runId = local?.dir.runId ?? remote ?? newRunId();
  return { runId, local, resumes: local !== null || remote !== null };
}

/** Refuses, before anything is changed, when a file of the plan or the run's own folder cannot be written. */
export function checkWritable(project: string, changes: readonly FileChange[]): void {
  for (const { path } of changes) {
    const target = join(project, path);
    for (const one of existsSync(target) ? [target, dirname(target)] : [nearestFolder(target)]) {
      const reason = unwritable(one);
      if (reason !== null) throw refusal(EXIT.blocked, 'file-unwritable', { path, reason });
    }
  }
  const reason = unwritable(nearestFolder(join(project, STATE_DIR, 'runs')));
  if (reason !== null) throw refusal(EXIT.blocked, 'cannot-write-state', { path: STATE_DIR, reason });
}

function nearestFolder(path: string): string {
  let folder = path;
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

function unwritable(path: string): string | null {
  try {
    // Permission bits say nothing to root, yet a file made read-only was meant so.
    if ((statSync(path).mode & 0o222) === 0) return 'it is read-only';
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
