import { applyEdits } from '../files/edit.js';
import type { Changes, Project } from '../files/project.js';
import type { FileChange, Finding } from '../plan/types.js';
import { compilePython } from '../world/python-compile.js';

/**
 * Changes of Python files whose result does not compile where the file did before, each with Python's reason.
 * Empty where there is no Python on PATH to ask.
 */
export function newlyBroken(
  project: Project,
  changes: readonly FileChange[],
): ReadonlyMap<FileChange, string> {
  const broken = new Map<FileChange, string>();
  const edited = changes.filter(({ path, action }) => action === 'edit' && path.endsWith('.py'));
  if (edited.length === 0) return broken;
  const before = edited.map(({ path }) => ({ path, text: project.view.get(path)?.text ?? '' }));
  const after = edited.map(({ path, edits }, i) => ({
    path,
    text: applyEdits(before[i]?.text ?? '', edits),
  }));
  const answers = compilePython([...after, ...before]) ?? [];
  edited.forEach((change, i) => {
    const error = answers[i] ?? null;
    if (error !== null && answers[i + edited.length] === null) broken.set(change, error);
  });
  return broken;
}

/** Leaves edits out that Python does not compile, each with the error finding `edit-not-confirmed`. */
export function compiled(project: Project, planned: Changes): Changes {
  const broken = newlyBroken(project, planned.changes);
  const findings = [...broken].map(
    ([{ path }, reason]): Finding => ({
      code: 'edit-not-confirmed',
      severity: 'error',
      path,
      args: { kind: 'python', reason },
    }),
  );
  return {
    changes: planned.changes.filter((change) => !broken.has(change)),
    findings: [...planned.findings, ...findings],
  };
}
