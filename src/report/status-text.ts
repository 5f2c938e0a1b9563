import type { WorkerSeen } from '../verify/observations.js';
import { columns, type Paint } from './paint.js';
import { distance, wallClock } from './time.js';

/** What `status` prints; times in epoch seconds, `pttl` in milliseconds. docs/json.md. */
export interface StatusDocument {
  readonly schema: 'migrate-scheduler/status@1';
  readonly now: number;
  readonly legacy: {
    readonly scheduled: number;
    readonly next: number | null;
    readonly lock: { readonly value: string; readonly pttl: number } | null;
    readonly schedulers: readonly {
      readonly key: string;
      readonly alive: boolean;
      readonly birth: number | null;
      readonly death: number | null;
    }[];
  };
  readonly native: {
    readonly queues: readonly {
      readonly name: string;
      readonly scheduled: number;
      readonly next: number | null;
      readonly overdue: number;
      readonly queued: number;
      readonly scheduler: { readonly value: string; readonly pttl: number } | null;
    }[];
  };
  readonly workers: readonly WorkerSeen[];
  readonly schedulers: readonly {
    readonly name: string;
    readonly queues: readonly string[];
    readonly lastHeartbeat: number | null;
  }[];
  readonly series: readonly StatusSeries[];
}

/** A recurring series of the runtime module. */
export interface StatusSeries {
  readonly id: string;
  readonly kind: 'interval' | 'cron' | 'once';
  readonly interval: number | null;
  readonly cron: string | null;
  readonly tz: string;
  readonly queue: string;
  readonly func: string;
  readonly remaining: number | null;
  readonly slot: number | null;
  readonly jobId: string | null;
  /** The real job; null for a series of an earlier release, whose armed job calls the function itself. */
  readonly job: string | null;
  readonly state: string;
  readonly armed: boolean;
}

/** Rows of the series table. */
const SHOWN = 50;

interface View {
  readonly paint: Paint;
  readonly zone: string;
}

/** The document for a person. */
export function statusText(doc: StatusDocument, view: View): string {
  const sections = [legacySection(doc, view), nativeSection(doc, view), workerSection(doc, view)];
  if (doc.series.length > 0) sections.push(seriesSection(doc, view));
  return sections.join('\n\n');
}

function when(epoch: number | null, now: number, zone: string): string {
  return epoch === null ? '-' : `${wallClock(epoch, zone)} (${distance(epoch - now)})`;
}

function legacySection({ legacy, now }: StatusDocument, { paint, zone }: View): string {
  const alive = legacy.schedulers.filter((one) => one.alive);
  return [
    paint.bold('rq-scheduler (legacy)'),
    ...columns(
      [
        ['scheduled', `${legacy.scheduled.toLocaleString('en-US')}`],
        ['next', when(legacy.next, now, zone)],
        ['processes', alive.length === 0 ? 'none alive' : paint.yellow(`${alive.length} alive`)],
      ],
      '  ',
    ),
  ].join('\n');
}

function nativeSection({ native, now }: StatusDocument, { paint, zone }: View): string {
  const head = ['QUEUE', 'SCHEDULED', 'NEXT', 'OVERDUE', 'QUEUED', 'SCHEDULER'].map((cell) =>
    paint.dim(cell),
  );
  const rows = native.queues.map((queue) => [
    queue.name,
    `${queue.scheduled}`,
    when(queue.next, now, zone),
    queue.overdue > 0 ? paint.red(`${queue.overdue}`) : '0',
    `${queue.queued}`,
    queue.scheduler ? paint.green('lock held') : queue.scheduled > 0 ? paint.red('none') : 'none',
  ]);
  const title = paint.bold('RQ (native)');
  if (rows.length === 0) return `${title}\n  no queue yet`;
  return [title, ...columns([head, ...rows], '  ')].join('\n');
}

function workerSection({ workers }: StatusDocument, { paint }: View): string {
  const title = paint.bold('Workers');
  if (workers.length === 0) return `${title}\n  none`;
  const head = ['NAME', 'QUEUES', 'STATE', 'RQ', 'HOST', 'PID'].map((cell) => paint.dim(cell));
  const rows = workers.map((worker) => [
    worker.name,
    worker.queues.join(','),
    worker.alive ? (worker.state ?? '?') : paint.red('dead'),
    worker.version ?? '?',
    worker.hostname ?? '?',
    `${worker.pid ?? '?'}`,
  ]);
  return [title, ...columns([head, ...rows], '  ')].join('\n');
}

/** Broken ones first: they are what a person is to see. */
function seriesSection({ series, now }: StatusDocument, { paint, zone }: View): string {
  const head = ['ID', 'QUEUE', 'EVERY', 'FUNCTION', 'LEFT', 'NEXT', 'STATE'].map((cell) => paint.dim(cell));
  const broken = (one: StatusSeries) => one.state === 'active' && !one.armed;
  const sorted = [...series].sort((a, b) => Number(broken(b)) - Number(broken(a)));
  const rows = sorted
    .slice(0, SHOWN)
    .map((one) => [
      one.id,
      one.queue,
      schedule(one),
      one.func,
      one.remaining === null ? 'endless' : `${one.remaining}`,
      when(one.slot, now, zone),
      broken(one) ? paint.red('broken (migrate-scheduler repair)') : one.state,
    ]);
  const lines = [paint.bold('Recurring series'), ...columns([head, ...rows], '  ')];
  const more = series.length - SHOWN;
  if (more > 0) lines.push(paint.dim(`  … and ${more.toLocaleString('en-US')} more`));
  return lines.join('\n');
}

/** `300 s`, the cron string with its zone, or `once`. */
function schedule({ kind, interval, cron, tz }: StatusSeries): string {
  if (kind === 'once') return kind;
  return kind === 'cron' ? `${cron} ${tz}` : `${interval} s`;
}
