import { compare, valid } from '@renovatebot/pep440';
import type { ProjectView } from '../../types.js';
import type { CodeOptions } from '../uses.js';
import type { CronReading } from './context.js';

/** What `USE_TZ` of Django's settings says of `timezone.now()`; null where it is not said, or said both ways. */
export function djangoAware(view: ProjectView): boolean | null {
  const said = new Set<string>();
  for (const path of view.paths) {
    if (!path.endsWith('.py')) continue;
    const text = view.get(path)?.text ?? '';
    if (!text.includes('USE_TZ')) continue;
    for (const [, value] of text.matchAll(/^(?:\xEF\xBB\xBF)?\s*USE_TZ\s*=\s*(True|False)\b/gm))
      if (value) said.add(value);
  }
  return said.size === 1 ? said.has('True') : null;
}

/** The first rq-scheduler that reads cron strings by PyPI's `crontab`, in the host's zone (SEMANTICS §6). */
const CRONTAB_SINCE = '0.12';

/**
 * The zone and dialect in which rq-scheduler read cron strings: before 0.12 UTC and croniter's, since then
 * the host's zone, which is the option's, or the only one that the project's files give rq-scheduler.
 */
export function cronReading(view: ProjectView, options: CodeOptions): CronReading {
  const version = options.schedulerVersion ?? pinnedVersion(view);
  const early = version !== null && compare(version, CRONTAB_SINCE) < 0;
  const dialect = early ? 'croniter' : 'crontab';
  if (options.zone !== undefined && options.zone !== null)
    return { zone: options.zone, knownBy: 'option', dialect };
  if (early) return { zone: 'UTC', knownBy: 'version', dialect };
  const zones = options.zones ?? [];
  const [only] = zones;
  if (zones.length === 1 && only !== undefined) return { zone: only, knownBy: 'files', dialect };
  return { zone: null, knownBy: 'nothing', dialect };
}

/** A version of rq-scheduler that a requirement or lock file fixes. */
function pinnedVersion(view: ProjectView): string | null {
  for (const path of view.paths) {
    if (
      !/(^|\/)(requirements[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg))$|requirements\//.test(
        path,
      )
    )
      continue;
    const match = /\brq[-_.]scheduler['"]?\s*(?:={1,3}|~=)\s*['"]?(?:={2})?\s*([0-9][\w.]*)/i.exec(
      view.get(path)?.text ?? '',
    );
    if (match?.[1] !== undefined && valid(match[1]) !== null) return match[1];
  }
  return null;
}
