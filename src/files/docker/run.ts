import type { Edit } from '../../plan/types.js';
import { installRemoval } from '../script/install-edits.js';
import { parseTree } from '../script/parse-tree.js';
import { wholeLines } from '../script/ranges.js';
import type { Decision } from '../types.js';
import type { DockerDoc } from './stages.js';

/** Shell text of a RUN instruction: its arguments, or a here-document that is its script. */
export interface RunScript {
  readonly base: number;
  readonly text: string;
  readonly instruction: { readonly start: number; readonly end: number };
}

/** The shell texts of the RUN instructions; the exec form has none. */
export function runScripts({ instructions }: DockerDoc): readonly RunScript[] {
  return instructions
    .filter(({ keyword, args }) => keyword === 'RUN' && !args.startsWith('['))
    .flatMap(({ start, end, args, argsStart, documents }): RunScript[] => {
      const instruction = { start, end };
      if (/^(?:--\S+\s+)*<</.test(args)) {
        return documents.map((document) => ({ base: document.start, text: document.text, instruction }));
      }
      // `--mount=…` and the like are not the shell's.
      const options = /^(?:--\S+\s+)*/.exec(args)?.[0].length ?? 0;
      return [{ base: argsStart, text: ' '.repeat(options) + args.slice(options), instruction }];
    });
}

/** Takes rq-scheduler out of the RUN instructions that install it. */
export function runEdits(
  doc: DockerDoc,
  decision: Decision,
): { readonly edits: readonly Edit[]; readonly stuck: readonly number[] } {
  if (!decision.removeScheduler || decision.keepDependency) return { edits: [], stuck: [] };
  const edits: Edit[] = [];
  const stuck: number[] = [];
  for (const { base, text, instruction } of runScripts(doc)) {
    const tree = /rq[-_.]scheduler/i.test(text) ? parseTree(text) : null;
    if (tree === null) continue;
    const removal = installRemoval({ file: doc.file.text, base, text, tree });
    edits.push(...removal.edits);
    stuck.push(...removal.stuck);
    if (!removal.whole) continue;
    const lines = wholeLines(doc.file.text, instruction.start, instruction.end);
    if (lines === null) stuck.push(base);
    else edits.push({ ...lines, text: '', why: 'remove-dependency' });
  }
  return { edits, stuck };
}
