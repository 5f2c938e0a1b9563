import { lineOf } from '../bytes.js';
import { joinPath } from '../command/index.js';
import type { ProjectView, Where } from '../types.js';
import { isKustomizationPath } from './objects.js';

const MAX_PLACES = 5;

/** Where files other than kustomizations name a manifest, so that it cannot just vanish: `kubectl apply -f`. */
export function namedAt(path: string, project: ProjectView): readonly Where[] {
  const base = path.slice(path.lastIndexOf('/') + 1);
  const found: Where[] = [];
  for (const other of project.paths) {
    if (other === path || isKustomizationPath(other) || /\.(md|rst|txt|adoc|py)$/i.test(other)) continue;
    const text = project.get(other)?.text ?? '';
    for (let at = text.indexOf(base); at >= 0 && found.length < MAX_PLACES; at = text.indexOf(base, at + 1)) {
      if (isNamed(text, at, base, path)) found.push({ path: other, line: lineOf(text, at) });
    }
  }
  return found;
}

/** Does the name stand there as a whole, at the end of a path that fits, and in no comment? */
function isNamed(text: string, at: number, base: string, path: string): boolean {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
  if (/^\s*(#|\/\/)/.test(line) || /[\w-]/.test(text.charAt(at + base.length))) return false;
  const lead = /[^\s"'`=:,;|&()[\]]*$/.exec(line)?.[0] ?? '';
  if (lead !== '' && !lead.endsWith('/')) return false;
  // What a variable stands for is not known: only what follows it is compared.
  const known = joinPath(lead.replace(/^.*[$}][^/]*\//, '').replace(/^(\.{1,2}\/)+/, ''), base) ?? base;
  return path === known || path.endsWith(`/${known}`);
}
