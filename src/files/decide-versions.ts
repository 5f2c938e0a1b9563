import { compare, satisfies, valid } from '@renovatebot/pep440';
import type { Finding } from '../plan/types.js';
import type { Fact } from './types.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;
type DependencyFact = Extract<Fact, { type: 'dependency' }>;

/** First versions that can do what is needed (FIELD-RULES R3, R4; SEMANTICS §5 for croniter). */
const RQ_WITH_SCHEDULER = '1.2';
const RQ_POOL_SCHEDULES = '1.16';
const RQ_BRINGS_CRONITER = '2.5';
/** rq_recurring uses Callback and the stopped callbacks of this version (its own requirement). */
const RQ_FOR_SERIES = '1.15.1';
/** Releases of which one fits a range that is not kept below that. */
const RELEASES_SINCE = [RQ_FOR_SERIES, '1.16.2', '2', '3', '99'];
const DJANGO_RQ_WITH_SCHEDULER = '2.3.1';
const RQ_NEEDS_NEWER_DJANGO_RQ = '1.14';
const DJANGO_RQ_FOR_NEWER_RQ = '2.8.1';

/** What the versions in use allow, and what they must be raised to. */
export interface Versions {
  /** rq must be at least this; null where its version is known to do. */
  readonly minimumRq: string | null;
  /** rq installs croniter by itself. */
  readonly bringsCroniter: boolean;
  readonly findings: readonly Finding[];
}

/** What rq must be able to do besides scheduling. */
export interface SeriesNeed {
  /** Code or jobs use rq_recurring. */
  readonly needsSeries?: boolean;
  /** An rq that is named too low for it is raised (`--raise-rq`). */
  readonly raiseRq?: boolean;
}

/** Minimum versions for the workers and pools that serve scheduled jobs, and for rq_recurring where it is used. */
export function minimumVersions(
  facts: readonly Fact[],
  serving: readonly ProcessFact[],
  rqTarget: string | null,
  { needsSeries = false, raiseRq = false }: SeriesNeed = {},
): Versions {
  const bringsCroniter = rqTarget !== null && compare(rqTarget, RQ_BRINGS_CRONITER) >= 0;
  const pools = serving.some(({ role }) => role === 'worker-pool');
  const tooOld = needsSeries && !raiseRq ? tooOldForSeries(facts, rqTarget) : [];
  const series = needsSeries && tooOld.length === 0;
  const need = pools
    ? RQ_POOL_SCHEDULES
    : series
      ? RQ_FOR_SERIES
      : serving.length > 0
        ? RQ_WITH_SCHEDULER
        : null;
  const enough = need === null || (rqTarget !== null && compare(rqTarget, need) >= 0);
  const minimumRq = enough ? null : need;
  const findings: Finding[] = [...tooOld];
  if (minimumRq !== null && rqTarget !== null) {
    findings.push({ code: 'rq-too-old', severity: 'warn', args: { version: rqTarget, minimum: minimumRq } });
  }
  const djangoRq = facts
    .filter((fact) => fact.type === 'dependency')
    .filter(({ name }) => name === 'django-rq');
  if (serving.length > 0)
    findings.push(...djangoRq.flatMap((fact) => djangoRqFinding(fact, minimumRq ?? rqTarget)));
  return { minimumRq, bringsCroniter, findings };
}

/** Where the files name an rq that rq_recurring cannot use, or keep it below one that it can. */
export function tooOldForSeries(facts: readonly Fact[], rqTarget: string | null): Finding[] {
  const listed = facts.filter((fact) => fact.type === 'dependency').filter(({ name }) => name === 'rq');
  const locked = facts.filter((fact) => fact.type === 'locked').filter(({ name }) => name === 'rq');
  const low = rqTarget !== null && compare(rqTarget, RQ_FOR_SERIES) < 0;
  const kept = listed.find(({ specifier }) => keepsOld(specifier));
  if (!low && kept === undefined) return [];
  const place = kept ?? listed[0] ?? locked[0];
  const args = { version: low ? rqTarget : (kept?.specifier ?? ''), minimum: RQ_FOR_SERIES };
  return [{ code: 'rq-too-old-for-series', severity: 'error', ...(place?.where ?? {}), args }];
}

/** Does no release that rq_recurring can use fit? Specifiers that are not PEP 440's are not read. */
function keepsOld(specifier: string): boolean {
  const clauses = specifier.trim();
  if (clauses === '' || !/^[\s\d.,*!=<>~a-z]+$/i.test(clauses) || !/^[=<>~!]/.test(clauses)) return false;
  const named = [...clauses.matchAll(/\d+(\.\d+)*/g)].map(([version]) => version);
  const since = [...RELEASES_SINCE, ...named.filter((version) => compare(version, RQ_FOR_SERIES) >= 0)];
  return !since.some((version) => satisfies(version, clauses));
}

/** django-rq pinned below what its `rqworker --with-scheduler`, or the rq beside it, needs. */
function djangoRqFinding(fact: DependencyFact, rq: string | null): Finding[] {
  const version = pinnedVersion(fact.specifier);
  const newer = rq !== null && compare(rq, RQ_NEEDS_NEWER_DJANGO_RQ) >= 0;
  const minimum = newer ? DJANGO_RQ_FOR_NEWER_RQ : DJANGO_RQ_WITH_SCHEDULER;
  if (version === null || compare(version, minimum) >= 0) return [];
  return [{ code: 'django-rq-too-old', severity: 'error', ...fact.where, args: { version, minimum } }];
}

/** RQ's version as the dependency and lock files fix it. */
export function targetFromDependencies(facts: readonly Fact[]): string | null {
  return versionOf(facts, 'rq');
}

/**
 * A package's version as the dependency files fix it: an exact pin, else what a lock file holds, else the
 * base of a compatible release (`~=1.15.1`); of several the lowest. Null for ranges: they do not tell.
 */
export function versionOf(facts: readonly Fact[], package_: string): string | null {
  const specifiers = facts
    .filter((fact) => fact.type === 'dependency')
    .filter(({ name }) => name === package_)
    .map(({ specifier }) => specifier);
  const lowest = (versions: readonly (string | null)[]) =>
    versions.filter((version) => version !== null).sort(compare)[0] ?? null;
  const locked = facts
    .filter((fact) => fact.type === 'locked')
    .filter(({ name }) => name === package_)
    .map(({ version }) => release(version));
  return lowest(specifiers.map(pinnedVersion)) ?? lowest(locked) ?? lowest(specifiers.map(compatibleVersion));
}

/** `==1.15.1`, `===1.15.1`, Poetry's `1.15.1`; null for anything wider. */
function pinnedVersion(specifier: string): string | null {
  return release(/^\s*(?:={1,3}\s*)?([0-9][A-Za-z0-9.+!-]*)\s*$/.exec(specifier)?.[1]);
}

function compatibleVersion(specifier: string): string | null {
  return release(/^\s*~=\s*([0-9][A-Za-z0-9.+!-]*)\s*$/.exec(specifier)?.[1]);
}

function release(version: string | undefined): string | null {
  return version !== undefined && valid(version) !== null ? version : null;
}
