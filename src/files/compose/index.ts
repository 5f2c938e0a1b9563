import { lineOf } from '../bytes.js';
import type { Fact, FileKind } from '../types.js';
import { composeEdits } from './changes.js';
import { confirmCompose } from './confirm.js';
import { type ComposeDoc, parseCompose } from './document.js';
import { isComposePath } from './names.js';
import { isPlain } from './plain.js';
import { itemRange } from './remover.js';
import { environmentItems } from './requests.js';
import { type AnalysedService, analyseServices } from './services.js';

/**
 * Docker Compose files. The Python grammar must be loaded before `facts`, `edits` and `confirm`
 * (services that run a Python script are followed into it).
 */
export const composeKind: FileKind<ComposeDoc> = {
  id: 'compose',
  match: isComposePath,
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
    return [...services.map(processFact), ...variables, containers];
  },
  edits: composeEdits,
  confirm: confirmCompose,
};

function processFact({ service, analysis }: AnalysedService): Fact {
  const { path } = service.compose;
  const { role, queues, withScheduler, alsoRuns, via } = analysis;
  return {
    type: 'process',
    id: `${path}#${service.name}`,
    name: service.name,
    role,
    queues,
    withScheduler,
    alsoRuns,
    replicas: replicasOf(service.plain),
    via,
    where: { path, line: service.line },
  };
}

/** `deploy.replicas`, else `scale`, else 1. */
function replicasOf(service: Readonly<Record<string, unknown>>): number {
  const deploy = isPlain(service.deploy) ? service.deploy.replicas : undefined;
  const count = Number(deploy ?? service.scale ?? 1);
  return Number.isInteger(count) && count >= 0 ? count : 1;
}
