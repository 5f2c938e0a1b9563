import { lineOf } from '../bytes.js';
import type { ProjectView } from '../types.js';

/** Files whose processes are known each by itself: what names a script there goes, or is a finding there. */
const PROCESS_FILES = /\.ya?ml$|(^|\/)Procfile[^/]*$|\.(conf|ini)$/;

/**
 * Where other files name a file, as `path:line`: whoever deletes it has to change those too. Commands of
 * compose files and program lists are not among them, nor what `isGone` says goes as well.
 */
export function namedBy(
  path: string,
  project: ProjectView,
  isGone: (path: string, offset: number) => boolean,
): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const word = new RegExp(`(?<![\\w.-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'g');
  const places = project.paths.flatMap((other) => {
    const text = other === path ? undefined : project.get(other)?.text;
    if (text === undefined || !text.includes(name)) return [];
    const matches = [...text.matchAll(word)].filter(
      ({ index }) => isSame(path, text, index + name.length) && counts(other, text, index, name),
    );
    return matches
      .filter(({ index }) => !isGone(other, index))
      .map(({ index }) => `${other}:${lineOf(text, index)}`);
  });
  return [...new Set(places)];
}

/** Could the path that ends there be this one's, inside the project or in a container? */
function isSame(path: string, text: string, end: number): boolean {
  const written = /[\w./-]*$/.exec(text.slice(Math.max(end - 300, 0), end))?.[0] ?? '';
  const named = written.replace(/^(\.{0,2}\/)+/, '');
  return `/${path}`.endsWith(`/${named}`) || `/${named}`.endsWith(`/${path}`);
}

/** A comment names nothing; a compose file's bind mount (`./start.sh:/start.sh`) does. */
function counts(path: string, text: string, index: number, name: string): boolean {
  const before = text.slice(text.lastIndexOf('\n', index - 1) + 1, index);
  if (/(^|\s)(#|\/\/)/.test(before)) return false;
  return !PROCESS_FILES.test(path) || text.startsWith(':', index + name.length) || /\.github\//.test(path);
}
