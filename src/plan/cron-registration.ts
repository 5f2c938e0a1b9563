import type { JobData } from '../legacy/job-data.js';
import { userMeta } from '../legacy/meta-edit.js';
import { type PyValue, pairsOf, pythonLiteral, readPickle } from '../legacy/pickle/index.js';
import type { JobSnapshot } from '../legacy/types.js';
import type { CronSchedule } from './rq-cron-seen.js';

/** A job of cron_config.py; all texts are Python source. */
export interface CronRegistration {
  /** The rq-scheduler job id, printable; by it the job is known again among those of a process. */
  readonly id: string;
  readonly interval: number | null;
  readonly cron: string | null;
  /** Positional: id, function, queue. */
  readonly head: readonly string[];
  /** Keyword arguments of `job(...)`. */
  readonly options: readonly (readonly [name: string, value: string])[];
}

export type RegistrationResult =
  | { readonly ok: true; readonly registration: CronRegistration }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** What a function of `Queue.enqueue` could carry and `rq.cron.register` cannot (SEMANTICS §5). */
const LOST = ['success_callback_name', 'failure_callback_name', 'stopped_callback_name', 'enqueue_at_front'];
/** Field of the hash and keyword; a negative result_ttl is rq-scheduler's default, and becomes RQ's. */
const NUMBERS = [
  ['timeout', 'job_timeout'],
  ['result_ttl', 'result_ttl'],
  ['failure_ttl', 'failure_ttl'],
  ['ttl', 'ttl'],
] as const;

/**
 * The registration of one entry. Only what can be written as a literal is taken: a pickle in a source file could
 * not be reviewed, and would carry whatever somebody wrote into Redis to every place where the file is imported.
 */
export function registrationOf(
  job: JobSnapshot,
  { id, queue, interval, cron }: { readonly id: string; readonly queue: string } & CronSchedule,
  data: JobData,
): RegistrationResult {
  // `rq cron` enqueues with pickle, whatever -S says.
  if (data.serializer !== 'pickle') return no('cron-serializer', data.serializer);
  const text = (name: string) => Buffer.from(job.fields.get(name) ?? '').toString('latin1');
  const lost = LOST.find((name) => text(name) !== '' && text(name) !== '0');
  if (lost !== undefined) return no('cron-options-lost', lost);
  if (data.instance !== null) return no('cron-args-not-literal', 'a method of an object');
  const args = pythonLiteral(data.args);
  const kwargs = pythonLiteral(dict(pairsOf(data.kwargs) ?? []));
  const meta = metaOf(job);
  if (args === null || kwargs === null) return no('cron-args-not-literal', 'its arguments');
  if (meta === null) return no('cron-args-not-literal', 'its meta');
  const numbers = NUMBERS.flatMap(([field, name]): [string, string][] =>
    /^\d+$/.test(text(field)) || (text(field) === '-1' && field !== 'result_ttl')
      ? [[name, String(BigInt(text(field)))]]
      : [],
  );
  const options: [string, string][] = [
    ...(args === '()' || args === '[]' ? [] : [['args', args] as [string, string]]),
    ...(kwargs === '{}' ? [] : [['kwargs', kwargs] as [string, string]]),
    interval === null ? ['cron', literal(cron ?? '')] : ['interval', String(interval)],
    ...numbers,
    ...(meta === '{}' ? [] : [['meta', meta] as [string, string]]),
  ];
  const head = [id, data.func, queue].map(literal);
  return { ok: true, registration: { id, interval, cron, head, options } };
}

function no(code: string, detail: string): RegistrationResult {
  return { ok: false, code, detail };
}

function literal(text: string): string {
  return pythonLiteral(text) ?? '';
}

function dict(entries: readonly [PyValue, PyValue][]): PyValue {
  return { type: 'dict', entries: [...entries] };
}

/** The user's meta as a literal that JSON can hold too: in that form a process shows it. */
function metaOf(job: JobSnapshot): string | null {
  const raw = job.fields.get('meta');
  const own = raw === undefined ? raw : userMeta(raw);
  if (own === undefined || own.length === 0) return '{}';
  // Not rewritten: rq-scheduler's keys are still in it.
  const value = own === raw ? null : readPickle(own);
  return value === null || !fitsJson(value) ? null : pythonLiteral(value);
}

function fitsJson(value: PyValue): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (value instanceof Uint8Array) return false;
  if (value.type === 'float') return true;
  if (value.type === 'list' || value.type === 'tuple') return value.items.every(fitsJson);
  return (
    value.type === 'dict' && value.entries.every(([key, item]) => typeof key === 'string' && fitsJson(item))
  );
}
