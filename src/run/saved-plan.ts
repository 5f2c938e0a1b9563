import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isItemLine, PlanFormatError, parseItem, parsePlanHead } from '../plan/codec.js';
import type { PlanHead } from '../plan/plan.js';
import { compareItems, Staleness } from '../plan/staleness.js';
import type { JobItem } from '../plan/types.js';
import type { JobSink } from './job-sinks.js';
import { EXIT, refusal } from './outcome.js';

/** A saved plan, its job items as a stream that can be read once. */
export interface SavedPlan {
  readonly head: PlanHead;
  items(): AsyncGenerator<JobItem>;
}

/** Reads a plan file: once for everything but the items, then the items one by one. */
export async function readSavedPlan(path: string): Promise<SavedPlan> {
  try {
    const rest: string[] = [];
    let itemLines = 0;
    for await (const line of linesOf(path)) {
      if (isItemLine(line)) itemLines++;
      else rest.push(line);
    }
    const head = parsePlanHead(rest);
    if (itemLines > 0 || head.jobs.total === 0) return { head, items: () => itemsOf(path) };
    // Reformatted by somebody: the items are not on lines of their own.
    const items = (JSON.parse(rest.join('\n')) as { jobs: { items: JobItem[] } }).jobs.items;
    return {
      head,
      items: async function* () {
        yield* items;
      },
    };
  } catch (error) {
    const reason =
      error instanceof PlanFormatError
        ? error.message
        : ((error as NodeJS.ErrnoException).code ?? String(error));
    throw refusal(EXIT.usage, 'plan-unreadable', { path, reason }, error);
  }
}

/**
 * A sink that compares a fresh plan, as it is assembled, with a saved one; its end throws the refusal
 * `plan-stale` with exit code 3 when anything differs.
 */
export function savedPlanSink(saved: SavedPlan): JobSink {
  const items = saved.items();
  const staleness = new Staleness();
  let pending: JobItem | null | undefined;
  const next = async () => {
    const step = await items.next();
    pending = step.done ? null : step.value;
  };
  return {
    item: async (fresh) => {
      if (pending === undefined) await next();
      while (pending && compareItems(pending, fresh) < 0) {
        staleness.gone(pending);
        await next();
      }
      if (!pending || compareItems(pending, fresh) > 0) return staleness.added(fresh);
      staleness.same(pending, fresh);
      await next();
    },
    end: async (plan) => {
      if (pending) staleness.gone(pending);
      for await (const item of items) staleness.gone(item);
      staleness.heads(saved.head, plan);
      const reasons = staleness.reasons();
      if (reasons.length > 0) throw refusal(EXIT.blocked, 'plan-stale', { reasons });
    },
  };
}

function linesOf(path: string) {
  return createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
}

async function* itemsOf(path: string): AsyncGenerator<JobItem> {
  for await (const line of linesOf(path)) if (isItemLine(line)) yield parseItem(line);
}
