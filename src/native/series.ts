import { decodeText } from './parse.js';

/** A series of the recurring runtime as its hash says (docs/recurring.md); times are epoch seconds. */
export interface Series {
  readonly id: string;
  /** `tick`: its armed job enqueues the real one; `run` (`version` 1): it calls the function itself. */
  readonly mode: 'tick' | 'run';
  /** Id of the real job; '' in run mode. */
  readonly job: string;
  /** `once`: a single run that needs a tick, because RQ's registry could not hold its job. */
  readonly kind: 'interval' | 'cron' | 'once';
  /** Seconds; null but for an interval. */
  readonly interval: number | null;
  readonly cron: string | null;
  /** IANA name. */
  readonly tz: string;
  readonly dialect: 'crontab' | 'croniter';
  readonly anchor: number | null;
  /** Runs left, the armed one included; null = endless. */
  readonly remaining: number | null;
  readonly slot: number | null;
  /** '' where nothing is armed. */
  readonly jobId: string;
  readonly queue: string;
  readonly func: string;
  /** `pickle`, `json`, or the dotted name of another one. */
  readonly serializer: string;
  readonly state: string;
}

/** Reads a series' hash as `rq_recurring` does (`_from_hash`): absent fields have its defaults. */
export function parseSeries(id: string, fields: ReadonlyMap<string, Uint8Array>): Series {
  const text = (name: string): string => decodeText(fields.get(name) ?? new Uint8Array()) ?? '';
  return {
    id,
    mode: text('version') === '2' ? 'tick' : 'run',
    job: text('job'),
    kind: kindOf(text('kind')),
    interval: whole(text('interval')),
    cron: text('cron') || null,
    tz: text('tz') || 'UTC',
    dialect: text('dialect') === 'croniter' ? 'croniter' : 'crontab',
    anchor: whole(text('anchor')),
    remaining: whole(text('remaining')),
    slot: whole(text('slot')),
    jobId: text('job_id'),
    queue: text('queue') || 'default',
    func: text('func'),
    serializer: text('serializer') || 'pickle',
    state: text('state') || 'active',
  };
}

function kindOf(text: string): Series['kind'] {
  return text === 'cron' || text === 'once' ? text : 'interval';
}

/** Python's `int(float(text))`, null for '' and for what is no number. */
function whole(text: string): number | null {
  const value = text === '' ? Number.NaN : Math.trunc(Number(text));
  return Number.isSafeInteger(value) ? value : null;
}
