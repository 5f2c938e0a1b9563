import { createHash } from 'node:crypto';
import { atLeast } from './version.js';

/**
 * Why RQ cannot handle a job id: `id-not-utf8` crashes the scheduler of every version, `id-colon`
 * is cut at the colon from 2.0 (dropped, or the wrong job runs), `id-characters` crashes the
 * scheduler from 2.8 (SEMANTICS §3; rq 2.10 job.py `parse_job_id`, `validate_job_id`).
 */
export type JobIdProblem = 'id-not-utf8' | 'id-colon' | 'id-characters';

const SAFE = /^[A-Za-z0-9_-]+$/;

/** What is wrong with an id on this RQ version; null version means every version. */
export function jobIdProblem(id: Uint8Array, rqVersion: string | null): JobIdProblem | null {
  const text = utf8(id);
  if (text === null) return 'id-not-utf8';
  if (text.includes(':') && (rqVersion === null || atLeast(rqVersion, '2.0'))) return 'id-colon';
  // RQ checks no empty id: `if id: validate_job_id(id)`.
  if (text === '' || SAFE.test(text)) return null;
  return rqVersion === null || atLeast(rqVersion, '2.8') ? 'id-characters' : null;
}

/** The id for people: the text where it is UTF-8, else `hex:<digits>`. */
export function printableId(id: Uint8Array): string {
  return utf8(id) ?? `hex:${Buffer.from(id).toString('hex')}`;
}

/**
 * A replacement that every RQ version accepts, the same for the same id: what can be kept of it
 * (at most 40 chars), then 16 hex digits of its SHA-256 to keep different ids apart.
 */
export function safeJobId(id: Uint8Array): string {
  const kept = Buffer.from(id)
    .toString('latin1')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 16);
  return kept === '' ? `job-${hash}` : `${kept}-${hash}`;
}

/** Id of the series for a legacy job: its own id where every RQ version accepts it. */
export function seriesIdFor(legacyId: Uint8Array): string {
  const text = utf8(legacyId);
  return text !== null && SAFE.test(text) ? text : safeJobId(legacyId);
}

/** Id of the real job of that series: its own where this RQ version can hold it, else that of the series. */
export function jobIdFor(legacyId: Uint8Array, rqVersion: string | null): Uint8Array {
  const keeps = legacyId.length > 0 && jobIdProblem(legacyId, rqVersion) === null;
  return keeps ? legacyId : new Uint8Array(Buffer.from(seriesIdFor(legacyId)));
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
