import type { Edit, Finding } from '../../plan/types.js';
import type { Decision, ProjectView } from '../types.js';
import { lookUp, rangeOf } from '../yaml/nodes.js';
import { replaceCommand } from '../yaml/replace.js';
import type { ComposeDoc } from './document.js';
import { type AnalysedService, analyseServices } from './services.js';

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
