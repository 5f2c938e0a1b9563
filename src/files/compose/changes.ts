import { isCollection, isMap, visit } from 'yaml';
import type { Edit, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import { normaliseEdits } from '../edit.js';
import type { Decision, ProjectView } from '../types.js';
import type { Collection } from '../yaml/nodes.js';
import { ItemRemover, itemRange } from '../yaml/remover.js';
import { AnchorError, type AnchorMove, anchorMoves, moveEdits, overriddenKeys } from './anchors.js';
import { type ComposeDoc, serviceMap } from './document.js';
import { flagEdits } from './flag.js';
import { goneIncludes, removeIncludes } from './include.js';
import { zoneEdits } from './registration.js';
import { replacements } from './replace.js';
import {
  removeEnvironment,
  removeReferences,
  removeResources,
  removeServices,
  type UnusedResource,
  unusedFragments,
  unusedResources,
} from './requests.js';
import { goneNames, type Removal, removalOf } from './roles.js';

/** What is to change in one compose file, before it becomes edits. */
export interface Intent {
  readonly removal: Removal;
  /** Service names that stand for nothing any more. */
  readonly gone: ReadonlySet<string>;
  readonly resources: readonly UnusedResource[];
  /** Included files that go. */
  readonly includes: ReadonlySet<string>;
}

/** Works out what the decision means for a file. */
export function intentOf(compose: ComposeDoc, decision: Decision, project: ProjectView): Intent {
  const removal = removalOf(compose, decision, project);
  const namesGone = (other: ComposeDoc): ReadonlySet<string> =>
    new Set(removalOf(other, decision, project).gone.map((one) => one.service.name));
  const resources = unusedResources(compose, removal, namesGone, project);
  const includes = goneIncludes(compose, decision, project);
  return { removal, gone: goneNames(compose, removal, decision, project), resources, includes };
}

/** Names of the top-level `x-` blocks that go with the removed services. */
export function removedFragments(compose: ComposeDoc, removal: Removal): readonly string[] {
  const remover = new ItemRemover(compose);
  removeServices(remover, removal);
  return unusedFragments(compose, (offset) => removedAt(compose, remover, offset)).map((one) => one.name);
}

/** Edits (offsets of the file, BOM included) and findings. */
export function composeEdits(
  compose: ComposeDoc,
  decision: Decision,
  project: ProjectView,
): { edits: readonly Edit[]; findings: readonly Finding[] } {
  const intent = intentOf(compose, decision, project);
  const flags = flagEdits(compose, decision, project);
  const replaced = replacements(compose, decision, project);
  const zones = zoneEdits(compose, decision);
  const findings = [...intent.removal.findings, ...flags.findings, ...replaced.findings, ...zones.findings];
  const remover = new ItemRemover(compose);
  removeServices(remover, intent.removal);
  removeReferences(remover, compose, intent.gone);
  removeEnvironment(remover, compose, decision.removeEnv);
  removeResources(remover, compose, intent.resources);
  removeIncludes(remover, compose, intent.includes);
  try {
    const edits = editsOf(compose, remover, [...flags.edits, ...replaced.edits, ...zones.edits]);
    return {
      edits: edits.map((edit) => ({ ...edit, start: edit.start + compose.bom, end: edit.end + compose.bom })),
      findings,
    };
  } catch (error) {
    if (!(error instanceof AnchorError)) throw error;
    const line = lineOf(compose.body, error.offset);
    const finding: Finding = {
      code: 'anchor-manual',
      severity: 'error',
      path: compose.path,
      line,
      args: { anchor: error.anchor },
    };
    return { edits: [], findings: [...findings, finding] };
  }
}

function editsOf(compose: ComposeDoc, remover: ItemRemover, flags: readonly Edit[]): readonly Edit[] {
  const isRemoved = (offset: number): boolean => removedAt(compose, remover, offset);
  for (const { document, index } of unusedFragments(compose, isRemoved)) {
    if (isMap(document.contents)) remover.add(document.contents, index, 'remove-unused-fragment');
  }
  remover.collapse((collection) => staysEmpty(compose, collection));
  // A collection starts where its first item does, which may go without it.
  const moves = anchorMoves(compose, (node) =>
    isCollection(node)
      ? remover.removedAround(node as Collection) !== undefined
      : isRemoved(node.range?.[0] ?? -1),
  );
  for (const move of moves) {
    for (const index of overriddenKeys(move))
      remover.add(move.node as Collection, index, 'remove-scheduler-service');
  }
  const livesOn = (collection: Collection): boolean => moves.some((move) => within(collection, move));
  const [staying, moving] = [
    flags.filter((edit) => !isRemoved(edit.start)),
    flags.filter((edit) => isRemoved(edit.start)),
  ];
  const moved = moveEdits(compose, moves, [...remover.innerEdits(livesOn), ...moving]);
  return normaliseEdits([...remover.edits(), ...staying, ...moved]);
}

function within(collection: Collection, move: AnchorMove): boolean {
  const at = collection.range?.[0] ?? -1;
  return at >= move.range[0] && at < move.range[1];
}

function removedAt(compose: ComposeDoc, remover: ItemRemover, offset: number): boolean {
  for (const document of compose.documents) {
    if (!isCollection(document.contents)) continue;
    let collection: Collection | null = document.contents as Collection;
    while (collection !== null) {
      const current: Collection = collection;
      const index = current.items.findIndex((_, i) => {
        const [start, end] = itemRange(current, i);
        return offset >= start && offset < end;
      });
      if (index < 0) break;
      if (remover.has(current, index)) return true;
      const item: unknown = current.items[index];
      const value =
        item !== null && typeof item === 'object' && 'key' in item
          ? (item as { value?: unknown }).value
          : item;
      collection = isCollection(value) ? (value as Collection) : null;
    }
  }
  return false;
}

/** `services` stays as `{}`; so does what other places refer to by its anchor. */
function staysEmpty(compose: ComposeDoc, collection: Collection): boolean {
  if (compose.documents.some((document) => serviceMap(document) === collection)) return true;
  if (collection.anchor === undefined) return false;
  return compose.documents.some((document) => {
    let used = false;
    visit(document, {
      Alias: (_, alias) => {
        used ||= alias.resolve(document) === collection;
      },
    });
    return used;
  });
}
