import type { Edit } from '../../plan/types.js';
import type { JsonMember, JsonNode } from './scan.js';

/**
 * The edits that take members out of an object, each with the comma and the blanks that set it apart from its
 * neighbours. An object that loses all of its members becomes `{}`.
 */
export function memberRemovals(
  object: JsonNode,
  gone: ReadonlySet<JsonMember>,
  why: string,
): readonly Edit[] {
  const members = object.members ?? [];
  if (gone.size === 0) return [];
  if (members.every((member) => gone.has(member))) {
    return [{ start: object.start + 1, end: object.end - 1, text: '', why }];
  }
  const first = members.findIndex((member) => !gone.has(member));
  return members.flatMap((member, i): Edit[] => {
    if (!gone.has(member)) return [];
    // Those before the first one that stays go up to what follows them, all others from what precedes them.
    if (i < first)
      return [{ start: member.start, end: members[i + 1]?.start ?? member.node.end, text: '', why }];
    return [{ start: members[i - 1]?.node.end ?? member.start, end: member.node.end, text: '', why }];
  });
}
