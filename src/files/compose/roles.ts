import type { Finding } from '../../plan/types.js';
import type { Decision, ProjectView } from '../types.js';
import { lookUp } from '../yaml/nodes.js';
import type { ComposeDoc } from './document.js';
import { includedPaths } from './included.js';
import { folderOf } from './names.js';
import { isPlain } from './plain.js';
import { type Service, servicesOf } from './service.js';
import { type AnalysedService, analyseServices, otherFiles } from './services.js';

/** Which services of a file go, and what keeps a scheduler from going. */
export interface Removal {
  readonly gone: readonly AnalysedService[];
  readonly findings: readonly Finding[];
}

/** The services that run nothing but rq-scheduler. */
export function removalOf(compose: ComposeDoc, decision: Decision, project: ProjectView): Removal {
  if (!decision.removeScheduler) return { gone: [], findings: [] };
  const gone: AnalysedService[] = [];
  const findings: Finding[] = [];
  const all = analyseServices(compose, project);
  for (const one of all) {
    const finding = obstacle(one, all, project);
    const replaced = decision.replaceScheduler !== null && finding?.code !== 'scheduler-also-runs';
    if (replaced) continue;
    if (finding !== null) findings.push(finding);
    else if (one.analysis.role === 'scheduler') gone.push(one);
  }
  return { gone, findings };
}

function obstacle(
  one: AnalysedService,
  all: readonly AnalysedService[],
  project: ProjectView,
): Finding | null {
  const { service, analysis } = one;
  const { role, alsoRuns } = analysis;
  const at = { severity: 'error' as const, path: service.compose.path, line: service.line };
  if (role === 'both' && analysis.schedulerInProgramList) return null;
  if (role === 'both' || (role === 'scheduler' && alsoRuns.length > 0)) {
    const runs = role === 'both' ? [...alsoRuns, 'rq worker'] : alsoRuns;
    return { ...at, code: 'scheduler-also-runs', args: { service: service.name, alsoRuns: runs } };
  }
  if (role !== 'scheduler') return null;
  const remain = all.filter((other) => other.analysis.role !== 'scheduler');
  if (
    remain.length === 0 &&
    !overrides(service, project) &&
    !includedPaths(project).has(service.compose.path)
  ) {
    return { ...at, code: 'scheduler-only-service', args: { service: service.name } };
  }
  const other = otherwiseUsed(service, project);
  if (other !== null) {
    const args = { service: service.name, by: other.compose.path, key: 'override' };
    return { ...at, code: 'scheduler-is-referenced', path: other.compose.path, line: other.line, args };
  }
  const runs = withItsImage(service, project);
  if (runs !== null) {
    const args = { service: service.name, image: String(service.plain.image), by: runs.name };
    return { ...at, code: 'scheduler-builds-image', args };
  }
  const user = dependants(service, remain)[0];
  return user === undefined
    ? null
    : {
        ...at,
        code: 'scheduler-is-referenced',
        line: user.service.line,
        args: { service: service.name, by: user.service.name, key: user.key },
      };
}

/** True when another file of the folder defines services too: this one may be left with none. */
function overrides(service: Service, project: ProjectView): boolean {
  const folder = folderOf(service.compose.path);
  return otherFiles(service.compose, project).some(
    (other) => folderOf(other.path) === folder && servicesOf(other).some((one) => one.name !== service.name),
  );
}

/** The same service in a file that makes something else of it, and cannot do without this one's image. */
function otherwiseUsed(service: Service, project: ProjectView): Service | null {
  if (!hasImage(service)) return null;
  const folder = folderOf(service.compose.path);
  const near = otherFiles(service.compose, project).filter((other) => folderOf(other.path) === folder);
  const same = near.flatMap((other) => analyseServices(other, project));
  const found = same.find((one) => {
    return one.service.name === service.name && one.analysis.role !== 'scheduler' && !hasImage(one.service);
  });
  return found?.service ?? null;
}

/** A service that stays and runs the image that this one builds, which nobody would build any more; or null. */
function withItsImage(service: Service, project: ProjectView): Service | null {
  const { image, build } = service.plain;
  if (image === undefined || build === undefined) return null;
  const folder = folderOf(service.compose.path);
  const near = otherFiles(service.compose, project).filter((other) => folderOf(other.path) === folder);
  const same = [service.compose, ...near]
    .flatMap((compose) => analyseServices(compose, project))
    .filter((one) => one.analysis.role !== 'scheduler' && one.service.plain.image === image);
  return same.some((one) => one.service.plain.build !== undefined) ? null : (same[0]?.service ?? null);
}

function hasImage({ plain }: Service): boolean {
  return plain.image !== undefined || plain.build !== undefined || plain.extends !== undefined;
}

/** Services that need this one in a way that cannot just be dropped. */
function dependants(
  service: Service,
  remain: readonly AnalysedService[],
): { service: Service; key: string }[] {
  return remain.flatMap((one) => {
    const { plain, pair, document } = one.service;
    const extended =
      isPlain(plain.extends) && plain.extends.file === undefined ? plain.extends.service : plain.extends;
    const from = lookUp(pair.value, 'volumes_from', document) === undefined ? [] : plain.volumes_from;
    const keys: string[] = [];
    if (extended === service.name) keys.push('extends');
    if (Array.isArray(from) && from.some((item) => String(item).split(':')[0] === service.name))
      keys.push('volumes_from');
    for (const key of ['network_mode', 'pid', 'ipc']) {
      if (plain[key] === `service:${service.name}`) keys.push(key);
    }
    return keys.map((key) => ({ service: one.service, key }));
  });
}

/**
 * Tells for one file which service names no longer stand for anything after the removal, in this file
 * or in those that it is used together with.
 */
export function goneNames(
  compose: ComposeDoc,
  removal: Removal,
  decision: Decision,
  project: ProjectView,
): ReadonlySet<string> {
  const gone = new Set(removal.gone.map((one) => one.service.name));
  const here = new Set(servicesOf(compose).map((service) => service.name));
  const decided = new Set(here);
  for (const other of decision.removeScheduler ? otherFiles(compose, project) : []) {
    const removed = new Set(removalOf(other, decision, project).gone.map((one) => one.service.name));
    for (const { name } of servicesOf(other)) {
      if (decided.has(name)) continue;
      decided.add(name);
      if (removed.has(name)) gone.add(name);
    }
  }
  return gone;
}
