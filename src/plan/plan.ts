import type { JobCounts } from './tally.js';
import type { FileChange, Finding, PlanTarget } from './types.js';

/** Schema id of the plan document, the JSON of `dry-run`; docs/json.md. */
export const PLAN_SCHEMA = 'migrate-scheduler/plan@1';

/** Everything of a plan but the single job items, which are always streamed. */
export interface PlanHead {
  readonly schema: typeof PLAN_SCHEMA;
  readonly tool: { readonly name: string; readonly version: string };
  /** Epoch seconds. */
  readonly createdAt: number;
  /** What the plan covers: `files`, `redis`, or both. */
  readonly covers: readonly ('files' | 'redis')[];
  /** The database the jobs were read from, without its password; null for `--only files`. */
  readonly redis: string | null;
  readonly target: PlanTarget;
  /** Dotted name under which workers import the package for recurring jobs. */
  readonly runtimeModule: string;
  readonly jobs: JobCounts;
  readonly files: readonly FileChange[];
  /** Containers per compose file, before and after. */
  readonly containers: readonly ContainerCount[];
  /** Which worker schedules which queue once the files are changed; empty where jobs or files were not looked at. */
  readonly coverage: readonly QueueCoverage[];
  readonly findings: readonly Finding[];
}

/** Who schedules a queue that gets jobs. */
export interface QueueCoverage {
  readonly queue: string;
  /** Jobs that the plan puts there. */
  readonly jobs: number;
  readonly covered: 'yes' | 'unknown' | 'no';
  readonly workers: readonly {
    readonly id: string;
    readonly path: string;
    readonly line: number;
    readonly scheduler: 'on' | 'off' | 'off-explicit' | 'unknown';
  }[];
}

export interface ContainerCount {
  readonly path: string;
  readonly before: number;
  readonly after: number;
}

/** Findings that stop `run`: errors that the user did not allow. */
export function blockers(findings: readonly Finding[], allow: ReadonlySet<string>): Finding[] {
  return findings.filter((finding) => finding.severity === 'error' && !allow.has(finding.code));
}

/** Is there anything for `run` to do? */
export function hasWork(plan: PlanHead): boolean {
  const { move, rearm, repeat, retire, drop } = plan.jobs.byAction;
  return plan.files.length > 0 || move + rearm + repeat + retire + drop > 0;
}
