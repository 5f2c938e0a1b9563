import type { Decision, ProjectView } from '../types.js';
import { dropAt, valueAt, type YamlPath } from '../yaml/path.js';
import { type Flag, type Intent, intentOf } from './changes.js';
import type { KubeFile, KubeObject } from './objects.js';

const FLAG = '--with-scheduler';

/** Makes the same changes on plain values and compares; the object that is not as meant, or null. */
export function confirmManifests(
  before: KubeFile,
  after: KubeFile,
  decision: Decision,
  project: ProjectView,
): string | null {
  const intent = intentOf(before, decision, project);
  const expected = before.objects.filter((object) => !intent.gone.includes(object));
  if (expected.length !== after.objects.length) return 'number of objects';
  const wrong = expected.find((object, i) => {
    const meant = JSON.stringify(changed(object, intent));
    return meant !== JSON.stringify(after.objects[i]?.plain);
  });
  return wrong === undefined ? null : `${wrong.kind} ${wrong.name}`;
}

function changed(object: KubeObject, intent: Intent): unknown {
  const root = structuredClone(object.plain);
  const own = <T extends { object: KubeObject }>(all: readonly T[]): T[] =>
    all.filter((one) => one.object === object);
  for (const { path, value } of own(intent.replacements)) set(root, path, value);
  for (const flag of own(intent.flags).reverse()) addFlag(root, flag);
  // Back to front: an index stays right until its own item goes.
  for (const { path } of own(intent.drops).reverse()) dropAt(root, path);
  return root;
}

function set(root: unknown, path: YamlPath, value: unknown): void {
  const holder = valueAt(root, path.slice(0, -1)) as Record<string, unknown>;
  holder[path.at(-1) ?? ''] = value;
}

function addFlag(root: unknown, { path, place }: Flag): void {
  const list = valueAt(root, path.slice(0, -1)) as unknown[];
  const index = Number(path.at(-1));
  if (place.item) {
    list.splice(index + 1, 0, FLAG);
    return;
  }
  const text = String(list[index]);
  list[index] = `${text.slice(0, place.end)} ${FLAG}${text.slice(place.end)}`;
}
