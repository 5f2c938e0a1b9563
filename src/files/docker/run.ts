import type { Edit } from '../../plan/types.js';
import { installRemoval } from '../script/install-edits.js';
import { parseTree } from '../script/parse-tree.js';
import { wholeLines } from '../script/ranges.js';
import { runScripts } from '../script/run-scripts.js';
import type { Decision } from '../types.js';
import type { DockerDoc } from './stages.js';

/** Takes rq-scheduler out of the RUN instructions that install it. */
export function runEdits(
  doc: DockerDoc,
  decision: Decision,
): { readonly edits: readonly Edit[]; readonly stuck: readonly number[] } {
  if (!decision.removeScheduler || decision.keepDependency) return { edits: [], stuck: [] };
  const edits: Edit[] = [];
  const stuck: number[] = [];
  for (const { base, text, instruction } of runScripts(doc.instructions)) {
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
