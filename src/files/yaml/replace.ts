import { isScalar, isSeq, type Scalar, type YAMLSeq } from 'yaml';
import type { Edit } from '../../plan/types.js';
import { cronText, cronWords } from '../command/cron-command.js';

const WHY = 'replace-scheduler-command';

/** A command that became `rq cron`, and its value afterwards. */
export interface Replaced {
  readonly edit: Edit;
  readonly value: unknown;
}

/**
 * Puts `rq cron` in the place of rqscheduler in a command, a text or a list, relative to the body; null where
 * it does not stand at the command's end in a form that is understood.
 */
export function replaceCommand(body: string, node: unknown, config: string): Replaced | null {
  if (isScalar(node)) return replaceText(body, node, config);
  return isSeq(node) ? replaceItems(body, node, config) : null;
}

function replaceText(body: string, node: Scalar, config: string): Replaced | null {
  const [start, end] = node.range ?? [0, 0];
  const source = body.slice(start, end);
  const quote = /^["']/.exec(source)?.[0] ?? '';
  const text = cronText(quote === '' ? source : source.slice(1, -1), config);
  const value = cronText(String(node.value), config);
  if (text === null || value === null) return null;
  return { edit: { start, end, text: `${quote}${text}${quote}`, why: WHY }, value };
}

function replaceItems(body: string, list: YAMLSeq, config: string): Replaced | null {
  const items = list.items.filter((item): item is Scalar => isScalar(item));
  const words = items.map((item) => String(item.value));
  const after = items.length === list.items.length ? cronWords(words, config) : null;
  const from = words.findIndex((word, i) => word !== after?.[i]);
  const [first, last] = [items[from]?.range, items.at(-1)?.range];
  if (after === null || !first || !last) return null;
  const style = /^["']/.exec(body.slice(first[0], first[1]))?.[0] ?? '';
  const written = after.slice(from).map((word) => {
    const quote = style === '' && /[{}[\],#&*!|>'%@`]/.test(word) ? '"' : style;
    return `${quote}${word}${quote}`;
  });
  const indent = /(?:^|\n)([ \t]*-[ \t]+)$/.exec(body.slice(0, first[0]))?.[1];
  if (!list.flow && indent === undefined) return null;
  const edit = {
    start: first[0],
    end: last[1],
    text: written.join(list.flow ? ', ' : `\n${indent}`),
    why: WHY,
  };
  return { edit, value: after };
}
