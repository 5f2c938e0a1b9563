import type { FileChange, Finding } from '../../plan/types.js';
import { lineOf } from '../bytes.js';
import type { Project } from '../project.js';
import { isToldOf } from './paths.js';

/** Compose's command line, written out or in a variable (`$(COMPOSE)`, `${DC}`), to the end of the command. */
const COMPOSE =
  /(?:\b(?:docker|podman)[- ]compose\b|\$[({]?(?:\w*COMPOSE\w*|DC)[)}]?)((?:\\\r?\n|[^\n;&|#`])*)/gi;
/** Subcommands that fail for a service that is not there, and so stop what they stand in. */
const ACTS = new Set('up start restart stop run exec build create pull push scale rm kill pause'.split(' '));
/** Subcommands that only show something. */
const SHOWS = new Set('logs ps top port attach events images'.split(' '));

/**
 * Commands of compose, in scripts, Makefiles and build steps, that name a service that goes: `no such service` is
 * all that they would bring about. `gone` are the names that no compose file of the project has any more.
 */
export function namedServices(
  project: Project,
  gone: ReadonlySet<string>,
  changes: readonly FileChange[],
): readonly Finding[] {
  if (gone.size === 0) return [];
  const edited = new Map(changes.map((change) => [change.path, change]));
  const compose = new Set(
    project.docs.filter(({ kind }) => kind.id === 'compose').map(({ file }) => file.path),
  );
  const files = [...project.view.paths.flatMap((path) => project.view.get(path) ?? []), ...project.others];
  return files.flatMap(({ path, text }) => {
    const change = edited.get(path);
    if (compose.has(path) || !isToldOf(path) || change?.action === 'delete') return [];
    return [...text.matchAll(COMPOSE)].flatMap(({ 0: command, 1: rest = '', index }): Finding[] => {
      const before = text.slice(text.lastIndexOf('\n', index) + 1, index);
      const start = index + command.length - rest.length;
      const found = serviceIn(rest, gone);
      if (found === null || /(^|\s)(#|\/\/|REM\b)/.test(before)) return [];
      const at = start + found.at;
      if (change?.edits.some((edit) => edit.start <= at && at < edit.end)) return [];
      const { service, severity } = found;
      return [{ code: 'service-is-named', severity, path, line: lineOf(text, at), args: { service } }];
    });
  });
}

/** The first word behind a subcommand that is one of these services, or such a one with `=` and a number. */
function serviceIn(
  rest: string,
  gone: ReadonlySet<string>,
): { readonly service: string; readonly at: number; readonly severity: Finding['severity'] } | null {
  let verb: string | null = null;
  for (const { 0: word, index } of rest.matchAll(/[^\s"',[\]\\]+/g)) {
    if (verb === null) {
      if (ACTS.has(word) || SHOWS.has(word)) verb = word;
      continue;
    }
    const service = word.replace(/=\d+$/, '');
    if (gone.has(service)) return { service, at: index, severity: ACTS.has(verb) ? 'error' : 'warn' };
    // Behind its service `run` and `exec` have a command of the container.
    if ((verb === 'run' || verb === 'exec') && !word.startsWith('-')) return null;
  }
  return null;
}
