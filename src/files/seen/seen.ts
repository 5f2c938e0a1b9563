import type { FileChange, Finding } from '../../plan/types.js';
import { isCiPath } from '../ci-paths.js';
import type { Project } from '../project.js';
import type { SourceFile } from '../types.js';
import { isToldOf } from './paths.js';
import { type SeenLine, seenLines } from './starts.js';

/** Of one file and one code no more places than these are told. */
const MAX_PLACES = 10;

/** Scripts and images: kinds and commands follow those, and tell what they start. */
const FOLLOWED =
  /\.(sh|bash)$|(^|\/)Dockerfile[^/]*$|\.Dockerfile$|(^|\/)(docker-)?entrypoint$|(^|\/)(GNUm|M|m)akefile$|\.mk$/i;
/** Kinds that look at some lines of a file and leave the rest to this search. */
const PARTIAL = new Set(['ci']);

/**
 * What is seen and not touched: starts of rq-scheduler and of workers in files that no kind edits, and in all
 * files what watches rq-scheduler's keys in Redis (FIELD-RULES R14). Lines that an edit takes away count for
 * nothing.
 */
export function seenFindings(project: Project, changes: readonly FileChange[]): readonly Finding[] {
  const known = new Set(
    project.docs.filter(({ kind }) => !PARTIAL.has(kind.id)).map(({ file }) => file.path),
  );
  const edited = new Map(changes.map((change) => [change.path, change]));
  const files = [...project.view.paths.flatMap((path) => project.view.get(path) ?? []), ...project.others];
  return files.flatMap((file) => {
    const change = edited.get(file.path);
    if (!isToldOf(file.path) || change?.action === 'delete') return [];
    const lines = seenLines(file.text).filter((line) => !isEdited(line, change));
    const whole = known.has(file.path) || FOLLOWED.test(file.path);
    const told = lines.filter(({ what }) => !whole || what === 'keys');
    return limited(told.flatMap((line) => findingOf(file, line)));
  });
}

function isEdited({ start, end }: SeenLine, change: FileChange | undefined): boolean {
  return (change?.edits ?? []).some((edit) => edit.start < end && edit.end > start);
}

/** A template of Helm, or values for one: what it starts depends on more than the file says. */
function isHelm({ path, text }: SourceFile): boolean {
  return (text.includes('{{') && /(^|\/)templates\//.test(path)) || /(^|\/)values[^/]*\.ya?ml$/.test(path);
}

function findingOf(file: SourceFile, { line, what }: SeenLine): Finding[] {
  const at = { path: file.path, line, args: {} };
  const ci = isCiPath(file.path);
  const helm = isHelm(file);
  if (what === 'keys') return [{ code: 'legacy-keys-watched', severity: 'warn', ...at }];
  if (what === 'install') return [{ code: 'scheduler-installed', severity: 'warn', ...at }];
  if (what === 'worker') return ci ? [] : [{ code: 'worker-seen', severity: 'warn', ...at }];
  if (what === 'named') return [{ code: 'scheduler-named', severity: 'info', ...at }];
  if (ci) return [{ code: 'scheduler-in-ci', severity: 'warn', ...at }];
  if (helm) return [{ code: 'scheduler-in-chart', severity: 'warn', ...at }];
  return [{ code: 'scheduler-started-here', severity: 'error', ...at }];
}

function limited(findings: readonly Finding[]): readonly Finding[] {
  const counts = new Map<string, number>();
  const started = findings.some(({ code }) => /^scheduler-(started|in)-/.test(code));
  return findings.filter(({ code }) => {
    if (started && code === 'scheduler-named') return false;
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    return count <= (code === 'scheduler-named' ? 1 : MAX_PLACES);
  });
}
