import type { ProjectView } from '../../types.js';

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
