import { targetFromDependencies } from '../files/decide-versions.js';
import { importsDropIn } from '../files/python/drop-in.js';
import { seenFindings } from '../files/seen/seen.js';
import type { RedisPort } from '../redis/port.js';
import { checkAll } from '../verify/checks.js';
import { type FilesSeen, fileChecks } from '../verify/files.js';
import type { Check, Observations } from '../verify/observations.js';
import type { RunOptions } from './context.js';
import { observe } from './observe.js';
import { Refusal } from './outcome.js';
import { inspectProject } from './project.js';

/** Seconds a job may be late when nothing else is asked for: RQ's scheduler looks once a second. */
const GRACE = 5;

/** Reads the project's files; null where the folder holds none, or where only Redis is to be looked at. */
export async function lookAtFiles(project: string, options: RunOptions): Promise<FilesSeen | null> {
  if (options.only === 'redis') return null;
  try {
    const read = await inspectProject(project, options);
    const { facts, findings, view } = read;
    const seen = seenFindings(read, { changes: [], findings: [], removed: false });
    const sources = view.paths
      .filter((path) => path.endsWith('.py'))
      .map((path) => view.get(path)?.text ?? '');
    const needsSeries = sources.some(importsDropIn);
    return { facts, findings, seen, rq: targetFromDependencies(facts), needsSeries };
  } catch (error) {
    if (error instanceof Refusal && error.finding.code === 'no-project-files') return null;
    throw error;
  }
}

/** Every check of Redis, without the files (`--only redis`) or with them. */
export async function checkRedis(
  port: RedisPort,
  options: RunOptions,
  files: FilesSeen | null,
  signal: AbortSignal,
): Promise<{ checks: Check[]; seen: Observations }> {
  const seen = await observe(port, {
    grace: options.grace ?? GRACE,
    rq: options.rqVersion ?? null,
    target: files?.rq ?? null,
    signal,
  });
  const ofFiles = options.only === 'redis' ? [] : fileChecks(files, seen.queues);
  return { checks: [...checkAll(seen), ...ofFiles], seen };
}
