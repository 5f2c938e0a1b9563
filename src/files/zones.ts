import type { ProjectView } from './types.js';

/** `TZ=Asia/Shanghai`, `TZ: "Europe/Berlin"`, `/usr/share/zoneinfo/Asia/Tokyo`, `/etc/timezone` contents echoed. */
const NAMED = /(?:\bTZ["']?\s*[=:]\s*["']?|zoneinfo\/)((?:[A-Z][A-Za-z_]+\/)[A-Za-z_+\-/]+|UTC)\b/g;

/**
 * IANA zones that the project's container, process and environment files name: where the scheduler may have
 * read its cron strings (SEMANTICS §6: the host's zone). Python files are left out, they name zones for other
 * purposes. Sorted, each once.
 */
export function zonesNamed(view: ProjectView): string[] {
  const found = new Set<string>();
  for (const path of view.paths) {
    if (path.endsWith('.py')) continue;
    for (const [, zone] of (view.get(path)?.text ?? '').matchAll(NAMED)) if (zone) found.add(zone);
  }
  return [...found].sort();
}
