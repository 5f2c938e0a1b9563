import { reprPickle } from './repr.js';
import { isTagged, type PyValue } from './values.js';

/** `repr.ts` prints fewer levels than this in full. */
const MAX_LEVELS = 30;
const MAX_VALUES = 10_000;
/** `repr.ts` does not write longer ints out. */
const BIG = 1n << 1000n;

/**
 * The Python literal that evaluates to exactly this value: None, bool, int, finite float, str, bytes, and lists,
 * tuples, sets and dicts of them. Null for anything else: objects, nan and inf, what is nested too deeply or too
 * large to be read in a file, and a container that occurs twice, which would become two.
 */
export function pythonLiteral(value: PyValue): string | null {
  const seen = new Set<PyValue>();
  let count = 0;
  const plain = (one: PyValue, level: number): boolean => {
    if (++count > MAX_VALUES || level > MAX_LEVELS) return false;
    if (typeof one === 'bigint') return one < BIG && one > -BIG;
    if (!isTagged(one)) return true;
    if (one.type === 'float') return Number.isFinite(one.value);
    if (one.type === 'bytearray') return true;
    if (one.type === 'object' || one.type === 'global' || seen.has(one)) return false;
    seen.add(one);
    const inside = one.type === 'dict' ? one.entries.flat() : one.items;
    return inside.every((item) => plain(item, level + 1));
  };
  return plain(value, 0) ? reprPickle(value, Number.POSITIVE_INFINITY) : null;
}
