import { execForm } from '../command/dockerfile.js';
import { dockerInstructions, type Instruction } from '../command/dockerfile-lines.js';
import { joinPath } from '../command/index.js';
import { plainValue } from '../command/words.js';
import type { SourceFile } from '../types.js';
import { clauseRemoval } from './clauses.js';
import { parseTree } from './parse-tree.js';
import { joined, type Range, wholeLines } from './ranges.js';
import { runScripts } from './run-scripts.js';
import { nodesOf, type Simple } from './tree.js';

/** Programs that only make a copied script ready, and how many words such a command has. */
const READIES: Readonly<Record<string, number>> = { chmod: 3, chown: 3, sed: 4, dos2unix: 2 };

/**
 * The bytes of a Dockerfile that only put one script of the project into the image: its COPY, and the `chmod`,
 * `chown`, `sed -i` and `dos2unix` of the copy alone. They go with the script.
 */
export function copiedRanges(file: SourceFile, script: string): readonly Range[] {
  const instructions = dockerInstructions(file.text);
  const copies = instructions.flatMap((instruction) => {
    const to = destination(instruction, file.path, script);
    const range = to === null ? null : wholeLines(file.text, instruction.start, instruction.end);
    return to === null || range === null ? [] : [{ to, range }];
  });
  if (copies.length === 0) return [];
  const places = new Set(copies.map(({ to }) => to));
  const readied = runScripts(instructions).flatMap(({ base, text, instruction }): readonly Range[] => {
    const tree = parseTree(text);
    if (tree === null) return [];
    const gone = [...nodesOf(tree)].filter(
      (node): node is Simple => node.type === 'simple' && readies(node, places),
    );
    const removal = clauseRemoval({ file: file.text, base, text, tree }, new Set(gone));
    if (!removal.whole) return removal.ranges;
    return [wholeLines(file.text, instruction.start, instruction.end)].filter((range) => range !== null);
  });
  return joined(file.text, [...copies.map(({ range }) => range), ...readied]);
}

/** Where a COPY or ADD of just this script puts it; null for any other instruction. */
function destination(instruction: Instruction, dockerfile: string, script: string): string | null {
  const { keyword, args } = instruction;
  if ((keyword !== 'COPY' && keyword !== 'ADD') || /--from=|<</.test(args)) return null;
  const given = execForm(instruction)?.map(({ text }) => text) ?? args.split(/\s+/);
  const [from, to, more] = given.filter((word) => !word.startsWith('--'));
  if (from === undefined || to === undefined || more !== undefined) return null;
  const folder = dockerfile.includes('/') ? dockerfile.slice(0, dockerfile.lastIndexOf('/')) : '';
  if (joinPath(from) !== script && joinPath(folder, from) !== script) return null;
  return to.endsWith('/') ? `${to}${from.slice(from.lastIndexOf('/') + 1)}` : to;
}

function readies({ words }: Simple, places: ReadonlySet<string>): boolean {
  const values = words.map(plainValue);
  const name = values[0] ?? '';
  const count = Object.hasOwn(READIES, name) ? READIES[name] : undefined;
  return count === values.length && places.has(values.at(-1) ?? '');
}
