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
}

interface View {
  readonly paint: Paint;
  readonly zone: string;
}

/** The document for a person. */
export function statusText(doc: StatusDocument, view: View): string {
  return [legacySection(doc, view), '', nativeSection(doc, view), '', workerSection(doc, view)].join('\n');
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
