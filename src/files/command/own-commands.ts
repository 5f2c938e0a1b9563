import { lineOf } from '../bytes.js';
import { type ExtendedCommand, extendedCommand } from '../pysource/commands.js';
import type { ProjectView, SourceFile, Where } from '../types.js';
import type { Arg } from './expand.js';
import { djangoCommand, type RqStart } from './rq.js';

/** The project's own management command of that name (Django: `<app>/management/commands/<name>.py`). */
export function ownManagementCommand(project: ProjectView, name: string): SourceFile | undefined {
  if (!/^\w+$/.test(name)) return undefined;
  const tail = `/management/commands/${name}.py`;
  const path = project.paths.find((known) => `/${known}`.endsWith(tail));
  return path === undefined ? undefined : project.get(path);
}

/** What a management command of the project's own amounts to. */
export interface OwnCommand {
  readonly start: RqStart;
  readonly where: Where;
  readonly extended: ExtendedCommand | null;
}

/**
 * A management command that extends one of django-rq's, or replaces it under the same name: then its
 * options are unknown, and a worker has no place for `--with-scheduler`. Null for any other command.
 */
export function ownRqManagement(file: SourceFile, args: readonly Arg[]): OwnCommand | null {
  const [name, ...rest] = args;
  if (name === undefined) return null;
  const extended = extendedCommand(file.text);
  const start = djangoCommand([extended === null ? name : { ...name, value: extended.command }, ...rest]);
  if (start === null) return null;
  const where = { path: file.path, line: extended?.line ?? 1 };
  const closed = extended === null && start.kind === 'worker';
  return { start: closed ? { ...start, after: null } : start, where, extended };
}

const CLICK_COMMAND =
  /^@[\w.]+\.command\([^)\r\n]*\)[ \t]*\r?\n(?:@[^\r\n]*\r?\n)*(?:async )?def (scheduler|worker)\(/gm;

/**
 * The function behind `rq scheduler` or `rq worker` of a command line that the project itself builds
 * with click; null where Flask-RQ2 brings those commands, or none is found.
 */
export function ownClickCommand(project: ProjectView, name: string): Where | null {
  const files = project.paths.flatMap((path) => {
    const file = path.endsWith('.py') ? project.get(path) : undefined;
    return file !== undefined && /\brq\b|rq_scheduler|flask_rq2/.test(file.text) ? [file] : [];
  });
  if (files.some(({ text }) => /\bflask_rq2\b/.test(text))) return null;
  for (const { path, text } of files) {
    for (const match of text.matchAll(CLICK_COMMAND)) {
      if (match[1] !== name) continue;
      return { path, line: lineOf(text, match.index + match[0].lastIndexOf('def ')) };
    }
  }
  return null;
}
