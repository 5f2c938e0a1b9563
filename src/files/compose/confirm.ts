import type { Decision, ProjectView } from '../types.js';
import { type Intent, intentOf, removedFragments } from './changes.js';
import type { ComposeDoc } from './document.js';
import { flagEdits } from './flag.js';
import { dropIncludes } from './include.js';
import { isPlain, type Plain } from './plain.js';
import { addZones, zoneEdits } from './registration.js';
import { replacements } from './replace.js';

const FLAG = '--with-scheduler';

/**
 * Compares the values of a file before and after its edits, with anchors and merge keys resolved.
 * Expected is the value before, with the same removals made on plain values. Returns what differs,
 * as a path into the file, or null.
 */
export function confirmCompose(
  before: ComposeDoc,
  after: ComposeDoc,
  decision: Decision,
  project: ProjectView,
): string | null {
  if (before.plain.length !== after.plain.length) return 'number of documents';
  const intent = intentOf(before, decision, project);
  const fragments = removedFragments(before, intent.removal);
  const flagged = flagEdits(before, decision, project).services;
  const { commands } = replacements(before, decision, project);
  const zones = zoneEdits(before, decision).written;
  for (let i = 0; i < before.plain.length; i++) {
    const expected = expectation(structuredClone(before.plain[i]), before, intent, decision);
    if (isPlain(expected)) {
      for (const name of fragments) delete expected[name];
      addZones(expected, zones);
    }
    for (const [name, command] of commands) {
      const service = serviceOf(expected, name);
      if (isPlain(service)) service.command = command;
    }
    const result = structuredClone(after.plain[i]);
    const missing = [...flagged].find((name) => {
      const service = serviceOf(expected, name);
      return service !== undefined && !gained(service, serviceOf(result, name));
    });
    if (missing !== undefined) return `services.${missing}: ${FLAG}`;
    const strip = (root: unknown): unknown => withoutFlags(withoutEmpties(root), flagged);
    const different = difference(strip(expected), strip(result), '');
    if (different !== null) return different;
  }
  return null;
}

function serviceOf(root: unknown, name: string): unknown {
  return isPlain(root) && isPlain(root.services) ? root.services[name] : undefined;
}

function expectation(root: unknown, compose: ComposeDoc, intent: Intent, decision: Decision): unknown {
  if (!isPlain(root)) return root;
  dropIncludes(root, compose, intent.includes);
  const services = isPlain(root.services) ? root.services : {};
  for (const { service } of intent.removal.gone) delete services[service.name];
  for (const { section, name } of intent.resources) {
    const map = root[section];
    if (isPlain(map)) delete map[name];
  }
  for (const [key, value] of Object.entries(root)) {
    if (key !== 'services' && !key.startsWith('x-')) continue;
    dropReferences(value, intent.gone);
    dropVariables(value, decision.removeEnv, key.startsWith('x-'));
  }
  return root;
}

function dropReferences(value: unknown, gone: ReadonlySet<string>): void {
  if (Array.isArray(value)) for (const item of value) dropReferences(item, gone);
  if (!isPlain(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const list = Array.isArray(inner) ? inner : null;
    if (list !== null && (key === 'depends_on' || key === 'links')) {
      // In place: an alias shares the list with its anchor.
      const kept = list.filter((item) => !gone.has(String(item).split(':')[0] ?? ''));
      list.splice(0, list.length, ...kept);
    } else if (key === 'depends_on' && isPlain(inner)) {
      for (const name of gone) delete inner[name];
    } else {
      dropReferences(inner, gone);
    }
  }
}

function dropVariables(value: unknown, names: ReadonlyMap<string, string>, direct: boolean): void {
  if (Array.isArray(value)) {
    if (direct) removeFrom(value, names);
    for (const item of value) dropVariables(item, names, false);
  }
  if (!isPlain(value)) return;
  if (direct) removeFrom(value, names);
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'environment') removeFrom(inner, names);
    else dropVariables(inner, names, false);
  }
}

function removeFrom(variables: unknown, names: ReadonlyMap<string, string>): void {
  if (isPlain(variables)) for (const name of names.keys()) delete variables[name];
  if (!Array.isArray(variables)) return;
  const kept = variables.filter((item) => typeof item !== 'string' || !names.has(item.split('=')[0] ?? item));
  variables.splice(0, variables.length, ...kept);
}

/** Keys that went because nothing was left in them, or that stay empty for their anchor's sake. */
function withoutEmpties(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutEmpties(item, depth + 1));
  if (!isPlain(value)) return value;
  const out: Plain = {};
  for (const [key, inner] of Object.entries(value)) {
    const rest = withoutEmpties(inner, depth + 1);
    const size = Array.isArray(rest) ? rest.length : isPlain(rest) ? Object.keys(rest).length : 1;
    if (size > 0) out[key] = rest;
  }
  return out;
}

function gained(before: unknown, after: unknown): boolean {
  return flagCount(after) > flagCount(before);
}

function flagCount(service: unknown): number {
  const { command, entrypoint } = isPlain(service) ? service : {};
  return JSON.stringify([command, entrypoint]).split(FLAG).length;
}

/** Takes the flag out of the services that were to get it, and out of the blocks they share. */
function withoutFlags(root: unknown, services: ReadonlySet<string>): unknown {
  if (!isPlain(root)) return root;
  for (const [key, value] of Object.entries(root)) {
    if (key.startsWith('x-') && services.size > 0) root[key] = plainCommands(value);
    if (key !== 'services' || !isPlain(value)) continue;
    for (const name of services) if (value[name] !== undefined) value[name] = plainCommands(value[name]);
  }
  return root;
}

function plainCommands(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(` ${FLAG}`, '');
  if (Array.isArray(value)) return value.filter((item) => item !== FLAG).map(plainCommands);
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainCommands(inner)]));
}

function difference(expected: unknown, result: unknown, path: string): string | null {
  if (Array.isArray(expected) && Array.isArray(result)) {
    if (expected.length !== result.length) return path;
    return first(expected.map((item, i) => difference(item, result[i], `${path}[${i}]`)));
  }
  if (isPlain(expected) && isPlain(result)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(result)]);
    return first(
      [...keys].map((key) => difference(expected[key], result[key], path === '' ? key : `${path}.${key}`)),
    );
  }
  return Object.is(expected, result) ? null : path || 'document';
}

function first(differences: readonly (string | null)[]): string | null {
  return differences.find((one) => one !== null) ?? null;
}
