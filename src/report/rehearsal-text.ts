import type { Finding } from '../plan/types.js';
import type { Paint } from './paint.js';
import { findingLines } from './plan-text.js';

type Counts = Readonly<Record<string, number>>;

/** What a rehearsal came to; durations in seconds, sizes in bytes. Stands in the JSON document as it is. */
export interface Rehearsal {
  /** The Redis it is about, without its password. */
  readonly redis: string;
  /** Versions of the two servers; null where a user may not know. */
  readonly server: { readonly source: string | null; readonly scratch: string | null };
  readonly copied: {
    readonly total: number;
    readonly entries: number;
    readonly keys: number;
    readonly bytes: number;
    readonly byType: number;
    readonly seconds: number;
    readonly memory: number;
  };
  readonly run: {
    readonly seconds: number;
    readonly lockedSeconds: number;
    readonly longestScript: number | null;
    readonly jobs: object;
    readonly left: number;
  };
  /** Entries that are neither left, nor scheduled, nor dropped or retired as planned. */
  readonly lost: number;
  readonly rollback: {
    readonly seconds: number;
    readonly restored: number;
    readonly alreadyRun: number;
    readonly missing: number;
    readonly keys: number;
    readonly different: number;
    readonly examples: readonly string[];
  };
  /** What to expect of the real run. */
  readonly estimate: {
    readonly seconds: number;
    readonly lockedSeconds: number;
    readonly memory: number;
  };
  readonly ok: boolean;
  readonly findings: readonly Finding[];
}

const n = (count: number): string => count.toLocaleString('en-US');

function span(seconds: number): string {
  if (seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

function size(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0)} MB`;
}

function copyLines({ copied, server }: Rehearsal): string[] {
  const { entries, total, keys, bytes, byType, seconds, memory } = copied;
  const part = entries < total ? ` of ${n(total)}` : '';
  return [
    `  Copied    ${n(entries)}${part} entries, ${n(keys)} keys, ${size(bytes)} in ${span(seconds)}; ${size(memory)} of memory`,
    ...(byType === 0
      ? []
      : [
          `            ${n(byType)} keys by type: Redis ${server.scratch ?? '?'} here cannot read a dump of ${server.source ?? '?'}`,
        ]),
  ];
}

function counted(counts: object): string {
  const parts = Object.entries(counts as Counts).flatMap(([name, count]) =>
    count > 0 ? [`${n(count)} ${name}`] : [],
  );
  return parts.join(', ') || 'nothing to do';
}

/** What a rehearsal found, for a person. */
export function rehearsalText(rehearsal: Rehearsal, paint: Paint): string {
  const { run, rollback, estimate, lost, findings, ok } = rehearsal;
  const lines = [paint.bold(`Rehearsal for ${rehearsal.redis}, on a copy that is gone again`)];
  lines.push(...copyLines(rehearsal), ...findingLines(findings, paint));
  const rate = run.lockedSeconds > 0 ? n(Math.round(moved(run.jobs) / run.lockedSeconds)) : '0';
  const longest = run.longestScript === null ? 'under 0.5 ms' : span(run.longestScript);
  lines.push(
    `  Run       ${counted(run.jobs)}, in ${span(run.seconds)}; ${rate} jobs a second, longest script ${longest}`,
    `  Account   ${n(run.left)} left with rq-scheduler, ${lost === 0 ? 'lost: 0' : paint.red(`lost: ${n(lost)}`)}`,
    `  Rollback  ${n(rollback.restored)} back in ${span(rollback.seconds)}; ${n(rollback.keys)} keys compared, ${
      rollback.different === 0 ? 'all as before' : paint.red(`${n(rollback.different)} differ`)
    }`,
    ...rollback.examples.map((key) => `            ${key}`),
    '',
    `The real run takes about ${span(estimate.seconds)}; for ${span(estimate.lockedSeconds)} of it rq-scheduler makes no pass. Redis needs about ${size(estimate.memory)} more.`,
    ok
      ? paint.green('The rehearsal went well.')
      : paint.red('The rehearsal did not go well: do not run yet.'),
  );
  return lines.join('\n');
}

function moved(jobs: object): number {
  const { kept, refused, ...done } = jobs as Counts;
  return Object.values(done).reduce((sum, one) => sum + one, 0);
}
