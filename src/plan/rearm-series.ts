import { isZone } from '../legacy/cron/clock.js';
import { parseCron } from '../legacy/cron/expression.js';
import { nativeFireTimes } from '../legacy/cron/fire-times.js';
import { decodeJobData } from '../legacy/job-data.js';
import { userMeta } from '../legacy/meta-edit.js';
import { pickleCall } from '../legacy/pickle/index.js';
import { type FieldValue, RUNTIME_MODULE, tickFields } from '../native/occurrence.js';
import { runFields } from '../native/run-mode.js';
import type { Series } from '../native/series.js';

/** When a lost series goes on; `slot` null: its expression has no time left. Else the code of why nobody here knows. */
export type NextSlot =
  | { readonly ok: true; readonly slot: number | null }
  | { readonly ok: false; readonly code: 'repair-serializer' | 'repair-schedule'; readonly detail: string };

type Fields = ReadonlyMap<string, Uint8Array>;

/**
 * The slot at which `rq_recurring` would arm a lost series again (`_repair`, `_slot_after`): the lost one if it is
 * still to come, else the first on the grid or by the expression strictly after `now`. A single run that is overdue
 * is due now.
 */
export function nextSlot(series: Series, now: number): NextSlot {
  const { serializer, slot, kind, interval } = series;
  if (serializer !== 'pickle' && serializer !== 'json') {
    return { ok: false, code: 'repair-serializer', detail: serializer };
  }
  if (slot !== null && slot > now) return { ok: true, slot };
  if (kind === 'once') return { ok: true, slot: Math.floor(now) };
  if (kind === 'cron') return cronSlot(series, now);
  if (interval === null || interval < 1) return { ok: false, code: 'repair-schedule', detail: 'no interval' };
  const anchor = series.anchor ?? Math.floor(now);
  return { ok: true, slot: anchor + (Math.floor((now - anchor) / interval) + 1) * interval };
}

function cronSlot({ cron, dialect, tz }: Series, now: number): NextSlot {
  const parsed = parseCron(cron ?? '', dialect);
  if (!isZone(tz)) return { ok: false, code: 'repair-schedule', detail: tz };
  if (parsed.ok) return { ok: true, slot: nativeFireTimes(parsed.cron, now, tz, 1)[0] ?? null };
  if (parsed.code === 'cron-never') return { ok: true, slot: null };
  return { ok: false, code: 'repair-schedule', detail: cron ?? '' };
}

/**
 * The job hash of the occurrence at `slot`, in the mode of its series: workers that know only `run` are found where
 * series are in run mode. `fields` is the whole hash of the series, which names what every run takes over as a job
 * hash does; `lostData` the `data` of the lost job, where it is still there: the runtime may be a module of a package,
 * and only a job tells which. `now` is epoch seconds. Throws RangeError for a series without `data`.
 */
export function occurrenceFields(
  series: Series,
  fields: Fields,
  slot: number,
  lostData: Uint8Array | null,
  now: number,
): (readonly [string, FieldValue])[] {
  const { id, queue } = series;
  const serializer = series.serializer === 'json' ? 'json' : 'pickle';
  const module = runtimeModule(lostData) ?? RUNTIME_MODULE;
  const own = fields.get('description');
  const description = own && own.length > 0 ? own : new Uint8Array(Buffer.from(series.func));
  const one = { series: id, slot, queue, serializer, module } as const;
  if (series.mode === 'tick') return [...tickFields({ ...one, description }, now, pickleCall)];
  const original = new Map(fields).set('description', description);
  const meta = fields.get('meta');
  // As the runtime did: only a migrated series has rq-scheduler's keys, and its runs do not get them.
  if (meta && fields.has('legacy_id')) original.set('meta', userMeta(meta));
  return [...runFields(one, original, now, pickleCall)];
}

/** Dotted name of the runtime in an occurrence; null where it cannot be read. */
function runtimeModule(data: Uint8Array | null): string | null {
  const decoded = data === null ? null : decodeJobData(data);
  const func = decoded?.ok ? decoded.data.func : '';
  return /^((?:\w+\.)*rq_recurring)\.(?:run|tick)$/u.exec(func)?.[1] ?? null;
}
