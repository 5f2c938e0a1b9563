import { type Document, isAlias, isMap, isPair, isSeq, visit } from 'yaml';
import type { ProjectView } from '../types.js';
import { type Collection, keyOf, pairAt, resolved, textOf } from '../yaml/nodes.js';
import type { ItemRemover } from '../yaml/remover.js';
import { type ComposeDoc, sectionOf, serviceMap } from './document.js';
import { isPlain, namesIn, type Plain, sub } from './plain.js';
import type { Removal } from './roles.js';
import { servicesOf } from './service.js';
import { nearFiles } from './services.js';

/** Asks for the removal of the services themselves. */
export function removeServices(remover: ItemRemover, removal: Removal): void {
  for (const { service } of removal.gone)
    remover.add(service.within, service.index, 'remove-scheduler-service');
}

/** Asks for the removal of `depends_on` and `links` entries that name a service that goes. */
export function removeReferences(remover: ItemRemover, compose: ComposeDoc, gone: ReadonlySet<string>): void {
  for (const pair of pairsWithKeys(compose, new Set(['depends_on', 'links']))) {
    const links = pair.key === 'links';
    const why = links ? 'remove-link' : 'remove-depends-on';
    const { value } = pair;
    if (isSeq(value)) {
      value.items.forEach((item, index) => {
        const name = textOf(item)?.split(':')[0];
        if (name !== undefined && gone.has(name)) remover.add(value as Collection, index, why);
      });
    } else if (isMap(value) && !links) {
      value.items.forEach((item, index) => {
        if (gone.has(keyOf(item) ?? '')) remover.add(value, index, why);
      });
    }
  }
}

/** Asks for the removal of environment variables: in `environment` of services and in `x-` blocks. */
export function removeEnvironment(
  remover: ItemRemover,
  compose: ComposeDoc,
  names: ReadonlyMap<string, string>,
): void {
  for (const { within, index, name } of environmentItems(compose)) {
    if (names.has(name)) remover.add(within, index, 'remove-env');
  }
}

/** Every environment variable that a file sets, with its place. */
export function environmentItems(
  compose: ComposeDoc,
): readonly { readonly within: Collection; readonly index: number; readonly name: string }[] {
  const found: { within: Collection; index: number; name: string }[] = [];
  const enter = (value: unknown): void => {
    if (!isMap(value) && !isSeq(value)) return;
    value.items.forEach((item, index) => {
      const text = isPair(item) ? keyOf(item) : textOf(item);
      const name = /^([A-Za-z_]\w*)(=|$)/.exec(text ?? '')?.[1];
      if (name !== undefined) found.push({ within: value as Collection, index, name });
      if (isPair(item) && text === '<<') enter(item.value);
    });
  };
  for (const pair of pairsWithKeys(compose, new Set(['environment']))) enter(pair.value);
  for (const { contents } of compose.documents) {
    if (!isMap(contents)) continue;
    for (const pair of contents.items) {
      // `x-env: &env` itself is a block of variables when it looks like one.
      if (keyOf(pair)?.startsWith('x-') && looksLikeEnvironment(pair.value)) enter(pair.value);
    }
  }
  return found;
}

function looksLikeEnvironment(value: unknown): boolean {
  if (isMap(value)) return value.items.some((pair) => /^[A-Z][A-Z0-9_]*$/.test(keyOf(pair) ?? ''));
  return isSeq(value) && value.items.some((item) => /^[A-Z][A-Z0-9_]*(=|$)/.test(textOf(item) ?? ''));
}

function pairsWithKeys(compose: ComposeDoc, keys: ReadonlySet<string>) {
  const pairs: { readonly key: string | null; readonly value: unknown }[] = [];
  for (const document of compose.documents) {
    if (!isMap(document.contents)) continue;
    const all = serviceMap(document) === document.contents;
    for (const section of document.contents.items) {
      const name = keyOf(section) ?? '';
      if (!all && name !== 'services' && !name.startsWith('x-')) continue;
      if (section.value !== null)
        visit(section.value, {
          Pair: (_, pair) => {
            if (keys.has(keyOf(pair) ?? ''))
              pairs.push({ key: keyOf(pair), value: resolved(pair.value, document) });
          },
        });
    }
  }
  return pairs;
}

const RESOURCES = [
  ['volumes', 'remove-unused-volume'],
  ['networks', 'remove-unused-network'],
  ['secrets', 'remove-unused-secret'],
  ['configs', 'remove-unused-config'],
] as const;

/** A top-level entry that only removed services used. */
export interface UnusedResource {
  readonly section: string;
  readonly name: string;
  readonly why: string;
}

/** Volumes, networks, secrets and configs of this file that nobody uses once the services are gone. */
export function unusedResources(
  compose: ComposeDoc,
  removal: Removal,
  goneIn: (other: ComposeDoc) => ReadonlySet<string>,
  project: ProjectView,
): readonly UnusedResource[] {
  const near = nearFiles(compose, project);
  const services = [compose, ...near].flatMap((file) => {
    const gone = file === compose ? new Set(removal.gone.map((one) => one.service.name)) : goneIn(file);
    return servicesOf(file).map((service) => ({ plain: service.plain, gone: gone.has(service.name) }));
  });
  return RESOURCES.flatMap(([section, why]) => {
    const used = (gone: boolean): Set<string> =>
      new Set(services.filter((one) => one.gone === gone).flatMap((one) => usesOf(one.plain, section)));
    const [before, after] = [used(true), used(false)];
    return compose.documents.flatMap((document) =>
      (sectionOf(document, section)?.items ?? []).flatMap((pair) => {
        const name = keyOf(pair);
        return name !== null && before.has(name) && !after.has(name) ? [{ section, name, why }] : [];
      }),
    );
  });
}

/** Asks for the removal of those resources. */
export function removeResources(
  remover: ItemRemover,
  compose: ComposeDoc,
  resources: readonly UnusedResource[],
): void {
  for (const { section, name, why } of resources) {
    for (const document of compose.documents) {
      const map = sectionOf(document, section);
      const pair = map === null ? undefined : pairAt(map, name);
      if (map !== null && pair !== undefined) remover.add(map, map.items.indexOf(pair), why);
    }
  }
}

function usesOf(service: Plain, section: string): readonly string[] {
  const value = service[section];
  const inBuild = section === 'secrets' ? (sub(service, 'build').secrets ?? []) : [];
  const items = [
    ...(Array.isArray(value) ? value : namesIn(value)),
    ...(Array.isArray(inBuild) ? inBuild : []),
  ];
  return items.flatMap((item) => {
    if (isPlain(item)) return typeof item.source === 'string' ? [item.source] : [];
    if (typeof item !== 'string') return [];
    return [section === 'volumes' ? (item.split(':')[0] ?? item) : item];
  });
}

/** Top-level `x-` blocks whose anchors only removed services used. */
export function unusedFragments(
  compose: ComposeDoc,
  isRemoved: (offset: number) => boolean,
): readonly { readonly document: Document.Parsed; readonly index: number; readonly name: string }[] {
  return compose.documents.flatMap((document) => {
    const { contents } = document;
    if (!isMap(contents)) return [];
    return contents.items.flatMap((pair, index) => {
      const name = keyOf(pair) ?? '';
      if (!name.startsWith('x-')) return [];
      const anchors = new Set<unknown>();
      if (pair.value !== null)
        visit(pair.value, {
          Node: (_, node) => void ('anchor' in node && node.anchor ? anchors.add(node) : null),
        });
      const users: number[] = [];
      visit(document, {
        Alias: (_, alias) => {
          if (isAlias(alias) && anchors.has(alias.resolve(document))) users.push(alias.range?.[0] ?? 0);
        },
      });
      return users.length > 0 && users.every(isRemoved) ? [{ document, index, name }] : [];
    });
  });
}
