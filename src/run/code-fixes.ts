import { targetFromDependencies, tooOldForSeries } from '../files/decide-versions.js';
import { sha256, unifiedDiff } from '../files/diff.js';
import { applyEdits, normaliseEdits } from '../files/edit.js';
import type { Project } from '../files/project.js';
import type { CodeAnalysis } from '../files/python/uses.js';
import { PLAN_SCHEMA, type PlanHead } from '../plan/plan.js';
import { Tally } from '../plan/tally.js';
import type { FileChange, Finding } from '../plan/types.js';
import { packageVersion } from '../world/assets.js';
import { newRunId, openRunDir } from '../world/run-dir.js';
import { applyFiles } from './apply-files.js';
import { newlyBroken } from './compiled.js';
import type { Context, RunOptions } from './context.js';
import { EXIT, refusal } from './outcome.js';
import { cronZone } from './project.js';
import { checkWritable, unfinishedRun } from './run-state.js';
import { importersOf, installWay, unlisted, vendorRuntime } from './runtime.js';

/** The changes that the fixes of a level make, and what stands in their way. */
export interface CodeFixes {
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
}

/** Lays out the fixes up to a level; code that imports the drop-in gets the module. */
export function codeFixes(
  project: Project,
  analysis: CodeAnalysis,
  level: 'safe' | 'unsafe',
  options: RunOptions,
): CodeFixes {
  const changes = project.view.paths.flatMap((path) => {
    const edits = normaliseEdits(analysis.edits(path, level));
    const before = project.view.get(path)?.text;
    if (before === undefined || edits.length === 0) return [];
    const after = applyEdits(before, edits);
    const diff = unifiedDiff(path, before, after);
    const action = 'edit' as const;
    return [{ path, kind: 'python', action, edits, before: sha256(before), after: sha256(after), diff }];
  });
  const findings = cronZone(project, options, analysis);
  if (analysis.importers.length === 0) return { changes, findings };
  const tooOld = options.raiseRq ? [] : tooOldForSeries(project.facts, targetFromDependencies(project.facts));
  if (installWay(options) === 'package')
    return { changes, findings: [...tooOld, ...unlisted(project.facts, 'warn'), ...findings] };
  const runtime = vendorRuntime(project, options, importersOf(project, analysis), true);
  return {
    changes: [...changes, ...runtime.changes],
    findings: [...tooOld, ...runtime.findings, ...findings],
  };
}

/**
 * Makes the changes as a run of their own, which `rollback` undoes, and returns its id. Refuses, before anything is
 * written, when another run is unfinished, a file cannot be written, or Python no longer compiles one that it did.
 */
export function makeFixes(context: Context, project: Project, { changes }: CodeFixes): string {
  const open = unfinishedRun(context.project);
  if (open)
    throw refusal(EXIT.blocked, 'unfinished-run', { runId: open.dir.runId, covers: [...open.state.covers] });
  checkWritable(context.project, changes);
  checkCompiles(project, changes);
  const runId = newRunId();
  const dir = openRunDir(context.project, runId, true);
  dir.savePlan(`${JSON.stringify(planOf(changes))}\n`);
  dir.append({ type: 'begin', at: Date.now() / 1000, covers: ['files'] });
  applyFiles(context.project, changes, dir, context.stop);
  dir.append({ type: 'end', at: Date.now() / 1000 });
  return runId;
}

function checkCompiles(project: Project, changes: readonly FileChange[]): void {
  const broken = newlyBroken(project, changes);
  for (const [{ path }, reason] of broken) throw refusal(EXIT.blocked, 'fix-not-compiled', { path, reason });
}

/** What `run --only files` needs to go on with fixes that were stopped part-way. */
function planOf(changes: readonly FileChange[]): PlanHead {
  const { total, byKind, byAction } = new Tally().result();
  return {
    schema: PLAN_SCHEMA,
    tool: { name: 'migrate-scheduler', version: packageVersion() },
    createdAt: Math.floor(Date.now() / 1000),
    covers: ['files'],
    redis: null,
    target: { rq: null, source: 'unknown' },
    runtimeModule: 'rq_recurring',
    jobs: { total, byKind, byAction },
    files: changes,
    containers: [],
    coverage: [],
    findings: [],
  };
}
