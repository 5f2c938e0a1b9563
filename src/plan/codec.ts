import * as v from 'valibot';
import { PLAN_SCHEMA, type PlanHead } from './plan.js';
import type { JobItem } from './types.js';

/**
 * The plan document is ordinary JSON laid out so that it can be written and read as a stream:
 * the job items come first, each on a line of its own; all the rest follows on one line.
 */
const OPEN = `{"schema":"${PLAN_SCHEMA}","jobs":{"items":[`;

/** The beginning of the document, up to where the items stand. */
export function openPlan(): string {
  return OPEN;
}

/** One job item, with the separator it needs. */
export function planItem(item: JobItem, first: boolean): string {
  return `${first ? '\n' : ',\n'}${JSON.stringify(item)}`;
}

/** Everything behind the items. */
export function closePlan(head: PlanHead): string {
  const { schema: _schema, jobs, ...rest } = head;
  const counts = JSON.stringify(jobs).slice(1);
  return `\n],${counts},${JSON.stringify(rest).slice(1)}\n`;
}

/** A document that is no plan, or one of a later version. */
export class PlanFormatError extends Error {}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const findingSchema = v.object({
  code: v.string(),
  severity: v.picklist(['error', 'warn', 'info']),
  path: v.optional(v.string()),
  line: v.optional(v.number()),
  column: v.optional(v.number()),
  jobId: v.optional(v.string()),
  args: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null(), v.array(v.string())])),
});
const headSchema = v.object({
  schema: v.literal(PLAN_SCHEMA),
  tool: v.object({ name: v.string(), version: v.string() }),
  createdAt: v.number(),
  covers: v.array(v.picklist(['files', 'redis'])),
  redis: v.nullable(v.string()),
  target: v.object({
    rq: v.nullable(v.string()),
    source: v.picklist(['option', 'dependencies', 'workers', 'unknown']),
  }),
  // Plans of earlier versions have none.
  runtimeModule: v.optional(v.string(), 'rq_recurring'),
  jobs: v.object({
    total: count,
    byKind: v.object({ oneshot: count, interval: count, cron: count }),
    byAction: v.object({
      move: count,
      rearm: count,
      repeat: count,
      retire: count,
      keep: count,
      drop: count,
      refuse: count,
    }),
  }),
  files: v.array(
    v.object({
      path: v.string(),
      kind: v.string(),
      action: v.picklist(['edit', 'create', 'delete']),
      edits: v.array(v.object({ start: count, end: count, text: v.string(), why: v.string() })),
      before: v.nullable(v.string()),
      after: v.nullable(v.string()),
      diff: v.string(),
    }),
  ),
  containers: v.array(v.object({ path: v.string(), before: count, after: count })),
  // Plans of earlier versions have none.
  coverage: v.optional(
    v.array(
      v.object({
        queue: v.string(),
        jobs: count,
        covered: v.picklist(['yes', 'unknown', 'no']),
        workers: v.array(
          v.object({
            id: v.string(),
            path: v.string(),
            line: count,
            scheduler: v.picklist(['on', 'off', 'off-explicit', 'unknown']),
          }),
        ),
      }),
    ),
    [],
  ),
  findings: v.array(findingSchema),
});

/** Is this line one of the job items? */
export function isItemLine(line: string): boolean {
  return line.startsWith('{"id":');
}

/** Parses an item line (its trailing comma allowed). */
export function parseItem(line: string): JobItem {
  return JSON.parse(line.endsWith(',') ? line.slice(0, -1) : line) as JobItem;
}

/**
 * Parses the document from its lines other than item lines.
 * Throws PlanFormatError for anything that is not a plan of this version.
 */
export function parsePlanHead(lines: readonly string[]): PlanHead {
  let json: unknown;
  try {
    json = JSON.parse(lines.join('\n'));
  } catch {
    throw new PlanFormatError('not-json');
  }
  const schema = (json as { schema?: unknown } | null)?.schema;
  if (typeof schema === 'string' && schema.startsWith('migrate-scheduler/plan@') && schema !== PLAN_SCHEMA) {
    throw new PlanFormatError('other-version');
  }
  const result = v.safeParse(headSchema, json);
  if (!result.success) {
    const issue = result.issues[0];
    throw new PlanFormatError(`not-a-plan: ${v.getDotPath(issue) ?? 'document'}: ${issue.message}`);
  }
  return result.output as PlanHead;
}
