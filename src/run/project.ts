import { existsSync, statSync } from 'node:fs';
import { decide } from '../files/decide.js';
import { applyEdits } from '../files/edit.js';
import { changesFor, type Project, readProject } from '../files/project.js';
import type { SourceFile } from '../files/types.js';
import type { ContainerCount } from '../plan/plan.js';
import type { JobTally } from '../plan/tally.js';
import type { FileChange, Finding, PlanTarget } from '../plan/types.js';
import { readProjectFiles } from '../world/project-files.js';
import type { RunOptions } from './context.js';
import { FILE_KINDS, prepareKinds } from './file-kinds.js';
import { EXIT, refusal } from './outcome.js';

/** The file part of a plan. */
export interface PlannedFiles {
  readonly changes: readonly FileChange[];
  readonly containers: readonly ContainerCount[];
  readonly findings: readonly Finding[];
}

/** Reads and parses every file of the project that some kind understands. */
export async function inspectProject(folder: string): Promise<Project> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw refusal(EXIT.usage, 'project-missing', { project: folder });
  }
  await prepareKinds();
  const files = await readProjectFiles(folder, (path) => FILE_KINDS.some((kind) => kind.match(path)));
  const project = readProject(files, FILE_KINDS);
  // Python files alone do not make a project that starts or installs anything.
  const telling = project.docs.some(({ kind }) => kind.id !== 'python') || project.findings.length > 0;
  if (!telling) throw refusal(EXIT.blocked, 'no-project-files', { project: folder });
  return project;
}

/** Decides about the files, knowing the jobs, and lays out the edits. */
export function planFiles(
  project: Project,
  options: RunOptions,
  jobs: JobTally,
  target: PlanTarget,
): PlannedFiles {
  const keepScheduler = Boolean(options.keepScheduler);
  const { decision, findings } = decide(project.facts, {
    jobQueues: options.only === 'files' ? null : jobs.queues,
    keepScheduler,
    allow: new Set(options.allow),
    rqTarget: target.rq,
    needsCroniter: false,
  });
  const planned = changesFor(project, decision);
  const uses = usesScheduler(project);
  const left: Finding = { code: 'jobs-left-behind', severity: 'error', args: { count: jobs.leftRunnable } };
  const none: Finding = { code: 'no-scheduler-found', severity: 'info', args: {} };
  return {
    changes: planned.changes,
    containers: containers(project, planned.changes),
    findings: [
      ...project.findings,
      ...findings,
      ...planned.findings,
      ...(uses && !keepScheduler && jobs.leftRunnable > 0 ? [left] : []),
      ...(uses ? [] : [none]),
    ],
  };
}

function usesScheduler({ facts }: Project): boolean {
  return facts.some(
    (fact) =>
      (fact.type === 'dependency' && fact.name === 'rq-scheduler') ||
      (fact.type === 'process' && (fact.role === 'scheduler' || fact.role === 'both')),
  );
}

/** Containers per compose file now and after the changes, counted from the files as they will be. */
function containers(project: Project, changes: readonly FileChange[]): ContainerCount[] {
  const edits = new Map(changes.map((change) => [change.path, change]));
  const after = project.view.paths.flatMap((path): SourceFile[] => {
    const file = project.view.get(path);
    const change = edits.get(path);
    if (!file || change?.action === 'delete') return [];
    return [change ? { path, text: applyEdits(file.text, change.edits) } : file];
  });
  const counts = new Map(countsOf(readProject(after, FILE_KINDS)));
  return countsOf(project).map(([path, before]) => ({ path, before, after: counts.get(path) ?? 0 }));
}

function countsOf({ facts }: Project): [string, number][] {
  return facts.flatMap((fact): [string, number][] =>
    fact.type === 'containers' ? [[fact.path, fact.services.length]] : [],
  );
}
