import type { HashSnapshot } from './entry.js';
import { jobIdProblem, safeJobId } from './job-id.js';
import { decodeText } from './parse.js';
import type { Verdict } from './poison.js';

/** A field's new value; null removes it. */
export type FieldChange = readonly [name: string, value: string | null];

/**
 * What `repair` does with an entry:
 * `mend`       the job stays scheduled, with a valid id, score or fields
 * `remove`     the entry goes: it has no job
 * `quarantine` nobody can run it: the entry goes aside, the job's hash stays
 * `leave`      nothing: it harms nobody but itself, or only people can know what is right
 */
export type Remedy =
  | {
      readonly kind: 'mend';
      readonly newId: string | null;
      readonly newScore: string | null;
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: 'remove' | 'quarantine' }
  | { readonly kind: 'leave' };

/** Queue.DEFAULT_TIMEOUT, seconds. */
const TIMEOUT = '180';
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Codes for which nothing that could be written would be right. */
const NOBODY_CAN_RUN: ReadonlySet<string> = new Set([
  'hash-wrong-type',
  'data-missing',
  'rate-limit-concurrency-invalid',
  'rate-limit-key-invalid',
]);
const REPEAT = ['repeats_left', 'repeat_intervals'] as const;
/** Fields that belong together: one alone would mean something else. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  repeats_left: REPEAT,
  repeat_intervals: REPEAT,
};

/** The remedy for an entry of `rq:scheduled:<queue>` that was judged (native/poison.ts). Values that can be no other are set, all others removed: RQ then takes its defaults. */
export function remedyFor(
  id: Uint8Array,
  hash: HashSnapshot,
  queue: string,
  { fate, codes }: Verdict,
): Remedy {
  if (codes.includes('hash-missing')) return { kind: 'remove' };
  if (codes.some((code) => NOBODY_CAN_RUN.has(code))) return { kind: 'quarantine' };
  if (fate === 'fails' || codes.includes('score-infinite')) return { kind: 'leave' };
  if (codes.includes('data-unreadable')) return { kind: 'quarantine' };
  if (hash.type !== 'hash') return { kind: hash.type === 'none' ? 'remove' : 'quarantine' };
  const fields = new Map<string, string | null>();
  for (const code of codes)
    for (const [name, value] of changesFor(code, hash, queue)) fields.set(name, value);
  const badId = codes.some((code) => code.startsWith('id-')) && jobIdProblem(id, null) !== null;
  const newScore = codes.includes('score-negative') ? '0' : null;
  if (fields.size === 0 && !badId && newScore === null) return { kind: 'leave' };
  return { kind: 'mend', newId: badId ? safeJobId(id) : null, newScore, fields: [...fields] };
}

function changesFor(code: string, hash: HashSnapshot, queue: string): FieldChange[] {
  switch (code) {
    case 'status-missing':
    case 'status-unknown':
    case 'status-invalid':
      return [['status', 'scheduled']];
    case 'origin-invalid':
      return [['origin', queue]];
    case 'timeout-invalid':
      return [['timeout', timeoutMeant(hash.fields.get('timeout'))]];
    case 'ttl-zero':
      return [['ttl', null]];
    case 'meta-unreadable':
    case 'meta-not-dict':
      return [['meta', null]];
  }
  if (!code.endsWith('-invalid')) return [];
  const name = code.slice(0, -'-invalid'.length).replaceAll('-', '_');
  return (TOGETHER[name] ?? [name]).map((one) => [one, null]);
}

/** `1h`, as RQ's own `parse_timeout` reads it from a caller, but not from Redis; else RQ's default. */
function timeoutMeant(raw: Uint8Array | undefined): string {
  const match = /^(\d{1,9})([smhd])$/.exec((raw && decodeText(raw))?.toLowerCase() ?? '');
  return match ? String(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1)) : TIMEOUT;
}
