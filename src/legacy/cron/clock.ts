/**
 * What the zone database says of clocks, as spans of one offset each. `Intl` is slow to ask and cron arithmetic asks
 * often, so that its answers are kept per zone and stretch of time. No clock and no zone of the machine is looked at.
 */

/** A stretch of time, from `from` (epoch seconds) to the next one's, in which the wall clock is `offset` seconds ahead of UTC. */
export interface Span {
  readonly from: number;
  readonly offset: number;
}

/** About 388 days: what is worked out at once. */
const CHUNK = 2 ** 25;
/** Two changes of a clock within a week would be overlooked; the database has none since 1970. */
const PROBE = 7 * 86400;

/** Names that `Intl.supportedValuesOf` leaves out although TZ may hold them: fixed offsets and old names with rules of their own. */
const UNLISTED = [
  ...Array.from({ length: 12 }, (_, hours) => `Etc/GMT+${hours + 1}`),
  ...Array.from({ length: 14 }, (_, hours) => `Etc/GMT-${hours + 1}`),
  ...['EST', 'MST', 'HST', 'EST5EDT', 'CST6CDT', 'MST7MDT', 'PST8PDT', 'WET', 'CET', 'MET', 'EET'],
];

let names: readonly string[] | null = null;

/** The zones of the database, UTC first, without further names of the same zones, which keep the same time. */
export function allZones(): readonly string[] {
  names ??= [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...UNLISTED])];
  return names;
}

/** The clock's spans from `from` to `until`; the first one begins at `from`. Throws RangeError for an unknown zone. */
export function spansOf(zone: string, from: number, until: number): readonly Span[] {
  const spans: Span[] = [];
  for (let index = Math.floor(from / CHUNK); index * CHUNK < until; index++) {
    for (const span of chunkOf(zone, index)) {
      if (span.from >= until) break;
      const start = Math.max(span.from, from);
      const last = spans.at(-1);
      if (last?.from === start) spans.pop();
      if (spans.at(-1)?.offset !== span.offset) spans.push({ from: start, offset: span.offset });
    }
  }
  return spans;
}

/** Seconds that the zone's wall clock is ahead of UTC at that moment. Throws RangeError for an unknown zone. */
export function offsetAt(epoch: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const second = Math.floor(epoch);
  const spans = chunkOf(zone, Math.floor(second / CHUNK));
  let i = spans.length - 1;
  while (i > 0 && (spans[i]?.from ?? 0) > second) i--;
  return spans[i]?.offset ?? 0;
}

/** True for an IANA zone name such as `Europe/Berlin` or `UTC` (a bare offset is none). */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

const chunks = new Map<string, Map<number, readonly Span[]>>();

function chunkOf(zone: string, index: number): readonly Span[] {
  let known = chunks.get(zone);
  if (known === undefined) {
    known = new Map();
    chunks.set(zone, known);
  }
  let spans = known.get(index);
  if (spans === undefined) {
    spans = probe(formatOf(zone), index * CHUNK, (index + 1) * CHUNK);
    known.set(index, spans);
  }
  return spans;
}

function probe(format: Intl.DateTimeFormat, start: number, end: number): readonly Span[] {
  const spans: Span[] = [{ from: start, offset: ask(format, start) }];
  for (let at = start; at < end; at += PROBE) {
    const before = spans.at(-1)?.offset ?? 0;
    const next = Math.min(at + PROBE, end - 1);
    const offset = ask(format, next);
    if (offset !== before) spans.push({ from: changeBetween(format, at, next, before), offset });
  }
  return spans;
}

/** The first second with another offset than `before`. */
function changeBetween(format: Intl.DateTimeFormat, at: number, next: number, before: number): number {
  let [low, high] = [at, next];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (ask(format, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      timeZoneName: 'longOffset',
      year: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}

/** `2026, GMT+05:30`, `2026, GMT`, and of old times `1970, GMT-00:44:30`. */
function ask(format: Intl.DateTimeFormat, epoch: number): number {
  const match = /GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(format.format(epoch * 1000));
  if (!match) return 0;
  const [, sign, hours, minutes, seconds] = match;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds ?? 0);
  return sign === '-' ? -size : size;
}
