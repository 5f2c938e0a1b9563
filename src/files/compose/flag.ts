import type { Edit, Finding } from '../../plan/types.js';
import { editedElsewhere, type Place } from '../command/index.js';
import type { Decision, ProjectView } from '../types.js';
import { flagAfter } from '../yaml/flag.js';
import type { ComposeDoc } from './document.js';
import { type AnalysedService, analyseServices } from './services.js';

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
  return flagAfter(compose, source.node, place);
}
