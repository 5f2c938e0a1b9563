import { joinPath } from '../command/index.js';
import type { ProjectView } from '../types.js';
import { asZone, zoneOfVariables } from '../zone-text.js';
import { folderOf } from './names.js';
import { environmentOf, isPlain } from './plain.js';
import type { Service } from './service.js';
import { chainOf } from './services.js';

/** The zone of a service's `environment` and `env_file`: see `Fact`; undefined where it is not certain. */
export function zoneOfService(service: Service, project: ProjectView): string | null | undefined {
  const chain = chainOf(service, project);
  for (const one of chain) {
    const value = environmentOf(one.plain.environment).get('TZ');
    if (value !== undefined) return interpolated(value ?? '$TZ', one, project) ?? undefined;
  }
  if (chain.some(({ plain }) => /\/etc\/(localtime|timezone)\b/.test(JSON.stringify(plain.volumes ?? '')))) {
    return undefined;
  }
  let zone: string | null | undefined = null;
  for (const one of [...chain].reverse()) {
    for (const path of variableFiles(one)) {
      const text = path === null ? undefined : project.get(path)?.text;
      const set = text === undefined ? undefined : zoneOfVariables(text);
      if (set !== undefined) zone = set ?? undefined;
      else if (text === undefined) zone = undefined;
    }
  }
  return zone;
}

/** A literal value, or what `.env` beside the file, else the default, says of a variable. */
function interpolated(value: string, { compose }: Service, project: ProjectView): string | null {
  const variable = /^\$\{?(\w+)(?::?-([^}]*))?\}?$/.exec(value);
  if (variable === null) return asZone(value);
  const path = joinPath(folderOf(compose.path), '.env');
  const text = path === null ? undefined : project.get(path)?.text;
  return zoneOfVariables(text ?? '', variable[1]) ?? asZone(variable[2] ?? '');
}

/** Paths of `env_file`, in the order in which they count; null for one outside the project. */
function variableFiles({ plain, compose }: Service): (string | null)[] {
  const value = plain.env_file;
  const items: unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return items.map((item) => {
    const path = isPlain(item) ? item.path : item;
    return typeof path === 'string' ? joinPath(folderOf(compose.path), path) : null;
  });
}
