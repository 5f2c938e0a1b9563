import type { Finding } from '../plan/types.js';
import type { Fact } from './types.js';
import { fillsSchedule, type ZoneSource, zoneOf } from './zones.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;

/** What `rq_recurring.Scheduler` takes the zone of a cron string from before it looks at TZ. */
export const ZONE_VARIABLE = 'RQ_RECURRING_TZ';

const BASE = /(^|\/)(docker-)?compose\.ya?ml$/;

/**
 * Services that register cron jobs elsewhere than in the zone of the service that runs rq-scheduler: it computed all
 * times but the first, `rq_recurring.Scheduler` takes the zone of the process that registers. They get that zone as a
 * variable, by the ids of their processes; what is no compose service is a finding. `option` is `--tz`: a zone that the
 * user knows better.
 */
export function registrationZones(
  source: ZoneSource,
  option: string | null,
): { readonly zones: ReadonlyMap<string, string>; readonly findings: readonly Finding[] } {
  const processes = source.facts.filter((fact) => fact.type === 'process');
  const composed = new Set(source.facts.flatMap((fact) => (fact.type === 'containers' ? [fact.path] : [])));
  const zones = new Map<string, string>();
  const findings: Finding[] = [];
  for (const unit of unitsOf(processes, composed)) {
    const schedulers = unit.filter(({ role }) => role === 'scheduler');
    const named = new Set(schedulers.map((one) => zoneOf(one, source)));
    const [known] = named;
    if (known === null || known === undefined || named.size > 1) continue;
    const zone = option ?? known;
    for (const process of unit.filter((one) => registers(one, schedulers, source.facts))) {
      const own = zoneOf(process, source);
      if (own === zone) continue;
      if (composed.has(process.where.path)) zones.set(process.id, zone);
      else if (own !== null) findings.push(zoneFinding('error', process.name, zone, process.where));
    }
  }
  return { zones, findings };
}

/** `warn` where the variable is written, `error` where it has to be written by hand. */
export function zoneFinding(
  severity: 'warn' | 'error',
  service: string,
  zone: string,
  { path, line }: { readonly path: string; readonly line: number },
): Finding {
  const args = { service, zone, variable: ZONE_VARIABLE, written: severity === 'warn' };
  return { code: 'registration-zone-differs', severity, path, line, args };
}

/** What is deployed together: the compose files of a folder, a service of several of them once, or another file. */
function unitsOf(processes: readonly ProcessFact[], composed: ReadonlySet<string>): ProcessFact[][] {
  const units = new Map<string, Map<string, ProcessFact>>();
  const ordered = [...processes].sort(
    (a, b) => Number(BASE.test(b.where.path)) - Number(BASE.test(a.where.path)),
  );
  for (const process of ordered) {
    const { path } = process.where;
    const key = composed.has(path) ? `${path.slice(0, path.lastIndexOf('/') + 1)}*` : path;
    const unit = units.get(key) ?? new Map<string, ProcessFact>();
    units.set(key, unit);
    if (!unit.has(process.name)) unit.set(process.name, process);
  }
  return [...units.values()].map((unit) => [...unit.values()]);
}

/** A worker, a program that imports rq_scheduler, or whatever else runs the scheduler's own image. */
function registers(
  process: ProcessFact,
  schedulers: readonly ProcessFact[],
  facts: readonly Fact[],
): boolean {
  if (process.role === 'scheduler') return false;
  if (process.role !== 'other' || fillsSchedule(process, facts)) return true;
  return schedulers.some(
    ({ image, imageName }) =>
      (image !== undefined && image === process.image) ||
      (imageName !== undefined && imageName === process.imageName),
  );
}
