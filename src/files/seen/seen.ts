import type { FileChange, Finding } from '../../plan/types.js';
import { isCiPath } from '../ci-paths.js';
import type { Project } from '../project.js';
import type { SourceFile } from '../types.js';
import { isPythonToldOf, isToldOf } from './paths.js';
import { inlineImageLines, probingLines, pythonLines, type SeenLine, seenLines } from './starts.js';

/** Of one file and one code no more places than these are told. */
const MAX_PLACES = 10;

/** Scripts and images: kinds and commands follow those, and tell what they start. */
const FOLLOWED =
  /\.(sh|bash)$|(^|\/)Dockerfile[^/]*$|\.Dockerfile$|(^|\/)(docker-)?entrypoint$|(^|\/)(GNUm|M|m)akefile$|\.mk$/i;
/** Kinds that look at some lines of a file and leave the rest to this search. */
const PARTIAL = new Set(['ci']);
/** Kinds that take out every start they know: one that is left stands in a form that they do not. */
const THOROUGH = new Set(['kubernetes', 'systemd', 'circus', 'package-json', 'heroku', 'app-json']);

/** Kinds that say how the health of a container is found out. */
const PROBED = new Set(['compose', 'dockerfile', 'kubernetes']);

/** What was decided about the files, and said of them. */
export interface SeenAfter {
  readonly changes: readonly FileChange[];
  readonly findings: readonly Finding[];
  /** The edits that take rq-scheduler away are among the changes. */
  readonly removed: boolean;
}

/**
 * What is seen and not touched: starts of rq-scheduler and of workers in files that no kind edits, and in all
 * files what watches rq-scheduler's keys in Redis (FIELD-RULES R14). Lines that an edit takes away count for
 * nothing.
 */
export function seenFindings(project: Project, after: SeenAfter): readonly Finding[] {
  const kinds = new Map(project.docs.map(({ file, kind }) => [file.path, kind.id]));
  const edited = new Map(after.changes.map((change) => [change.path, change]));
  const told = new Set(
    after.findings.flatMap(({ severity, path, args }) => (severity === 'error' ? [path, args.file] : [])),
  );
  const files = [...project.view.paths.flatMap((path) => project.view.get(path) ?? []), ...project.others];
  return files.flatMap((file) => {
    const change = edited.get(file.path);
    if (isPythonToldOf(file.path) && after.removed) {
      return limited(pythonLines(file.text).flatMap((line) => findingOf(file, line, project)));
    }
    if (!isToldOf(file.path) || change?.action === 'delete') return [];
    const kind = kinds.get(file.path) ?? (FOLLOWED.test(file.path) ? 'script' : null);
    const left = after.removed && kind !== null && THOROUGH.has(kind) && !told.has(file.path);
    const installed =
      after.removed && kind === 'dockerfile' && !after.findings.some(({ path }) => path === file.path);
    const counts = ({ what }: SeenLine): boolean =>
      what === 'keys' ||
      kind === null ||
      PARTIAL.has(kind) ||
      (left && what === 'start') ||
      (installed && what === 'install');
    const inline = kind === 'compose' ? inlineImageLines(file.text) : new Set<number>();
    const seen = seenLines(file.text).filter((line) => counts(line) || inline.has(line.line));
    const probes = kind !== null && PROBED.has(kind) && after.removed ? probingLines(file.text) : [];
    const lines = [...seen, ...probes].filter((line) => !isEdited(line, change));
    return limited(lines.flatMap((line) => findingOf(file, line, project)));
  });
}

function isEdited({ start, end }: SeenLine, change: FileChange | undefined): boolean {
  return (change?.edits ?? []).some((edit) => edit.start < end && edit.end > start);
}

/** A template of a Helm chart, or values for one: what it starts depends on more than the file says. */
function isHelm(path: string, { view }: Project): boolean {
  if (/(^|\/)values[^/]*\.ya?ml$/.test(path)) return true;
  const chart = /^(.*?\/|)templates\/.*\.(?:ya?ml|tpl)$/.exec(path)?.[1];
  return chart !== undefined && view.get(`${chart}Chart.yaml`) !== undefined;
}

function findingOf(file: SourceFile, { line, what }: SeenLine, project: Project): Finding[] {
  const at = { path: file.path, line, args: {} };
  const ci = isCiPath(file.path);
  if (what === 'keys') return [{ code: 'legacy-keys-watched', severity: 'warn', ...at }];
  if (what === 'probe') return [{ code: 'scheduler-probed', severity: 'warn', ...at }];
  if (what === 'install') return [{ code: 'scheduler-installed', severity: 'warn', ...at }];
  if (what === 'worker') return ci ? [] : [{ code: 'worker-seen', severity: 'warn', ...at }];
  if (what === 'named') return [{ code: 'scheduler-named', severity: 'info', ...at }];
  if (ci) return [{ code: 'scheduler-in-ci', severity: 'warn', ...at }];
  if (isHelm(file.path, project)) return [{ code: 'scheduler-in-chart', severity: 'error', ...at }];
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
