import type { Finding } from '../plan/types.js';
import { type FollowView, followEnd, followEvent, followProgress, movedText } from '../report/follow-text.js';
import { findingJson, place, wordFinding } from '../report/messages/index.js';
import type { Context } from './context.js';
import type { FollowResult } from './follow.js';
import type { StepCounts } from './job-steps.js';

/** What is told while a run follows. */
export interface FollowLog {
  begin(): Promise<void>;
  moved(counts: StepCounts): Promise<void>;
  /** Entries that stay, each said once. */
  stays(findings: readonly Finding[]): Promise<void>;
  /** A short-lived line for a person; `quiet`: seconds since a client last added something. */
  progress(jobs: StepCounts, left: number, quiet: number): void;
  end(result: FollowResult): Promise<void>;
}

/** Lines for a person: a progress line, and what stays. */
function textLog({ options, terminal }: Context): FollowLog {
  const began = Date.now() / 1000;
  const view = (): FollowView => ({
    passed: Date.now() / 1000 - began,
    for: options.for ?? null,
    untilQuiet: options.untilQuiet ?? null,
  });
  return {
    begin: async () => terminal.say(followEvent(view())),
    moved: async (counts) => terminal.detail(movedText(counts)),
    stays: async (findings) => {
      for (const finding of findings) {
        const { text, next } = wordFinding(finding);
        terminal.say(`${place(finding)}${text}${next ? ` ${next}` : ''} [${finding.code}]`);
      }
    },
    progress: (jobs, left, quiet) => terminal.progress(followProgress(jobs, left, quiet, view())),
    end: async (result) => {
      terminal.progressEnd();
      await terminal.data(`${followEnd(result, terminal.color)}\n\n`);
    },
  };
}

export const FOLLOW_SCHEMA = 'migrate-scheduler/follow@1';

/** One JSON document a line (docs/json.md). */
function jsonLog({ terminal }: Context, runId: string): FollowLog {
  const line = (event: string, fields: object) =>
    terminal.data(
      `${JSON.stringify({ schema: FOLLOW_SCHEMA, runId, at: Date.now() / 1000, event, ...fields })}\n`,
    );
  return {
    begin: () => line('begin', {}),
    moved: (jobs) => line('moved', { jobs }),
    stays: (findings) => line('stays', { findings: findings.map(findingJson) }),
    progress: () => {},
    end: ({ reason, jobs, left }) => line('end', { reason, jobs, left }),
  };
}

export function openFollowLog(context: Context, runId: string): FollowLog {
  return context.options.format === 'json' ? jsonLog(context, runId) : textLog(context);
}
