import { isDockerfile, isShellScript } from './command/script-files.js';
import type { Fact, ProjectView } from './types.js';
import { zonesIn } from './zone-text.js';

type ProcessFact = Extract<Fact, { type: 'process' }>;

/** What a project says of zones: its files and the processes that were found in them. */
export interface ZoneSource {
  readonly facts: readonly Fact[];
  readonly view: ProjectView;
}

/** Official images: their clock is UTC. */
const PLAIN_IMAGE = /^(?:docker\.io\/)?(?:library\/)?(?:python|debian|ubuntu|alpine)(?:[:@]|$)/;

/**
 * IANA zones in which rq-scheduler may have read the project's cron strings: those of the processes that run it, as it
 * computes every time but the first (SEMANTICS §6); where these name none, those of its workers and of what fills its
 * schedule. UTC counts for a scheduler's container for which nothing sets a zone. Sorted, each once.
 */
export function zonesNamed(source: ZoneSource): string[] {
  const processes = source.facts.filter((fact) => fact.type === 'process');
  const schedulers = processes.filter(({ role }) => role === 'scheduler' || role === 'both');
  const django = djangoZones(source);
  const own = [...schedulers.flatMap((one) => zonesOf(one, source.view)), ...django];
  if (own.length > 0) return distinct(own);
  const others = processes.filter((one) => /^worker/.test(one.role) || fillsSchedule(one, source.facts));
  const plain = schedulers.length > 0 && schedulers.every((one) => isPlain(one, source));
  return distinct([...others.flatMap((one) => zonesOf(one, source.view)), ...(plain ? ['UTC'] : [])]);
}

/**
 * The one zone in which a process runs as far as the files tell: UTC for a container for which nothing sets one; null
 * where they do not tell, as under Django, which sets one of its own.
 */
export function zoneOf(process: ProcessFact, source: ZoneSource): string | null {
  if (usesDjango(source)) return null;
  const zones = distinct(zonesOf(process, source.view));
  if (zones.length > 0) return zones.length === 1 ? (zones[0] ?? null) : null;
  return isPlain(process, source) ? 'UTC' : null;
}

/** Zones that its scripts set, else its environment, else its image. */
function zonesOf({ zone, via, image, where }: ProcessFact, view: ProjectView): readonly string[] {
  const paths = [...via.map(({ path }) => path), where.path];
  const named = (path: string): readonly string[] => zonesIn(view.get(path)?.text ?? '');
  const scripts = paths.filter((path) => {
    const file = view.get(path);
    return file !== undefined && !isDockerfile(path) && isShellScript(file);
  });
  const inScripts = scripts.flatMap(named);
  if (inScripts.length > 0) return inScripts;
  if (typeof zone === 'string') return [zone];
  return [...paths.filter(isDockerfile), ...(image === undefined ? [] : [image])].flatMap(named);
}

/** A container of an official image for which nothing sets a zone. */
function isPlain({ zone, image }: ProcessFact, source: ZoneSource): boolean {
  const text = image === undefined ? undefined : source.view.get(image)?.text;
  if (zone !== null || text === undefined || usesDjango(source) || /\bTZ\b|localtime|timezone/.test(text))
    return false;
  const stages = [...text.matchAll(/^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?/gim)];
  const names = new Set(stages.map(([, , name]) => name));
  return stages.length > 0 && stages.every(([, from = '']) => names.has(from) || PLAIN_IMAGE.test(from));
}

/** Is it a Python program that imports rq_scheduler? */
export function fillsSchedule({ via }: ProcessFact, facts: readonly Fact[]): boolean {
  const importing = facts.filter((fact) => fact.type === 'import').map(({ where }) => where.path);
  return via.some(({ path }) => importing.includes(path));
}

/** Django sets TZ to its TIME_ZONE in every process of its own. */
function djangoZones(source: ZoneSource): string[] {
  if (!usesDjango(source)) return [];
  return source.view.paths.flatMap((path) => {
    const text = path.endsWith('.py') ? (source.view.get(path)?.text ?? '') : '';
    return [...text.matchAll(/^TIME_ZONE\s*=\s*["']([^"'\r\n]+)["']/gm)].map(([, zone]) => zone ?? '');
  });
}

function usesDjango({ facts }: ZoneSource): boolean {
  return facts.some(
    (fact) =>
      (fact.type === 'dependency' && /^django-rq\b/.test(fact.name)) ||
      (fact.type === 'import' && /^django_rq\b/.test(fact.module)),
  );
}

function distinct(zones: readonly string[]): string[] {
  return [...new Set(zones)].sort();
}
