import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { closePlan, openPlan, planItem } from '../plan/codec.js';
import type { PlanHead } from '../plan/plan.js';
import type { JobItem } from '../plan/types.js';
import { findingJson } from '../report/messages/index.js';
import { jobTable, type PlanView } from '../report/plan-text.js';
import type { Terminal } from '../world/terminal.js';
import { EXIT, refusal } from './outcome.js';

/** Takes the items of a plan one by one as they are decided, then the rest of the plan. */
export interface JobSink {
  item(item: JobItem): Promise<void>;
  end(plan: PlanHead): Promise<void>;
}

/** Rows of the job table shown without `--all`. */
const SHOWN = 20;
/** Rows laid out together with `--all`: columns fit within a chunk, memory stays bounded. */
const CHUNK = 500;

/** Shows the jobs as a table on stdout: the first ones, or all of them in chunks. */
export function tableSink(terminal: Terminal, view: PlanView, all: boolean): JobSink {
  let rows: JobItem[] = [];
  let more = 0;
  return {
    item: async (item) => {
      if (!all && rows.length === SHOWN) {
        more++;
        return;
      }
      rows.push(item);
      if (all && rows.length === CHUNK) {
        await terminal.data(`${jobTable(rows, 0, view)}\n`);
        rows = [];
      }
    },
    end: async () => {
      if (rows.length > 0) await terminal.data(`${jobTable(rows, more, view)}\n\n`);
    },
  };
}

/** Text gathered before it is written, characters: one write a job costs more than the job. */
const GATHERED = 64 * 1024;

/** Writes the plan document piece by piece to a function that takes text. */
export function documentSink(write: (text: string) => Promise<void>): JobSink {
  let first = true;
  let text = openPlan();
  return {
    item: async (item) => {
      text += planItem(item, first);
      first = false;
      if (text.length < GATHERED) return;
      await write(text);
      text = '';
    },
    end: async (plan) => {
      const findings = plan.findings.map(findingJson);
      await write(text + closePlan({ ...plan, findings }));
    },
  };
}

/** The plan document as a file for `run --plan`, readable by its owner only. */
export function planFileSink(path: string): JobSink {
  const stream = createWriteStream(path, { mode: 0o600 });
  let failure: Error | null = null;
  stream.on('error', (error) => {
    failure = error;
  });
  const fail = (error: Error) =>
    refusal(EXIT.usage, 'cannot-write-plan', { path, reason: error.message }, error);
  const sink = documentSink(async (text) => {
    if (failure) throw fail(failure);
    if (!stream.write(text)) await Promise.race([once(stream, 'drain'), once(stream, 'error')]);
  });
  return {
    item: sink.item,
    end: async (plan) => {
      await sink.end(plan);
      await new Promise<void>((resolve, reject) => {
        stream.once('error', (error) => reject(fail(error)));
        if (failure) reject(fail(failure));
        else stream.end(resolve);
      });
    },
  };
}

/** Several sinks as one. */
export function allSinks(sinks: readonly JobSink[]): JobSink {
  return {
    item: async (item) => {
      for (const sink of sinks) await sink.item(item);
    },
    end: async (plan) => {
      for (const sink of sinks) await sink.end(plan);
    },
  };
}
