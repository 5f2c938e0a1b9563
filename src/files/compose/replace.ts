import { isScalar, isSeq, type Scalar, type YAMLSeq } from 'yaml';
import type { Edit, Finding } from '../../plan/types.js';
import { cronText, cronWords } from '../command/cron-command.js';
import type { Decision, ProjectView } from '../types.js';
import { lookUp, rangeOf } from '../yaml/nodes.js';
import type { ComposeDoc } from './document.js';
import { type AnalysedService, analyseServices } from './services.js';

const WHY = 'replace-scheduler-command';

/** Schedulers whose command becomes `rq cron`. */
export interface Replacements {
  /** Relative to the body. */
  readonly edits: readonly Edit[];
  readonly findings: readonly Finding[];
  /** The command that each of them has afterwards, by service. */
  readonly commands: ReadonlyMap<string, unknown>;
}

/** What the decision to put `rq cron` in the scheduler's place means for a file; all else of the services stays. */
export function replacements(compose: ComposeDoc, decision: Decision, project: ProjectView): Replacements {
  const edits: Edit[] = [];
  const findings: Finding[] = [];
  const commands = new Map<string, unknown>();
  const config = decision.removeScheduler ? decision.replaceScheduler : null;
  for (const one of config === null ? [] : analyseServices(compose, project)) {
    const { service, analysis } = one;
    if (config === null || analysis.role !== 'scheduler' || analysis.alsoRuns.length > 0) continue;
    const node = lookUp(service.pair.value, 'command', service.document);
    if (node === undefined && fromOtherFile(one, compose)) continue;
    const replaced = isOwn(node, service.pair.value) ? replaceCommand(compose.body, node, config) : null;
    if (replaced === null) {
      const args = { service: service.name, command: `rq cron ${config}` };
      findings.push({
        code: 'rq-cron-by-hand',
        severity: 'error',
        path: compose.path,
        line: service.line,
        args,
      });
      continue;
    }
    edits.push(replaced.edit);
    commands.set(service.name, replaced.value);
  }
  return { edits, findings, commands };
}

/** Another compose file has the command, and gets the edit. */
function fromOtherFile({ sources }: AnalysedService, compose: ComposeDoc): boolean {
  return sources.some((source) => source !== null && source.compose.path !== compose.path);
}

/** Does the value stand within the service, not behind an alias or a merge key that others share? */
function isOwn(node: unknown, service: unknown): boolean {
  const [inner, outer] = [rangeOf(node), rangeOf(service)];
  return inner !== null && outer !== null && inner[0] >= outer[0] && inner[1] <= outer[1];
}

interface Replaced {
  readonly edit: Edit;
  readonly value: unknown;
}

function replaceCommand(body: string, node: unknown, config: string): Replaced | null {
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
