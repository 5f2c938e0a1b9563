import { applyEdits } from '../files/edit.js';
import type { Changes, Project } from '../files/project.js';
import type { FileChange, Finding } from '../plan/types.js';
import { compilePython } from '../world/python-compile.js';

/**
 * Lets the Python on PATH, if there is one, compile every Python file that is edited. An edit whose result does
 * not compile where the file did before is left out, with the error finding `edit-not-confirmed`.
 */
export function compiled(project: Project, planned: Changes): Changes {
  const edited = planned.changes.filter(({ path, action }) => action === 'edit' && path.endsWith('.py'));
  if (edited.length === 0) return planned;
  const texts = edited.map(({ path }) => project.view.get(path)?.text ?? '');
  const answers = compilePython([
    ...edited.map(({ path, edits }, i) => ({ path, text: applyEdits(texts[i] ?? '', edits) })),
    ...edited.map(({ path }, i) => ({ path, text: texts[i] ?? '' })),
  ]);
  if (answers === null) return planned;
  const broken = new Map<FileChange, string>();
  edited.forEach((change, i) => {
    const error = answers[i] ?? null;
    if (error !== null && answers[i + edited.length] === null) broken.set(change, error);
  });
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
