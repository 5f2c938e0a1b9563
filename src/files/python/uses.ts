import type { Edit, Finding, Severity } from '../../plan/types.js';
import type { ProjectView } from '../types.js';
import { analyse } from './code/analysis.js';

export { isBlocking } from './code/analysis.js';

/** How sure a fix is: a safe one keeps the meaning, an unsafe one is to be reviewed, `none` there is not. */
export type FixLevel = 'safe' | 'unsafe' | 'none';

/** One use of rq-scheduler in a project's Python, and what becomes of it. */
export interface CodeUse {
  /** `code-…`, see `report/messages/code.ts`. */
  readonly code: string;
  readonly severity: Severity;
  readonly path: string;
  /** 1-based; columns count characters of the decoded text. The end is exclusive. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The source of the call, one line, shortened. */
  readonly call: string;
  /** Code for this very call, as it would stand in the file; null where nothing can be proposed. */
  readonly replacement: string | null;
  readonly fix: FixLevel;
  /** What the wording needs: why it matters, what could (not) be proven. */
  readonly args: Finding['args'];
}

/** The uses of rq-scheduler in a project, and the edits that mend them. */
export interface CodeAnalysis {
  /** By path, then by place. */
  readonly uses: readonly CodeUse[];
  /** Python files looked at, and those that had to be parsed. */
  readonly scanned: number;
  readonly parsed: number;
  /** Files that import the drop-in once the safe fixes are made: it must be within reach of each. */
  readonly importers: readonly string[];
  /** Edits of one file when fixes up to this level are applied, imports added and removed included. */
  edits(path: string, level: 'safe' | 'unsafe'): readonly Edit[];
  /** Uses that remain after these fixes, in the order of work. */
  left(level: 'none' | 'safe' | 'unsafe'): readonly CodeUse[];
}

/** How the uses are to be fixed. */
export interface CodeOptions {
  /** Dotted name of the module that has the drop-in Scheduler; `rq_recurring` where it is left out. */
  readonly runtimeModule?: string;
  /** RQ's own Queue API for every call that provably means the same, also beside recurring ones. */
  readonly nativeApi?: boolean;
}

const known = new WeakMap<ProjectView, Map<string, CodeAnalysis>>();

/** Finds every use of rq-scheduler. Pure; the same view and options give the same value, worked out once. */
export function analyseCode(view: ProjectView, options: CodeOptions = {}): CodeAnalysis {
  const ofView = known.get(view) ?? new Map<string, CodeAnalysis>();
  known.set(view, ofView);
  const key = JSON.stringify([options.runtimeModule ?? null, options.nativeApi ?? false]);
  const analysis = ofView.get(key) ?? analyse(view, options);
  ofView.set(key, analysis);
  return analysis;
}
