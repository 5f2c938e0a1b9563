import { schedulerLeft } from '../files/decide-starts.js';
import { applyEdits } from '../files/edit.js';
import { type Changes, changesFor, type Project, readProject } from '../files/project.js';
import type { Decision, Fact, SourceFile } from '../files/types.js';
import type { FileChange } from '../plan/types.js';
import { FILE_KINDS } from './file-kinds.js';

/**
 * The changes of a decision. Where a scheduler stays in spite of it (the command does other work, something refers to
 * the service), its package and its settings stay too, whatever findings are accepted.
 */
export function changesThatRun(project: Project, decision: Decision): Changes {
  const changes = changesFor(project, decision);
  if (!decision.removeScheduler || decision.replaceScheduler !== null) return changes;
  if (!schedulerLeft(factsAfter(project, changes.changes))) return changes;
  return changesFor(project, { ...decision, keepDependency: true, removeEnv: new Map() });
}

/** What the files say once they are changed: read from the files as they will be. */
export function factsAfter(project: Project, changes: readonly FileChange[]): readonly Fact[] {
  const edits = new Map(changes.map((change) => [change.path, change]));
  const after = project.view.paths.flatMap((path): SourceFile[] => {
    const file = project.view.get(path);
    const change = edits.get(path);
    if (!file || change?.action === 'delete') return [];
    return [change ? { path, text: applyEdits(file.text, change.edits) } : file];
  });
  return readProject(after, FILE_KINDS).facts;
}
