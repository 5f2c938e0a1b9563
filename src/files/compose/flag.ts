import { isPair, isScalar, isSeq, type Scalar } from 'yaml';
import type { Edit, Finding } from '../../plan/types.js';
import { editedElsewhere, type Place } from '../command/index.js';
import type { Decision, ProjectView } from '../types.js';
import type { Collection, ComposeDoc } from './document.js';
import { eolAt } from './lines.js';
import { unmaskBytes } from './mask.js';
import { itemRange } from './remover.js';
import { type AnalysedService, analyseServices } from './services.js';

const FLAG = '--with-scheduler';
const WHY = 'add-with-scheduler';

/** Edits (relative to the body) and findings for the workers that must get `--with-scheduler`. */
export function flagEdits(
  compose: ComposeDoc,
  decision: Decision,
  project: ProjectView,
): { edits: Edit[]; findings: Finding[]; services: ReadonlySet<string> } {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const services = new Set<string>();
  const all = analyseServices(compose, project);
  const enabled = (one: AnalysedService): boolean =>
    decision.enableScheduler.has(`${compose.path}#${one.service.name}`);
  const elsewhere = new Set(
    all.filter((one) => !enabled(one)).flatMap((one) => placed(one, compose).map((edit) => edit?.start)),
  );
  for (const one of all.filter(enabled)) {
    for (const { reason, edit, path, line } of placesOf(one, compose, decision)) {
      const shared = edit !== null && elsewhere.has(edit.start);
      if (edit !== null && !shared) {
        edits.push(edit);
        services.add(one.service.name);
      } else {
        findings.push({
          code: 'worker-flag-manual',
          severity: 'error',
          path,
          line,
          args: { service: one.service.name, reason: shared ? 'shared' : reason },
        });
      }
    }
  }
  return { edits, findings, services };
}

function placed(one: AnalysedService, compose: ComposeDoc): (Edit | null)[] {
  return one.analysis.workers.map((worker) =>
    worker.after === null || worker.withScheduler === 'on' ? null : editFor(one, compose, worker.after),
  );
}

interface Outcome {
  readonly edit: Edit | null;
  readonly reason: string;
  readonly path: string;
  readonly line: number;
}

function placesOf(one: AnalysedService, compose: ComposeDoc, decision: Decision): Outcome[] {
  return one.analysis.workers.flatMap((worker) => {
    if (worker.withScheduler === 'on' || editedElsewhere(worker)) return [];
    const source = worker.after?.path === null ? one.sources[worker.after.piece] : null;
    if (source && source.compose !== compose && source.compose.path !== compose.path) {
      const { path } = source.compose;
      const handled = [...decision.enableScheduler].some((id) => id.startsWith(`${path}#`));
      if (handled) return [];
    }
    const edit =
      worker.after === null || worker.obstacle !== null ? null : editFor(one, compose, worker.after);
    const where = worker.where ?? { path: compose.path, line: one.service.line };
    return [{ edit, reason: worker.obstacle ?? 'computed', ...where }];
  });
}

function editFor(one: AnalysedService, compose: ComposeDoc, place: Place): Edit | null {
  const source = place.path === null ? one.sources[place.piece] : null;
  if (!source || source.compose.path !== compose.path) return null;
  return place.item ? itemEdit(compose, source.node) : textEdit(compose, source.node, place);
}

/** Finds the argument in the scalar's source text: the same occurrence as in its value. */
function textEdit(compose: ComposeDoc, node: Scalar, place: Place): Edit | null {
  const range = node.range;
  if (!range) return null;
  const block = node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL';
  const header = block ? compose.body.indexOf('\n', range[0]) + 1 : range[0];
  const source = compose.body.slice(header, range[1]);
  const value = unmaskBytes(String(node.value));
  const inValue = ends(value, place.raw);
  const inSource = ends(source, place.raw);
  const index = inValue.indexOf(place.end);
  const end = inSource[index];
  if (index < 0 || end === undefined || inValue.length !== inSource.length) return null;
  const at = header + end;
  return { start: at, end: at, text: ` ${FLAG}`, why: WHY };
}

function ends(text: string, word: string): number[] {
  const out: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) out.push(at + word.length);
  return out;
}

/** A new list item after the one given, in the style of its neighbours. */
function itemEdit(compose: ComposeDoc, node: Scalar): Edit | null {
  for (const document of compose.documents) {
    const sequence = sequenceOf(document.contents, node);
    if (sequence === null) continue;
    const index = (sequence.items as readonly unknown[]).indexOf(node);
    const [start, end] = itemRange(sequence, index);
    const own = compose.body.slice(node.range?.[0] ?? start, end).trimEnd();
    const quote = /^["']/.exec(own)?.[0] ?? '';
    const item = `${quote}${FLAG}${quote}`;
    const after = start + compose.body.slice(start, end).trimEnd().length;
    if (sequence.flow) {
      const before = index > 0 ? compose.body.slice(itemRange(sequence, index - 1)[1], start) : '';
      const gap = /^\s*,\s*$/.test(before) ? before : ', ';
      return { start: after, end: after, text: `${gap}${item}`, why: WHY };
    }
    const lineStart = compose.body.lastIndexOf('\n', start) + 1;
    const newline = compose.body.indexOf('\n', after);
    const lineEnd = newline < 0 ? compose.body.length : newline;
    const at = compose.body[lineEnd - 1] === '\r' ? lineEnd - 1 : lineEnd;
    const dash = /^-[ \t]+/.exec(compose.body.slice(start))?.[0] ?? '- ';
    const indent = ' '.repeat(start - lineStart);
    return { start: at, end: at, text: `${eolAt(compose.body, start)}${indent}${dash}${item}`, why: WHY };
  }
  return null;
}

function sequenceOf(within: unknown, node: Scalar) {
  const queue: unknown[] = [within];
  for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
    if (isSeq(one) && one.items.includes(node)) return one as Collection;
    if (isScalar(one) || typeof one !== 'object' || one === null || !('items' in one)) continue;
    for (const item of (one as { items: unknown[] }).items)
      queue.push(isPair(item) ? (item.value ?? 0) : item);
  }
  return null;
}
