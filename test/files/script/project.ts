import { decide } from '../../../src/files/decide.js';
import { targetFromDependencies } from '../../../src/files/decide-versions.js';
import { applyEdits } from '../../../src/files/edit.js';
import { changesFor, readProject } from '../../../src/files/project.js';
import type { FileChange, Finding } from '../../../src/plan/types.js';
import { FILE_KINDS } from '../../../src/run/file-kinds.js';
import type { Files } from '../compose/project.js';

export interface Outcome {
  readonly files: Files;
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
  /** `code path:line` of the errors, sorted. */
  readonly errors: readonly string[];
}

export interface Wishes {
  readonly allow?: readonly string[];
  readonly jobQueues?: readonly string[];
  readonly cronConfig?: string;
  readonly keepScheduler?: boolean;
}

/** A whole project through every kind of file and the real decision, as `--only files` does it. */
export function migrateAll(files: Files, wishes: Wishes = {}): Outcome {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }));
  const project = readProject(sources, FILE_KINDS);
  const { decision, findings } = decide(project.facts, {
    jobQueues: wishes.jobQueues ?? null,
    keepScheduler: wishes.keepScheduler ?? false,
    allow: new Set(wishes.allow),
    rqTarget: targetFromDependencies(project.facts),
    needsCroniter: false,
    cronConfig: wishes.cronConfig ?? null,
  });
  const planned = changesFor(project, decision);
  const after: Record<string, string> = { ...files };
  for (const { path, action, edits } of planned.changes) {
    if (action === 'delete') delete after[path];
    else after[path] = applyEdits(files[path] ?? '', edits);
  }
  const all = [...project.findings, ...findings, ...planned.findings];
  const errors = all
    .filter(({ severity }) => severity === 'error')
    .map(({ code, path, line }) => `${code} ${path}:${line}`)
    .sort();
  return { files: after, changes: planned.changes, findings: all, errors };
}
