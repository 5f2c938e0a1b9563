import type { Range } from './ranges.js';

/**
 * The start that goes with a variable which what stays uses, `kill $SCHEDULER_PID` say; null for none. With `set -u`
 * such a line would end the script, and `wait` would wait for something else.
 */
export function startOfUsed(text: string, ranges: readonly Range[]): number | null {
  const around = (at: number): Range | undefined => ranges.find(({ start, end }) => start <= at && at < end);
  const sets = [...text.matchAll(/(?<![\w$.-])([A-Za-z_]\w*)\+?=/g)];
  const left = new Set(sets.filter(({ index }) => !around(index)).map(({ 1: name }) => name));
  const uses = [...text.matchAll(/(?<!\\)\$\{?([A-Za-z_]\w*)(?!\w|:?[-+])/g)];
  const used = new Set(uses.filter(({ index }) => !around(index)).map(({ 1: name }) => name));
  const lost = sets.find(({ index, 1: name }) => around(index) && !left.has(name) && used.has(name));
  const range = lost === undefined ? undefined : around(lost.index);
  if (range === undefined) return null;
  const code = text.slice(range.start, range.end).replace(/^[ \t]*#.*$/gm, (line) => ' '.repeat(line.length));
  return range.start + Math.max(code.search(/\brq_?scheduler\b/), 0);
}
