import { applyEdits } from '../../../src/files/edit.js';
import type { Decision, FileKind, ProjectView, SourceFile } from '../../../src/files/types.js';

export const emptyView: ProjectView = { get: () => undefined, paths: [] };

/** A decision to take rq-scheduler out, with what a test changes about it. */
export function decision(over: Partial<Decision> = {}): Decision {
  return {
    removeScheduler: true,
    keepDependency: false,
    replaceScheduler: null,
    enableScheduler: new Set(),
    enableInScripts: new Set(),
    removeEnv: new Map(),
    minimumRq: null,
    addCroniter: false,
    ...over,
  };
}

/** Carries a decision out on one file, checking the kind's own confirmation. */
export function carryOut<Doc>(
  kind: FileKind<Doc>,
  file: SourceFile,
  wanted: Decision,
  view: ProjectView = emptyView,
) {
  const before = kind.parse(file);
  const { edits, findings } = kind.edits(before, wanted, view);
  const text = applyEdits(file.text, edits);
  const confirmed = kind.confirm(before, kind.parse({ ...file, text }), wanted, view);
  return { text, edits, codes: findings.map((f) => f.code), findings, confirmed };
}
