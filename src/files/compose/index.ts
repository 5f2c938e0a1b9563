import { lineOf } from '../bytes.js';
import { processFact } from '../command/index.js';
import type { Fact, FileKind, ProjectView } from '../types.js';
import { rangeOf } from '../yaml/nodes.js';
import { itemRange } from '../yaml/remover.js';
import { composeEdits } from './changes.js';
import { confirmCompose } from './confirm.js';
import { type ComposeDoc, parseCompose } from './document.js';
import { isGoneInclude } from './include.js';
import { includedPaths } from './included.js';
import { isComposePath } from './names.js';
import { isPlain } from './plain.js';
import { environmentItems } from './requests.js';
import { type AnalysedService, analyseServices } from './services.js';
import { zoneOfService } from './zone.js';

/**
 * Docker Compose files. The Python grammar must be loaded before `facts`, `edits` and `confirm`
 * (services that run a Python script are followed into it).
 */
export const composeKind: FileKind<ComposeDoc> = {
  id: 'compose',
  match: isComposePath,
  claims: includedPaths,
  parse: parseCompose,
  facts(compose, project) {
    const services = analyseServices(compose, project);
    const variables = environmentItems(compose).map(
      ({ within, index, name }): Fact => ({
        type: 'env-set',
        name,
        where: { path: compose.path, line: lineOf(compose.body, itemRange(within, index)[0]) },
      }),
    );
    const names = [...new Set(services.map((one) => one.service.name))];
    const containers: Fact = { type: 'containers', path: compose.path, services: names };
    return [
      ...services.map((one) => factOf(one, project)),
      ...variables,
      ...variableReads(compose, services),
      containers,
    ];
  },
  edits(compose, decision, project) {
    if (!isGoneInclude(compose, decision, project)) return composeEdits(compose, decision, project);
    return { edits: [], deleteFile: true, findings: [] };
  },
  confirm: confirmCompose,
};

function factOf({ service, analysis, image }: AnalysedService, project: ProjectView): Fact {
  const { path } = service.compose;
  const zone = zoneOfService(service, project);
  return processFact(analysis, {
    id: `${path}#${service.name}`,
    name: service.name,
    replicas: replicasOf(service.plain),
    ...(image === null ? {} : { image }),
    ...(zone === undefined ? {} : { zone }),
    ...(typeof service.plain.image === 'string' ? { imageName: service.plain.image } : {}),
    where: { path, line: service.line },
  });
}

/** `deploy.replicas`, else `scale`, else 1. */
function replicasOf(service: Readonly<Record<string, unknown>>): number {
  const deploy = isPlain(service.deploy) ? service.deploy.replicas : undefined;
  const count = Number(deploy ?? service.scale ?? 1);
  return Number.isInteger(count) && count >= 0 ? count : 1;
}

/**
 * Variables that a file takes from its surroundings (`${NAME}`), but not where a variable only passes itself
 * on (`NAME: ${NAME}`), nor in a scheduler's service.
 */
function variableReads(compose: ComposeDoc, services: readonly AnalysedService[]): Fact[] {
  const { body, path } = compose;
  const schedulers = services
    .filter(({ analysis }) => analysis.role === 'scheduler')
    .map(
      ({ service }) => [rangeOf(service.pair.key)?.[0] ?? 0, rangeOf(service.pair.value)?.[1] ?? 0] as const,
    );
  return [...body.matchAll(/(?<!\$)\$\{?([A-Za-z_]\w*)/g)].flatMap(({ 1: name = '', index }): Fact[] => {
    const before = /[^\r\n]*$/.exec(body.slice(0, index))?.[0] ?? '';
    const itself = new RegExp(`(^|[\\s"'-])${name}["']?[ \\t]*[:=][ \\t]*["']?$`).test(before);
    const inside = schedulers.some(([start, end]) => start <= index && index < end);
    if (itself || inside || /(^|\s)#/.test(before)) return [];
    return [{ type: 'env-read', name, where: { path, line: lineOf(body, index) } }];
  });
}
