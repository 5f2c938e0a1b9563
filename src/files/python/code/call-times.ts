import type { Edit } from '../../../plan/types.js';
import type { PyNode } from '../../pysource/parser.js';
import { argumentsOf, fieldOf, walk } from '../../pysource/syntax.js';
import { type CodeContext, Work } from './context.js';
import type { Draft } from './draft.js';
import type { PyFile } from './program.js';
import { short } from './times.js';
import type { Site } from './value.js';

const WHY = 'name-utc';

/**
 * What becomes of a time that RQ would read as local where rq-scheduler read UTC (FIELD-RULES R5); null where it
 * provably has a zone. One that provably has none is given UTC where RQ's own API is asked for.
 */
export function timeDraft(
  node: PyNode,
  file: PyFile,
  sites: readonly Site[],
  context: CodeContext,
): Draft | null {
  const proof = context.times.of(node, file);
  if (proof.kind === 'aware') return null;
  const work = new Work(file, context);
  if (proof.kind === 'naive') work.onlyIfAsked();
  else work.level = 'none';
  work.args.time = short(node.text);
  if (proof.kind === 'naive') {
    const utc = () => `${work.name('datetime', 'timezone')}.utc`;
    work.edits.push(...(utcSources(node, file, context, utc) ?? wrapped(node, `.replace(tzinfo=${utc()})`)));
  }
  return work.draft('code-naive-datetime', node, sites, 'warn');
}

/** `datetime.utcnow() + delta` alone is better said as `datetime.now(timezone.utc) + delta`. */
function utcSources(node: PyNode, file: PyFile, context: CodeContext, utc: () => string): Edit[] | null {
  const found: Edit[] = [];
  for (const inner of walk(node)) {
    if (/^(parenthesized_expression|binary_operator)$/.test(inner.type) || isWithin(found, inner)) continue;
    const callee = inner.type === 'call' ? fieldOf(inner, 'function') : undefined;
    const name = callee === undefined ? null : context.values.external(callee, file);
    const attribute = callee?.type === 'attribute' ? fieldOf(callee, 'attribute') : undefined;
    if (name === 'datetime.datetime.utcnow' && attribute) {
      found.push({ start: attribute.start, end: inner.end, text: `now(${utc()})`, why: WHY });
    } else if (
      name === 'datetime.datetime.utcfromtimestamp' &&
      attribute &&
      argumentsOf(inner).positional.length === 1
    ) {
      const last = argumentsOf(inner).positional[0] as PyNode;
      found.push({ start: attribute.start, end: attribute.end, text: 'fromtimestamp', why: WHY });
      found.push({ start: last.end, end: last.end, text: `, ${utc()}`, why: WHY });
    } else if (context.times.of(inner, file).kind === 'naive' && !isCovered(node, inner, file)) return null;
  }
  return found.length > 0 ? found : null;
}

/** A naive part that is neither the source nor a sum around it: it needs a zone of its own. */
function isCovered(root: PyNode, node: PyNode, file: PyFile): boolean {
  for (
    let at = file.names.parents.get(node);
    at !== undefined && at !== root;
    at = file.names.parents.get(at)
  ) {
    if (at.type === 'call') return true;
  }
  return false;
}

function isWithin(edits: readonly Edit[], node: PyNode): boolean {
  return edits.some(({ start, end }) => node.start >= start && node.end <= end);
}

function wrapped(node: PyNode, suffix: string): Edit[] {
  if (/^(identifier|attribute|call|subscript|parenthesized_expression)$/.test(node.type)) {
    return [{ start: node.end, end: node.end, text: suffix, why: WHY }];
  }
  return [
    { start: node.start, end: node.start, text: '(', why: WHY },
    { start: node.end, end: node.end, text: `)${suffix}`, why: WHY },
  ];
}
